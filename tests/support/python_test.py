"""Runs the unittest cases of one file and tells Bazel about each of them, as GoogleTest does."""

import importlib.util
import os
import sys
import time
import unittest
import xml.etree.ElementTree as ElementTree


class Result(unittest.TextTestResult):
    """Notes each case as an element of Bazel's test.xml."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.elements = []

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()
        self.elements.append(ElementTree.Element(
            "testcase", classname=type(test).__name__, name=test.id().split(".")[-1], status="run"))

    def stopTest(self, test):
        self.elements[-1].set("time", f"{time.monotonic() - self.started:.3f}")
        super().stopTest(test)

    def _note(self, kind, text):
        if not self.elements:  # setUpClass failed
            self.elements.append(ElementTree.Element("testcase", name="setup", status="run"))
        ElementTree.SubElement(self.elements[-1], kind, message=text.splitlines()[-1]).text = text

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._note("failure", self._exc_info_to_string(error, test))

    def addError(self, test, error):
        super().addError(test, error)
        self._note("error", self._exc_info_to_string(error, test))

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self._note("failure", f"{subtest}: {self._exc_info_to_string(error, test)}")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._note("skipped", reason or "skipped")


def main(path):
    sys.path.insert(0, os.getcwd())
    spec = importlib.util.spec_from_file_location("test_file", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["test_file"] = module
    spec.loader.exec_module(module)

    suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Result).run(suite)
    output = os.environ.get("XML_OUTPUT_FILE")
    if output:
        top = ElementTree.Element("testsuites")
        suite = ElementTree.SubElement(top, "testsuite", name=os.path.basename(path),
                                       tests=str(len(result.elements)))
        suite.extend(result.elements)
        ElementTree.ElementTree(top).write(output, encoding="utf-8", xml_declaration=True)
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
