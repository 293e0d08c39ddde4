"""Tests of tools/count_tests.py with event files as Bazel writes them."""

import contextlib
import io
import os
import tempfile
import unittest

from tools import count_tests

TESTDATA = os.path.abspath("tests/tools/testdata/count_tests")
LABEL = "//tests/broker/core:registry_test"


def count(name):
    with open(os.path.join(TESTDATA, name), encoding="utf-8") as events:
        return count_tests.count_events(line.replace("@DIR@", TESTDATA) for line in events)


def run(*arguments):
    """The exit status and the lines of the program itself."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        status = count_tests.main(list(arguments))
    return status, output.getvalue().splitlines()


class CountTestsTest(unittest.TestCase):

    def expect(self, name, passed, failed):
        counted = count(name)
        self.assertEqual(counted.passed, passed)
        self.assertEqual([(label, why) for label, why, _ in counted.failed], failed)

    def test_a_crash_is_one_failure_and_what_passed_before_it_is_unknown(self):
        self.expect("crash.json", 0, [(LABEL, "failed")])

    def test_a_timeout_is_one_failure(self):
        self.expect("timeout.json", 0, [(LABEL, "timeout")])

    def test_a_target_that_does_not_build_is_one_failure(self):
        self.expect("does_not_build.json", 0,
                    [("//broker/core:registry", "does not build"), (LABEL, "does not build")])

    def test_a_target_that_cannot_be_analysed_is_one_failure(self):
        self.expect("not_analysed.json", 0, [(LABEL, "analysis failure")])

    def test_a_sanitizer_exit_after_green_cases_is_a_failure_beside_them(self):
        self.expect("sanitizer.json", 2, [(LABEL, "failed, although no case of it failed")])

    def test_skipped_and_disabled_cases_do_not_count(self):
        self.expect("mixed.json", 3, [(LABEL + " Registry.Fails", "failed")])

    def test_cached_results_count(self):
        self.expect("cached.json", 2, [])

    def test_the_last_attempt_of_a_flaky_test_counts(self):
        self.expect("flaky.json", 2, [])

    def test_every_shard_counts(self):
        self.expect("shards.json", 4, [])

    def test_a_script_is_one_case(self):
        self.expect("script.json", 1, [])

    def test_a_failure_names_its_log(self):
        self.assertEqual(count("crash.json").failed[0][2], TESTDATA + "/crash.log")

    def test_a_missing_result_file_is_one_case(self):
        events = ('{"id":{"testResult":{"label":"//a:b"}},"testResult":{"status":"FAILED",'
                  '"testActionOutput":[{"name":"test.xml","uri":"file:///nowhere/test.xml"}]}}')
        self.assertEqual(count_tests.count_events([events]).failed, [("//a:b", "failed", None)])


class ProgramTest(unittest.TestCase):

    def setUp(self):
        self.empty = tempfile.NamedTemporaryFile()
        self.addCleanup(self.empty.close)

    def test_the_last_line_is_the_count(self):
        status, lines = run(os.path.join(TESTDATA, "does_not_build.json"))
        self.assertEqual((status, lines[-1]), (1, "0 passed, 2 failed"))

    def test_all_passed_is_success(self):
        with tempfile.NamedTemporaryFile("w") as events:
            with open(os.path.join(TESTDATA, "cached.json"), encoding="utf-8") as canned:
                events.write(canned.read().replace("@DIR@", TESTDATA))
            events.flush()
            self.assertEqual(run(events.name), (0, ["2 passed, 0 failed"]))

    def test_a_failure_of_bazel_itself_is_never_lost(self):
        status, lines = run("--bazel-status", "1", self.empty.name)
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))

    def test_a_truncated_event_file_is_read_as_far_as_it_goes(self):
        self.assertEqual(count_tests.count_events(['{"id":{"testRes']).passed, 0)
