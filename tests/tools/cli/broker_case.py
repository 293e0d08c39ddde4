"""A real broker with the modules counter and window, and the command line to ask it, for tests."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

HAWSER = os.path.abspath("tools/cli/hawser")
HAWSERD = os.path.abspath("broker/hawserd")
PLUGINS = [os.path.abspath(f"plugins/{name}/{name}.so") for name in ("counter", "window")]


class BrokerCase(unittest.TestCase):
    plugins = PLUGINS

    @classmethod
    def setUpClass(cls):
        # A socket's path must be short.
        cls.folder = tempfile.mkdtemp(dir="/tmp")
        cls.endpoint = f"unix:{cls.folder}/s"
        command = [HAWSERD, "--listen", cls.endpoint]
        for plugin in cls.plugins:
            command += ["--plugin", plugin]
        cls.daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HAWSER_ENDPOINT": cls.endpoint,
                           "LC_ALL": "C.UTF-8"}
        done = subprocess.run([HAWSER, "wait", "counter", "--timeout", "20s"], env=cls.environment, check=False)
        assert done.returncode == 0, "the broker did not start"

    @classmethod
    def tearDownClass(cls):
        cls.daemon.terminate()
        cls.daemon.wait()
        shutil.rmtree(cls.folder)

    def run_it(self, *words, code=0, environment=None, **options):
        """Runs hawser; (stdout, stderr)."""
        done = subprocess.run([HAWSER, *words], env={**self.environment, **(environment or {})}, text=True,
                              capture_output=True, timeout=60, check=False, **options)
        self.assertEqual(done.returncode, code, f"hawser {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout, done.stderr

    def start(self, *words):
        return subprocess.Popen([HAWSER, *words], env=self.environment, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def keep(self, *words):
        """Makes an object that a session holds until the test ends: (its id, the process)."""
        process = self.start("new", *words, "--keep", "-o", "name")
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process.stdout.readline().strip(), process

    def own_broker(self, name, *options):
        """A further broker, with counter, for tests that end it: (the environment to ask it, the process)."""
        environment = {**self.environment, "HAWSER_ENDPOINT": f"{self.folder}/{name}"}
        command = [HAWSERD, "--listen", environment["HAWSER_ENDPOINT"], "--plugin", PLUGINS[0], *options]
        daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        subprocess.run([HAWSER, "wait", "counter", "--timeout", "20s"], env=environment, check=True)
        return environment, daemon

    def held_corpse(self):
        """A destroyed window that a session still holds: (its id, the session). Its holder is stopped, and lets go of
        nothing."""
        oid, process = self.keep("window.BrowserWindow")
        session = self.session_of(process)["session"]
        process.send_signal(signal.SIGSTOP)
        self.run_it("call", f"{oid}.close")
        return oid, session

    def follow(self, *words, environment=None, **options):
        """A command that stays until the test ends, at the latest."""
        process = subprocess.Popen([HAWSER, *words], env=environment or self.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def session_of(self, process, environment=None, ready=lambda session: True):
        """What the broker says of the session of `process`, as soon as that is `ready`."""
        while True:
            listed = subprocess.run([HAWSER, "session", "-o", "json"], env=environment or self.environment, text=True,
                                    capture_output=True, check=False)
            for session in json.loads(listed.stdout or "[]"):
                if session["pid"] == process.pid and ready(session):
                    return session
            self.assertIsNone(process.poll(), "it ended")
