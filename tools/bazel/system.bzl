"""`@system`: the libraries of the system's packages, one target for each pkg-config module, named like it.

`@system//:absl_status` carries the flags of `pkg-config absl_status`. The package's version is part of each target, so that an
upgrade rebuilds what uses it.
"""

# The packages that hold these are listed in tools/setup.
_MODULES = [
    "CLI11",
    "absl_any_invocable",
    "absl_base",
    "absl_bind_front",
    "absl_bits",
    "absl_btree",
    "absl_cleanup",
    "absl_cord",
    "absl_core_headers",
    "absl_fixed_array",
    "absl_flat_hash_map",
    "absl_flat_hash_set",
    "absl_function_ref",
    "absl_hash",
    "absl_inlined_vector",
    "absl_int128",
    "absl_memory",
    "absl_node_hash_map",
    "absl_node_hash_set",
    "absl_random_random",
    "absl_span",
    "absl_stacktrace",
    "absl_status",
    "absl_statusor",
    "absl_str_format",
    "absl_strings",
    "absl_symbolize",
    "absl_synchronization",
    "absl_time",
    "absl_type_traits",
    "absl_utility",
    "benchmark",
    "fmt",
    "gmock",
    "gmock_main",
    "grpc",
    "grpc++",
    "gtest",
    "gtest_main",
    "protobuf",
    "spdlog",
    "sqlite3",
]

# Libraries without a pkg-config module: name -> (library, the module it belongs to).
_EXTRA_LIBRARIES = {
    "grpc++_reflection": ("grpc++_reflection", "grpc++"),
}

def _pkg_config(ctx, module, option):
    result = ctx.execute(["pkg-config", option, module])
    if result.return_code != 0:
        fail("pkg-config does not know %s; run tools/setup. It says: %s" % (module, result.stderr.strip()))
    return result.stdout.strip()

def _words(text):
    return [word for word in text.replace("\n", " ").split(" ") if word]

def _last_of_each(words):
    """Drops repeats and keeps the last occurrence, as static libraries need it."""
    kept = {}
    for word in reversed(words):
        kept[word] = True
    return reversed(kept.keys())

def _target(name, deps = [], **attributes):
    lines = ["    %s = %s," % (key, repr(value)) for key, value in attributes.items() if value]
    if deps:
        lines.append("    deps = %s," % repr(deps))
    return "cc_library(\n    name = %s,\n%s\n)\n" % (repr(name), "\n".join(lines))

def _module_target(ctx, module):
    # The stamp is a header nobody includes: it makes compilations depend on the version without a word on the command line.
    stamp = "versions/%s.h" % module
    ctx.file(stamp, "// %s %s\n" % (module, _pkg_config(ctx, module, "--modversion")), executable = False)
    cflags = _words(_pkg_config(ctx, module, "--cflags"))
    return _target(
        module,
        hdrs = [stamp],
        defines = [flag[2:] for flag in cflags if flag.startswith("-D") and flag != "-DNOMINMAX"],
        linkopts = _last_of_each([
            flag
            for flag in _words(_pkg_config(ctx, module, "--libs"))
            if flag != "-L/usr/lib"
        ]),
    )

def _system_libraries_impl(ctx):
    text = [
        "load(\"@rules_cc//cc:defs.bzl\", \"cc_library\")\n",
        "package(default_visibility = [\"//visibility:public\"])\n",
    ]
    text += [_module_target(ctx, module) for module in _MODULES]
    for name, (library, module) in _EXTRA_LIBRARIES.items():
        text.append(_target(name, deps = [":" + module], linkopts = ["-l" + library]))
    ctx.file("BUILD", "\n".join(text), executable = False)

_system_libraries = repository_rule(
    implementation = _system_libraries_impl,
    configure = True,
    environ = ["PKG_CONFIG_PATH"],
    local = True,
)

def system_libraries():
    """Declares `@system`."""
    _system_libraries(name = "system")
