# For the scripts in this folder: what they say, in colour where a person looks and wants it. Sourced, not run.

if [[ -t 1 && ${TERM:-dumb} != dumb ]]; then on_terminal=1; else on_terminal=; fi
if [[ $on_terminal && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
  bold='' dim='' red='' green='' yellow='' plain=''
fi

say() { printf '%s\n' "$*"; }
heading() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }
warn() { printf '%s%s%s\n' "$yellow" "$*" "$plain" >&2; }

# Says what is wrong, and what to do about it, and ends the script.
die() {
  printf '%s%s%s\n' "$red" "$*" "$plain" >&2
  exit 1
}

# A line that the next one replaces; nothing where there is no terminal.
progress() {
  [[ $on_terminal ]] || return 0
  local width
  width=$(tput cols 2>/dev/null || echo 80)
  printf '\r\e[K%s' "${1:0:width-1}"
}
end_progress() { [[ $on_terminal ]] && printf '\r\e[K' || true; }

# Bazel's server keeps its files under HOME, which a service or a container may not have.
if [[ -z ${HOME:-} ]]; then
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
  export HOME="${HOME:-/tmp}"
fi

# How Bazel shall talk here: the options for its command line.
bazel_talk() {
  if [[ $on_terminal ]]; then
    [[ -z ${NO_COLOR:-} ]] || say --color=no
  else
    say --color=no --curses=no --show_progress_rate_limit=30
  fi
}
