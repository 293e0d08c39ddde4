"""`hawser.tar`: everything an installation has, laid out as under its prefix. tools/install unpacks it."""

def _install_archive_impl(ctx):
    entries = []  # (file, target, mode)

    # A public header is one that is included as "hawser/...": Bazel keeps those in a virtual folder of that layout.
    for dep in ctx.attr.headers:
        for header in dep[CcInfo].compilation_context.direct_headers:
            parts = header.path.split("/_virtual_includes/")
            if len(parts) == 2:
                entries.append((header, "include/" + parts[1][parts[1].index("/") + 1:], "644"))
    entries += [(file, "bin/" + file.basename, "755") for file in ctx.files.programs]
    entries += [(file, "lib/" + file.basename, "644") for file in ctx.files.libraries]
    for target, name in ctx.attr.static_libraries.items():
        for linker_input in target[CcInfo].linking_context.linker_inputs.to_list():
            for library in linker_input.libraries:
                archive = library.pic_static_library or library.static_library
                if archive and linker_input.owner == target.label:
                    entries.append((archive, "lib/" + name, "644"))
    entries += [(file, "lib/hawser/modules/" + file.basename, "644") for file in ctx.files.modules]
    entries += [(target.files.to_list()[0], path, "644") for target, path in ctx.attr.files.items()]
    inputs = [file for file, _, _ in entries]

    list = ctx.actions.declare_file(ctx.label.name + ".manifest")
    lines = ["%s %s %s\n" % (mode, file.path, target) for file, target, mode in entries]
    ctx.actions.write(list, "".join(lines))
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [output],
        inputs = depset(inputs + [list]),
        arguments = [list.path, output.path],
        command = """
set -eu
root=$(mktemp -d)
while read -r mode source target; do
  mkdir -p "$root/$(dirname "$target")"
  cp -L "$source" "$root/$target"
  chmod "$mode" "$root/$target"
done < "$1"
# Bazel's libraries look for each other in its own folders, which somebody else could fill where this is unpacked.
look_in() {
  folder=$1
  shift
  for file; do
    if readelf -d "$file" | grep -q RUNPATH; then chrpath -r "$folder" "$file" >/dev/null; fi
  done
}
look_in '$ORIGIN/../lib' "$root"/bin/*
look_in '$ORIGIN' "$root"/lib/*.so.*
look_in '$ORIGIN/../..' "$root"/lib/hawser/modules/*.so
for library in "$root"/lib/*.so.*; do
  ln -s "$(basename "$library")" "${library%.so.*}.so"
done
tar --sort=name --owner=0 --group=0 --mtime=@0 -C "$root" -cf "$2" .
rm -rf "$root"
""",
        mnemonic = "InstallArchive",
        progress_message = "Laying out %s" % ctx.label,
    )
    return [DefaultInfo(files = depset([output]), runfiles = ctx.runfiles(files = [output]))]

install_archive = rule(
    implementation = _install_archive_impl,
    attrs = {
        "headers": attr.label_list(providers = [CcInfo], doc = "libraries whose public headers are installed"),
        "programs": attr.label_list(allow_files = True),
        "libraries": attr.label_list(allow_files = True, doc = "shared libraries, named with their soname"),
        "static_libraries": attr.label_keyed_string_dict(providers = [CcInfo], doc = "cc_library targets and their file names"),
        "modules": attr.label_list(allow_files = True),
        "files": attr.label_keyed_string_dict(allow_files = True, doc = "further files and their places"),
    },
)
