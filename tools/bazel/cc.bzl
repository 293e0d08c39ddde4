"""The C++ rules everything here uses: Bazel's own, with our warnings. Load them from this file only."""

load("@rules_cc//cc:defs.bzl", _cc_binary = "cc_binary", _cc_library = "cc_library", _cc_test = "cc_test")

WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Werror",
    # A designated initialiser leaves the other members to their defaults on purpose.
    "-Wno-missing-field-initializers",
]

# For the code every call goes through: a twentieth fewer instructions. Elsewhere small code and frame pointers, for profilers,
# matter more.
HOT = [
    "-O3",
    "-fomit-frame-pointer",
]

# Before the system's libraries, whose pkg-config modules name far more than one program uses.
_LINKOPTS = ["-Wl,--as-needed"]

def cc_library(name, copts = [], **kwargs):
    """A library, linked statically into whatever uses it."""
    _cc_library(name = name, copts = WARNINGS + copts, linkstatic = True, **kwargs)

def cc_binary(name, copts = [], linkopts = [], **kwargs):
    """A program."""
    _cc_binary(name = name, copts = WARNINGS + copts, linkopts = _LINKOPTS + linkopts, **kwargs)

def cc_test(name, copts = [], deps = [], linkopts = [], size = "small", **kwargs):
    """A GoogleTest program; gtest, gmock and their main function are there without being listed.

    Tag it `tsan` when it starts threads, `no-asan` when it cannot run under AddressSanitizer.
    """
    _cc_test(
        name = name,
        size = size,
        copts = WARNINGS + copts,
        linkopts = _LINKOPTS + linkopts,
        deps = deps + ["@system//:gmock_main", "//tests/support:sanitizer_defaults"],
        **kwargs
    )
