#!/bin/bash
# usage: shared_library_test.sh LIBRARY OBJECT...
# Every strong symbol that the parts' objects define is exported by the library: none was left out of the link.
set -euo pipefail

library=$1
shift
exported=$(mktemp)
defined=$(mktemp)
trap 'rm -f "$exported" "$defined"' EXIT

nm -D --defined-only "$library" | awk '{print $NF}' | sort -u >"$exported"
nm --defined-only --extern-only "$@" | awk 'NF == 3 && $2 ~ /[TDBR]/ {print $3}' | sort -u >"$defined"
[[ -s $defined ]] || { echo "the objects define nothing"; exit 1; }

missing=$(comm -23 "$defined" "$exported" | c++filt)
if [[ -n $missing ]]; then
  echo "$library lacks:"
  echo "$missing"
  exit 1
fi

soname=$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
if [[ $soname != "$(basename "$library")" ]]; then
  echo "$library says that its name is '$soname'"
  exit 1
fi
echo "$(wc -l <"$defined") symbols of $# objects are exported by $soname"
