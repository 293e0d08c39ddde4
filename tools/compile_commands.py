#!/usr/bin/python3
"""Writes compile_commands.json: how each of our C++ files is compiled, for clang-tidy and for editors.

usage: tools/compile_commands.py [OUTPUT]     compile_commands.json at the root of the tree, unless told otherwise

The commands are those of the clang configuration. Build that first (tools/check clang), or generated headers are missing.
"""

import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# What clang-tidy and editors do not know or need.
DROP = {"-fno-canonical-system-headers", "-pass-exit-codes", "-MD", "-Werror", "-Wprivate-header"}
DROP_PREFIXES = ("-fmodule", "-D__DATE__", "-D__TIME", "-frandom-seed")
DROP_WITH_VALUE = {"-MF", "-o"}


def bazel(command, *arguments):
    """What Bazel prints; of targets that cannot be analysed it complains itself, and goes on with the others."""
    done = subprocess.run(["bazel", command, "--ui_event_filters=-info", "--noshow_progress", *arguments],
                          cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if not done.stdout:
        sys.exit(f"compile_commands: bazel {command} failed")
    return done.stdout.decode()


def main(output):
    base = bazel("info", "output_base").strip()
    execution_root = bazel("info", "--config=clang", "execution_root").strip()
    actions = json.loads(bazel("aquery", "--config=clang", "--keep_going", "--output=jsonproto",
                               'mnemonic("CppCompile", //...)'))

    def absolute(path):
        # The working folder is the workspace, where Bazel's own folders are not, or are another configuration's.
        if path.startswith("bazel-out/"):
            return os.path.join(execution_root, path)
        if path.startswith("external/"):
            return os.path.join(base, path)
        return path

    commands = {}
    for action in actions.get("actions", []):
        arguments, source, drop_next = [], None, False
        for argument in action["arguments"]:
            if drop_next:
                drop_next = False
            elif argument in DROP_WITH_VALUE:
                drop_next = True
            elif argument not in DROP and not argument.startswith(DROP_PREFIXES):
                for option in ("-iquote", "-isystem", "-I"):
                    if argument.startswith(option) and argument != option:
                        argument = option + absolute(argument[len(option):])
                argument = absolute(argument)
                if argument.endswith((".cc", ".cpp")):
                    source = argument
                arguments.append(argument)
        # A file may be compiled into several targets; one way is enough.
        if source and not source.startswith("/"):
            commands.setdefault(source, {"directory": ROOT, "file": source, "arguments": arguments})
    with open(output, "w", encoding="utf-8") as file:
        json.dump([commands[source] for source in sorted(commands)], file, indent=1)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "compile_commands.json"))
