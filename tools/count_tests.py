#!/usr/bin/python3
"""Counts test cases in the event file of a Bazel run (--build_event_json_file).

Prints what failed, and as its last line "N passed, N failed"; fails if anything failed. The counts come from the test.xml that each
test result names, cached results included, so they are those of this run and of all its tests. What a test.xml does not say:

  crash          the cases before it are lost; Bazel writes one case with an error: one failed
  timeout        no case of its own failed: one failed
  does not build no result at all: one failed for each target
  sanitizer      exits with an error after all cases passed: one failed beside them

Skipped and disabled cases are neither passed nor failed.
"""

import argparse
import json
import os
import sys
import urllib.parse
import xml.etree.ElementTree


class Count:
    """Cases passed, and names of what failed, with a word why and the log if there is one."""

    def __init__(self):
        self.passed = 0
        self.failed = []

    def fail(self, name, why, log=None):
        self.failed.append((name, why, log))


def path_of(uri):
    return urllib.parse.unquote(urllib.parse.urlparse(uri).path)


def cases_in(path):
    """(name, outcome) of each case in a test.xml, and whether Bazel and not the test itself wrote it.

    The outcome is "passed", "failed" or "skipped". A file that is missing or broken, as after a crash, has no cases.
    """
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return [], True
    cases = []
    by_bazel = False
    for suite in root.iter("testsuite"):
        found = suite.findall("testcase")
        # Bazel's own file has one case, named like its suite.
        if len(found) == 1 and found[0].get("name") == suite.get("name"):
            by_bazel = True
        for case in found:
            name = ".".join(filter(None, [case.get("classname"), case.get("name")]))
            if case.find("failure") is not None or case.find("error") is not None:
                outcome = "failed"
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                outcome = "skipped"
            else:
                outcome = "passed"
            cases.append((name, outcome))
    return cases, by_bazel


def count_result(count, label, result):
    """Adds one run of one test."""
    status = result.get("status", "NO_STATUS")
    files = {output["name"]: output.get("uri", "") for output in result.get("testActionOutput", [])}
    log = path_of(files["test.log"]) if "test.log" in files else None
    cases, by_bazel = cases_in(path_of(files["test.xml"])) if "test.xml" in files else ([], True)
    good = status in ("PASSED", "FLAKY")
    why = status.lower().replace("_", " ")

    if by_bazel:
        # The test said nothing about its cases: it is one case itself.
        if good:
            count.passed += 1
        else:
            count.fail(label, why, log)
        return
    any_failed = False
    for name, outcome in cases:
        if outcome == "passed":
            count.passed += 1
        elif outcome == "failed":
            any_failed = True
            count.fail(f"{label} {name}", "failed", log)
    if not good and not any_failed:
        count.fail(label, f"{why}, although no case of it failed", log)


def count_events(lines):
    """Count of all events, given as the lines of the event file."""
    results = {}  # (label, run, shard) -> the last attempt's result
    broken = {}  # label of what was not built -> why
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # the last line of a run that was killed
        identity = event.get("id", {})
        if "testResult" in identity and "testResult" in event:
            test = identity["testResult"]
            key = (test["label"], test.get("run", 1), test.get("shard", 1))
            attempt = test.get("attempt", 1)
            if key not in results or attempt >= results[key][0]:
                results[key] = (attempt, event["testResult"])
        elif "targetCompleted" in identity:
            label = identity["targetCompleted"]["label"]
            if "aborted" in event:
                reason = event["aborted"].get("reason", "unknown")
                if reason != "SKIPPED":
                    broken[label] = reason.lower().replace("_", " ")
            elif not event.get("completed", {}).get("success", False):
                broken[label] = "does not build"

    count = Count()
    for (label, _, _), (_, result) in sorted(results.items()):
        count_result(count, label, result)
    for label, why in sorted(broken.items()):
        # A test that ran and failed was built, whatever else is said about it.
        if not any(key[0] == label for key in results):
            count.fail(label, why)
    return count


def main(arguments):
    parser = argparse.ArgumentParser(description="Counts test cases in a Bazel event file.")
    parser.add_argument("events")
    parser.add_argument("--bazel-status", type=int, default=0, help="the exit status of Bazel")
    options = parser.parse_args(arguments)

    with open(options.events, encoding="utf-8", errors="replace") as lines:
        count = count_events(lines)
    if options.bazel_status != 0 and not count.failed:
        count.fail("bazel", f"exit status {options.bazel_status}, although no test failed")

    terminal = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    red, plain = ("\033[31m", "\033[0m") if terminal else ("", "")
    for name, why, log in count.failed:
        print(f"{red}FAILED{plain} {name}: {why}" + (f"\n       {log}" if log else ""))
    print(f"{count.passed} passed, {len(count.failed)} failed")
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
