"""Runs every example of the reference, docs/cli.md, as it is printed there, but for ids: @7 is a window that somebody holds,
4f3c21aa the session that holds it, and files of /tmp lie in a folder of the test."""

import json
import os
import re
import shutil
import signal
import subprocess
import unittest

from tests.tools.cli import broker_case

SQLITE = os.path.abspath("plugins/sqlite/sqlite.so")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
with open("docs/cli.md", encoding="utf-8") as reference:
    EXAMPLES = [re.sub(r" {3,}# .*", "", line).rstrip() for block in BLOCK.findall(reference.read())
                for line in block.splitlines()]


class ExamplesTest(broker_case.BrokerCase):
    plugins = broker_case.PLUGINS + [SQLITE]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.symlink(broker_case.HAWSER, os.path.join(cls.folder, "hawser"))
        # Nothing of the machine is to be started anew, whatever an example says.
        with open(os.path.join(cls.folder, "systemctl"), "w", encoding="utf-8") as stub:
            os.chmod(stub.fileno(), 0o755)
            stub.write("#!/bin/sh\nexit 1\n")
        shutil.copy(broker_case.PLUGINS[0], os.path.join(cls.folder, "counter.so"))
        cls.environment = {**cls.environment, "PATH": f"{cls.folder}:/usr/bin:/bin",
                           "HAWSERD": broker_case.HAWSERD}

    def begin(self, example, window, session):
        command = example.replace("@7", window).replace("4f3c21aa", session).replace("/tmp/", self.folder + "/")
        # A group of its own, so that an interrupt reaches all of a pipe, as from a terminal.
        process = subprocess.Popen(["bash", "-c", "set -o pipefail; " + command], env=self.environment, cwd=self.folder,
                                   text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def run_example(self, example):
        window, holder = self.keep("window.BrowserWindow")
        process = self.begin(example, window, self.session_of(holder)["session"][:8])
        kept = None
        if example.endswith("--keep"):
            kept = process.stdout.readline()
            os.killpg(process.pid, signal.SIGINT)
        elif example.startswith("hawser watch"):
            self.wait_for_listeners(process, window, example)
            self.run_it("call", f"{window}.setSize", "300", "200")
            self.run_it("call", f"{window}.close")
        elif "--gone" in example:
            holder.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        return process.returncode, kept or out, err

    @staticmethod
    def endings(example):
        """Exit codes it may end with, after what run_example does to it."""
        if example.endswith("--keep"):
            return (-signal.SIGINT, 130)
        watches = example.startswith("hawser watch") and "--count" not in example
        return (7,) if watches else (0,)  # 7: the window was closed

    def wait_for_listeners(self, process, window, example):
        """Until the command, which runs in the group of `process`, listens to all that it is to watch."""
        named = re.search(r"--event (\S+)", example)
        members = json.loads(self.run_it("describe", window, "-o", "json")[0])["members"]
        declared = [member for member in members if member["kind"] == "event"]
        events = len(named.group(1).split(",") if named else declared)
        while True:
            self.assertIsNone(process.poll(), "it ended")
            for session in json.loads(self.run_it("session", "-o", "json")[0]):
                try:
                    if os.getpgid(session["pid"]) == process.pid and session["callbacks"] >= events:
                        return
                except ProcessLookupError:
                    pass

    def test_every_example_of_the_reference_works_as_printed(self):
        self.assertGreater(len(EXAMPLES), 40)
        for example in EXAMPLES:
            with self.subTest(example):
                code, out, err = self.run_example(example)
                self.assertIn(code, self.endings(example), err)
                silent = example.startswith(("hawser wait @7", "hawser set", "jq -n '[\"piped", "title=",
                                             "hawser session kick", "hawser call @7.loadURL"))
                self.assertEqual(out == "", silent, f"{out}{err}")

    def test_what_examples_show_is_what_they_say(self):
        def shown(example):
            self.assertIn(example, EXAMPLES)
            return self.run_example(example)[1]

        self.assertEqual(shown("hawser call counter.add 1 2"), "3\n")
        self.assertEqual(shown("jq -n '[1, 2]' | hawser call counter.add -d @-"), "3\n")
        self.assertEqual(shown("hawser get process.argv[0]"), broker_case.HAWSERD + "\n")
        self.assertIn('"width": 300', shown("hawser watch @7 --event resize,move -o json | jq .args"))
        self.assertIn("closed", shown("hawser watch @7 --event closed --count 1 --timeout 1m"))
        self.assertRegex(shown("hawser list --class BrowserWindow -o name"), r"^(@\d+\n)+$")
        self.assertEqual(shown("hawser session list -o json | jq '.[].program'").split()[0], '"hawser"')


if __name__ == "__main__":
    unittest.main()
