"""Tests of tools/check_layers.py."""

import unittest

from tools import check_layers


def includes(path, *lines, headers=None):
    text = "".join(f'#include "{line}"\n' for line in lines)
    return check_layers.check_includes({path: text}, headers or {})


def query(*rules):
    return check_layers.parse_query(
        '<?xml version="1.1" encoding="UTF-8" standalone="no"?><query version="2">' + "".join(rules) + "</query>")


def rule(name, *inputs, extra=""):
    return (f'<rule class="cc_library" name="{name}">{extra}'
            + "".join(f'<rule-input name="{label}"/>' for label in inputs) + "</rule>")


class IncludesTest(unittest.TestCase):

    def test_each_layer_may_use_those_below_it(self):
        self.assertEqual(includes("proto/model/value.h", "proto/base/mutex.h", "absl/time/time.h"), [])
        self.assertEqual(includes("proto/link/link.cc", "proto/wire/frame.h", "proto/model/value.h"), [])
        self.assertEqual(includes("broker/core/x.cc", "plugins/api/module_host.h"), [])
        self.assertEqual(includes("broker/session/x.cc", "broker/core/x.h", "proto/link/link.h"), [])
        self.assertEqual(includes("client/internal/x.cc", "proto/link/link.h", "client/remote.h"), [])
        self.assertEqual(includes("tools/cli/main.cc", "client/remote.h"), [])

    def test_no_layer_may_use_one_above_or_beside_it(self):
        for user, used in [
                ("proto/base/x.h", "proto/model/value.h"),
                ("proto/model/x.h", "plugins/api/module.h"),
                ("proto/wire/x.cc", "proto/link/link.h"),
                ("plugins/api/x.h", "proto/wire/frame.h"),
                ("plugins/files/x.cc", "broker/core/x.h"),
                ("plugins/files/x.cc", "client/remote.h"),
                ("plugins/files/x.cc", "proto/link/link.h"),
                ("broker/core/x.cc", "proto/wire/frame.h"),
                ("broker/core/x.cc", "proto/link/link.h"),
                ("broker/host/x.cc", "broker/core/x.h"),
                ("broker/main.cc", "client/remote.h"),
                ("client/x.cc", "broker/core/x.h"),
                ("tools/cli/x.cc", "proto/link/link.h"),
                ("broker/core/x.cc", "tests/support/fake_clock.h"),
        ]:
            with self.subTest(user=user, used=used):
                self.assertEqual(len(includes(user, used)), 1)

    def test_a_violation_says_where_and_what(self):
        self.assertEqual(includes("proto/base/x.h", "absl/time/time.h", "proto/link/link.h"),
                         ["proto/base/x.h:2: base must not use link: proto/link/link.h"])

    def test_headers_are_known_by_the_names_their_targets_give_them(self):
        headers = {"hawser/remote.h": "client/remote.h"}
        self.assertEqual(includes("plugins/files/x.cc", "hawser/remote.h", headers=headers),
                         ["plugins/files/x.cc:1: plugins must not use client: hawser/remote.h"])

    def test_tests_may_use_everything(self):
        self.assertEqual(includes("tests/x.cc", "client/remote.h", "broker/core/x.h", "grpcpp/grpcpp.h"), [])

    def test_generated_classes_stay_out_of_headers(self):
        self.assertEqual(includes("proto/wire/codec.h", "hawser/v1/value.pb.h"), [])
        self.assertEqual(includes("broker/session/grpc.cc", "hawser/v1/session.grpc.pb.h"), [])
        self.assertEqual(len(includes("broker/session/grpc.h", "hawser/v1/session.grpc.pb.h")), 1)
        self.assertEqual(len(includes("tests/support/x.h", "hawser/v1/value.pb.h")), 1)

    def test_generated_classes_stay_out_of_the_core(self):
        self.assertEqual(includes("broker/core/x.cc", "hawser/v1/value.pb.h"),
                         ["broker/core/x.cc:1: core must not use spec: hawser/v1/value.pb.h"])

    def test_only_some_layers_use_grpc_protobuf_and_dlopen(self):
        self.assertEqual(len(includes("broker/core/x.cc", "grpcpp/grpcpp.h", "dlfcn.h")), 2)
        self.assertEqual(len(includes("proto/link/x.cc", "google/protobuf/message.h")), 1)
        self.assertEqual(includes("broker/host/x.cc", "dlfcn.h"), [])
        self.assertEqual(includes("client/x.cc", "grpcpp/grpcpp.h"), [])


class TargetsTest(unittest.TestCase):

    def test_dependencies_follow_the_same_rules(self):
        rules = query(rule("//broker/core:core", "//proto/model:model", "@system//:absl_time", "//broker/core:x.cc"))
        self.assertEqual(check_layers.check_targets(rules), [])
        rules = query(rule("//plugins/files:files", "//client:client"))
        self.assertEqual(check_layers.check_targets(rules),
                         ["//plugins/files:files: plugins must not use client: //client:client"])

    def test_system_libraries_follow_the_same_rules(self):
        rules = query(rule("//broker/core:core", "@system//:grpc++", "@system//:protobuf"))
        self.assertEqual(len(check_layers.check_targets(rules)), 2)

    def test_what_builds_the_tree_is_no_layer(self):
        rules = query(rule("//proto/base:base", "//:libhawser_link", "//tools/bazel:plugin.lds"))
        self.assertEqual(check_layers.check_targets(rules), [])

    def test_the_package_holds_everything_and_nobody_uses_it(self):
        rules = query(rule("//tools/package:hawser.tar", "//broker:hawserd", "//tools/cli:hawser"))
        self.assertEqual(check_layers.check_targets(rules), [])
        rules = query(rule("//client:client", "//tools/package:hawser.tar"))
        self.assertEqual(len(check_layers.check_targets(rules)), 1)

    def test_include_prefixes_are_read_from_the_targets(self):
        rules = query(rule("//proto/base:base_objects", extra=(
            '<list name="hdrs"><label value="//proto/base:mutex.h"/></list>'
            '<string name="include_prefix" value="hawser/base"/>'
            '<string name="strip_include_prefix" value="/proto/base"/>')))
        self.assertEqual(check_layers.header_map(rules), {"hawser/base/mutex.h": "proto/base/mutex.h"})


class SizesTest(unittest.TestCase):

    def test_long_files_are_named(self):
        self.assertEqual(check_layers.check_sizes({"a.h": "\n" * 200, "a.cc": "\n" * 400}), [])
        self.assertEqual(len(check_layers.check_sizes({"a.h": "\n" * 201, "a.cc": "\n" * 401})), 2)
