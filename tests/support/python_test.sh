#!/bin/bash
# usage: python_test.sh FILE
# Runs the unittest cases of a Python file; see python_test in //tools/bazel:python.bzl.
exec /usr/bin/python3 -B tests/support/python_test.py "$1"
