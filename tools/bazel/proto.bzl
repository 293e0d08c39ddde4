"""Code from .proto files, with the system's protoc.

Bazel's own proto_library wants to build protoc. These rules run the packaged one, and take .proto files under //proto only: one
includes the result as "hawser/v1/x.pb.h".
"""

load("//tools/bazel:cc.bzl", "cc_library")

_ROOT = "proto/"

_ProtoInfo = provider(
    doc = "The .proto files of a target and of all it imports.",
    fields = {"files": "depset of files"},
)

_LANGUAGES = {
    # language: (suffixes of headers, suffixes of sources, protoc's option, plugin)
    "cc": ([".pb.h"], [".pb.cc"], "cpp", ""),
    "cc_grpc": ([".grpc.pb.h"], [".grpc.pb.cc"], "grpc", "grpc_cpp_plugin"),
    "python": ([], ["_pb2.py"], "python", ""),
    "python_grpc": ([], ["_pb2_grpc.py"], "grpc", "grpc_python_plugin"),
}

def _generate_impl(ctx):
    headers, sources = [], []
    header_suffixes, source_suffixes, option, plugin = _LANGUAGES[ctx.attr.language]
    for src in ctx.files.srcs:
        if not src.short_path.startswith(_ROOT):
            fail("%s is not under //%s" % (src.short_path, _ROOT))
        stem = src.basename[:-len(".proto")]
        headers += [ctx.actions.declare_file(stem + suffix) for suffix in header_suffixes]
        sources += [ctx.actions.declare_file(stem + suffix) for suffix in source_suffixes]

    imports = depset(ctx.files.srcs, transitive = [dep[_ProtoInfo].files for dep in ctx.attr.deps])
    arguments = ctx.actions.args()
    arguments.add("-I" + _ROOT)
    arguments.add("--%s_out=%s/%s" % (option, ctx.bin_dir.path, _ROOT))
    arguments.add_all(ctx.files.srcs)

    # protoc finds its plugins only by path, and the path of system programs is not known here.
    ctx.actions.run_shell(
        outputs = headers + sources,
        inputs = imports,
        arguments = [arguments],
        command = "exec protoc %s\"$@\"" % (
            "--plugin=protoc-gen-grpc=\"$(command -v %s)\" " % plugin if plugin else ""
        ),
        mnemonic = "Protoc",
        progress_message = "Generating %s code from %s" % (ctx.attr.language, ctx.label),
        use_default_shell_env = True,
    )
    files = depset(headers + sources)
    return [
        DefaultInfo(files = files, runfiles = ctx.runfiles(files = headers + sources)),
        OutputGroupInfo(hdrs = depset(headers), srcs = depset(sources)),
        _ProtoInfo(files = imports),
    ]

_generate = rule(
    implementation = _generate_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".proto"]),
        "deps": attr.label_list(providers = [_ProtoInfo]),
        "language": attr.string(values = _LANGUAGES.keys()),
    },
)

def _generated_cc_library(name, language, srcs, proto_deps, deps, visibility, tags):
    generated = name + "_generated"
    _generate(
        name = generated,
        srcs = srcs,
        deps = proto_deps,
        language = language,
        tags = tags,
        visibility = visibility,
    )
    for group in ["hdrs", "srcs"]:
        native.filegroup(
            name = generated + "_" + group,
            srcs = [":" + generated],
            output_group = group,
            tags = tags,
        )
    cc_library(
        name = name,
        srcs = [":%s_srcs" % generated],
        hdrs = [":%s_hdrs" % generated],
        copts = ["-w"],  # what protoc writes is not ours to warn about
        strip_include_prefix = "/" + _ROOT,
        tags = tags,
        visibility = visibility,
        deps = deps,
    )

def _generated_by(deps):
    return [dep + "_generated" for dep in deps]

def cc_proto(name, srcs, deps = [], visibility = None, tags = []):
    """A C++ library of the messages in `srcs`.

    Args:
      name: include its headers as "hawser/v1/x.pb.h".
      srcs: .proto files of this package.
      deps: `cc_proto` targets whose files they import.
      visibility: as everywhere.
      tags: as everywhere.
    """
    _generated_cc_library(
        name,
        "cc",
        srcs,
        _generated_by(deps),
        deps + ["@system//:protobuf"],
        visibility,
        tags,
    )

def cc_grpc(name, srcs, deps, visibility = None, tags = []):
    """A C++ library of the services in `srcs`; a target of its own, because gRPC's headers are costly.

    Args:
      name: include its headers as "hawser/v1/x.grpc.pb.h".
      srcs: .proto files of this package.
      deps: the `cc_proto` target of the same files.
      visibility: as everywhere.
      tags: as everywhere.
    """
    _generated_cc_library(
        name,
        "cc_grpc",
        srcs,
        _generated_by(deps),
        deps + ["@system//:grpc++"],
        visibility,
        tags,
    )

def python_stubs(name, srcs, services = [], visibility = None, tags = []):
    """Python modules of the messages in `srcs` and of the services in `services`.

    As `data` of a test they lie under proto/, so that PYTHONPATH=proto makes `from hawser.v1 import session_pb2` work. Run them with
    /usr/bin/python3, which has grpc and protobuf from their packages.

    Args:
      name: both kinds of modules.
      srcs: .proto files of this package, with all they import.
      services: those of `srcs` that hold services.
      visibility: as everywhere.
      tags: as everywhere.
    """
    _generate(
        name = name + "_messages",
        srcs = srcs,
        language = "python",
        tags = tags,
    )
    _generate(
        name = name + "_services",
        srcs = services,
        deps = [":%s_messages" % name],
        language = "python_grpc",
        tags = tags,
    )
    native.filegroup(
        name = name,
        srcs = [":%s_messages" % name, ":%s_services" % name],
        tags = tags,
        visibility = visibility,
    )
