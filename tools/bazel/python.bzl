"""Tests written in Python, run by the system's interpreter, which alone has the system's grpc and protobuf."""

def python_test(name, src, data = [], size = "small", **kwargs):
    """A file of unittest cases, each counted by itself.

    Args:
      name: the test.
      src: the file.
      data: what it reads or imports; sys.path starts with the root of the tree.
      size: as everywhere.
      **kwargs: as everywhere.
    """
    native.sh_test(
        name = name,
        size = size,
        srcs = ["//tests/support:python_test.sh"],
        args = ["$(location %s)" % src],
        data = data + [src, "//tests/support:python_test.py"],
        **kwargs
    )
