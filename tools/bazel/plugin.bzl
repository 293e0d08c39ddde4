"""Plugins: shared libraries the broker loads."""

load("//tools/bazel:cc.bzl", "cc_binary", "cc_library")

def hawser_plugin(name, srcs, deps = [], hdrs = [], system_deps = [], copts = [], visibility = None, **kwargs):
    """Makes `<name>.so`, a plugin that exports its entry symbol and nothing else.

    It shares libhawser.so.0 with the process that loads it, and leaves that process without a trace when it is unloaded: hidden
    visibility and the version script keep libstdc++'s unique symbols from pinning it.

    `<name>_lib` holds the same code for tests that want to link it.

    Args:
      name: the plugin's name; the file is `<name>.so`.
      srcs: its sources.
      deps: libraries of its own; the plugin API is there without being listed.
      hdrs: headers its tests may include.
      system_deps: pkg-config modules it links with, for example "sqlite3".
      copts: further compiler options.
      visibility: who may use the file.
      **kwargs: tags, testonly and the like, for both targets.
    """
    cc_library(
        name = name + "_lib",
        srcs = srcs,
        hdrs = hdrs,
        copts = ["-fvisibility=hidden"] + copts,
        visibility = ["//:tests"],
        deps = deps + ["//plugins/api"] + ["@system//:" + module for module in system_deps],
        alwayslink = True,
        **kwargs
    )
    cc_binary(
        name = name + ".so",
        additional_linker_inputs = ["//tools/bazel:plugin.lds"],
        linkopts = [
            "-Wl,--version-script=$(location //tools/bazel:plugin.lds)",
            "-Wl,-z,defs",
        ],
        linkshared = True,
        visibility = visibility,
        deps = [":" + name + "_lib"],
        **kwargs
    )
