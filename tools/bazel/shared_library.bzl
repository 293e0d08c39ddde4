"""`libhawser.so.0`: base, model and plugin API as one shared library.

The broker, the SDK, the command line, tests and every plugin use these three packages. Were they static, a process would hold
several copies of their tables and types; so they are compiled once, linked once, and loaded once.

Each part declares `hawser_core_library(name = "x", ...)`, which makes two targets:

    :x_objects   the real compilation; only the other parts and the root package may see it
    :x           what everybody depends on: the headers of x, and the shared library to link with

The root package links the `_objects` of all parts with `hawser_shared_library`.
"""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("//tools/bazel:cc.bzl", "cc_binary", "cc_library")

_SHARED_LIBRARY = "//:libhawser_link"

_PARTS = [
    "//:__pkg__",
    "//plugins/api:__pkg__",
    "//proto/base:__pkg__",
    "//proto/model:__pkg__",
]

# Calls inside the library are direct: nobody replaces its functions from outside.
_COPTS = ["-fno-semantic-interposition"]

def _link_flags(cc_info):
    """The flags with which the system's libraries below `cc_info` are linked."""
    flags = []
    for linker_input in cc_info.linking_context.linker_inputs.to_list():
        flags += linker_input.user_link_flags
    return flags

# What one links with: made once, so that there is one path to search for the library at run time.
def _shared_library_link_impl(ctx):
    cc_toolchain = find_cpp_toolchain(ctx)
    library = cc_common.create_library_to_link(
        actions = ctx.actions,
        cc_toolchain = cc_toolchain,
        dynamic_library = ctx.file.shared_library,
        feature_configuration = cc_common.configure_features(
            ctx = ctx,
            cc_toolchain = cc_toolchain,
            requested_features = ctx.features,
            unsupported_features = ctx.disabled_features,
        ),
    )
    return [
        DefaultInfo(files = depset([ctx.file.shared_library])),
        CcInfo(linking_context = cc_common.create_linking_context(linker_inputs = depset([
            cc_common.create_linker_input(owner = ctx.label, libraries = depset([library])),
        ]))),
    ]

_shared_library_link = rule(
    implementation = _shared_library_link_impl,
    attrs = {
        "shared_library": attr.label(allow_single_file = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    provides = [CcInfo],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

# The headers of the objects, and instead of the objects the shared library. The system's libraries stay on the link line: inline
# code in our headers may call them.
def _core_view_impl(ctx):
    objects = ctx.attr.objects[CcInfo]
    system_libraries = cc_common.create_linker_input(
        owner = ctx.label,
        user_link_flags = depset(_link_flags(objects)),
    )
    shared_library = ctx.attr.shared_library[CcInfo].linking_context.linker_inputs
    return [
        DefaultInfo(files = ctx.attr.shared_library[DefaultInfo].files),
        CcInfo(
            compilation_context = objects.compilation_context,
            linking_context = cc_common.create_linking_context(
                linker_inputs = depset([system_libraries], transitive = [shared_library]),
            ),
        ),
    ]

_core_view = rule(
    implementation = _core_view_impl,
    attrs = {
        "objects": attr.label(providers = [CcInfo]),
        "shared_library": attr.label(providers = [CcInfo]),
    },
    provides = [CcInfo],
)

def _objects_flavour(dep):
    """`//proto/base` and `//proto/base:base` -> `//proto/base:base_objects`; anything else stays."""
    for part in ["//proto/base:base", "//proto/model:model", "//plugins/api:api"]:
        if dep == part or dep == part[:part.index(":")]:
            return part + "_objects"
    return dep

def hawser_core_library(name, srcs = [], hdrs = [], deps = [], visibility = None, copts = [], **kwargs):
    """A part of libhawser.so.0; see the top of this file.

    Args:
      name: the part's public name, the last word of its package.
      srcs: sources and private headers.
      hdrs: public headers.
      deps: other parts by their public names, and libraries of `@system`.
      visibility: who may depend on the public view.
      copts: further compiler options.
      **kwargs: passed on to cc_library.
    """
    cc_library(
        name = name + "_objects",
        srcs = srcs,
        hdrs = hdrs,
        copts = _COPTS + copts,
        visibility = _PARTS,
        deps = [_objects_flavour(dep) for dep in deps],
        **kwargs
    )
    _core_view(
        name = name,
        objects = ":" + name + "_objects",
        shared_library = _SHARED_LIBRARY,
        visibility = visibility,
    )

# A cc_binary with `linkshared` takes from a cc_library only what something refers to: nothing. So its objects are handed to it as
# files, and only the link flags travel on as a dependency.
def _object_files_impl(ctx):
    merged = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps])
    files = []
    for linker_input in merged.linking_context.linker_inputs.to_list():
        for library in linker_input.libraries:
            files += library.pic_objects or library.objects or []
    return [
        DefaultInfo(files = depset(files), runfiles = ctx.runfiles(files = files)),
        CcInfo(linking_context = cc_common.create_linking_context(linker_inputs = depset([
            cc_common.create_linker_input(
                owner = ctx.label,
                user_link_flags = depset(_link_flags(merged)),
            ),
        ]))),
    ]

object_files = rule(
    implementation = _object_files_impl,
    attrs = {"deps": attr.label_list(providers = [CcInfo])},
    doc = "The object files of its deps and of what they depend on; as a dependency, only their link flags.",
    provides = [CcInfo],
)

def hawser_shared_library(name, soname, parts, visibility = None):
    """Links the objects of all parts into the shared library `soname`.

    Args:
      name: `<name>_link` is what the parts' public views link with, `<name>_objects` the object files.
      soname: the name of the file and in the file.
      parts: the `_objects` targets.
      visibility: as everywhere.
    """
    object_files(
        name = name + "_objects",
        deps = parts,
        visibility = ["//:tests"],
    )
    cc_binary(
        name = soname,
        srcs = [":" + name + "_objects"],
        linkopts = [
            "-Wl,-soname," + soname,
            "-Wl,-z,defs",
            "-Wl,-Bsymbolic-functions",
        ],
        linkshared = True,
        visibility = visibility,
        deps = [":" + name + "_objects"],
    )
    _shared_library_link(
        name = name + "_link",
        shared_library = ":" + soname,
        visibility = _PARTS,
    )
