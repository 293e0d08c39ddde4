"""Stand-ins for repositories that an old Bazel expects to download.

Debian's Bazel 4.2.3 brings the rules themselves (`native.*`) but its own tools load them through `@rules_cc` and `@rules_java`.
A newer Bazel brings or finds the real ones; then nothing here is used.
"""

_RULES = {
    "rules_cc": ("cc/defs.bzl", [
        "cc_binary",
        "cc_import",
        "cc_library",
        "cc_test",
        "cc_toolchain",
        "cc_toolchain_suite",
        "objc_library",
    ]),
    "rules_java": ("java/defs.bzl", [
        "java_binary",
        "java_import",
        "java_library",
        "java_package_configuration",
        "java_plugin",
        "java_runtime",
        "java_test",
        "java_toolchain",
    ]),
}

def _stand_in_impl(ctx):
    for path, text in ctx.attr.files.items():
        ctx.file(path, text, executable = False)

_stand_in = repository_rule(
    implementation = _stand_in_impl,
    attrs = {"files": attr.string_dict(doc = "path in the repository -> content")},
)

def stand_ins():
    """Declares the repositories that this Bazel would otherwise fetch."""
    for repository, (path, rules) in _RULES.items():
        package, _, _ = path.rpartition("/")
        _stand_in(
            name = repository,
            files = {
                package + "/BUILD": "",
                path: "".join(["%s = native.%s\n" % (rule, rule) for rule in rules]),
            },
        )
    _stand_in(
        name = "remote_coverage_tools",
        files = {"BUILD": "".join([
            "filegroup(name = \"%s\", visibility = [\"//visibility:public\"])\n" % name
            for name in ["lcov_merger", "coverage_report_generator"]
        ])},
    )
