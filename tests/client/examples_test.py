"""Every example runs against a real broker and prints what it promises."""

import os
import shutil
import subprocess
import tempfile
import unittest

MODULES = ["plugins/counter/counter.so", "plugins/map_numbers/map_numbers.so", "plugins/sqlite/sqlite.so",
           "plugins/window/window.so", "plugins/foo/foo.so"]


class ExamplesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="hawser-", dir="/tmp")  # a socket's path must be short
        modules = os.path.join(cls.folder, "modules")
        os.mkdir(modules)
        for module in MODULES:
            # A copy: of a link the real folder counts, and that is another for each.
            shutil.copy(module, modules)
        cls.endpoint = f"unix:{cls.folder}/hawser.sock"
        cls.broker = subprocess.Popen(["broker/hawserd", "--listen", cls.endpoint, "--plugin-dir", modules],
                                      stdout=subprocess.PIPE, text=True)
        assert "listening" in cls.broker.stdout.readline()

    @classmethod
    def tearDownClass(cls):
        cls.broker.terminate()
        cls.broker.wait(timeout=20)
        cls.broker.stdout.close()
        shutil.rmtree(cls.folder)

    def run_example(self, name, use_argument=True):
        command = [f"client/examples/{name}"] + ([self.endpoint] if use_argument else [])
        done = subprocess.run(command, env={"HAWSER_ENDPOINT": self.endpoint}, timeout=30, text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 0)
        return done.stdout

    def test_browser_window(self):
        self.assertRegex(self.run_example("browser_window"), r"^<BrowserWindow @\d+> shows https://github.com at 800 x 600$")

    def test_builtin_app(self):
        output = self.run_example("builtin_app")
        self.assertIn("  getName\n", output)
        self.assertIn("name: hawserd\n", output)
        self.assertIn(f"runs in the process {self.broker.pid}\n", output)

    def test_close_listener(self):
        self.assertEqual(self.run_example("close_listener"), "window was closed\n")

    def test_lifetime(self):
        self.assertEqual(self.run_example("lifetime"),
                         "objects held: 3\nstill there: 11\ncounters alive in the broker: 1\n")

    def test_map_numbers(self):
        self.assertEqual(self.run_example("map_numbers"), "[undefined, undefined, undefined], [2, 3, 4]\n")

    def test_pipeline(self):
        self.assertEqual(self.run_example("pipeline"), "title: pipelined\nsums: 13 and 103\n")

    def test_relative_module(self):
        self.assertEqual(self.run_example("relative_module"), "bar\n")

    def test_sqlite(self):
        output = self.run_example("sqlite")
        self.assertIn('{what: "tea", pieces: 3}\n{what: "coffee", pieces: 5}\n', output)
        self.assertIn("SqliteError", output)

    def test_the_endpoint_may_come_from_the_environment(self):
        self.assertEqual(self.run_example("relative_module", use_argument=False), "bar\n")

    def test_what_fails_is_said(self):
        done = subprocess.run(["client/examples/map_numbers", "unix:/tmp/hawser-nobody.sock"], timeout=30, text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("UNAVAILABLE", done.stderr)
