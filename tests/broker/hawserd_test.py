"""hawserd run by hand: what it says when it cannot do what it is told."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

HAWSERD = os.path.abspath("broker/hawserd")
HAWSER = os.path.abspath("tools/cli/hawser")
FOO = os.path.abspath("plugins/foo/foo.so")


class HawserdTest(unittest.TestCase):
    def setUp(self):
        # A socket's path must be short.
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)

    def refused(self, *words, code=1):
        """Runs hawserd, which must not start; what it said, all of it about that."""
        done = subprocess.run([HAWSERD, *words], text=True, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertTrue(done.stderr.startswith("hawserd: "), done.stderr)
        return done.stderr

    def start(self, *words, **options):
        """A broker that listens."""
        daemon = subprocess.Popen([HAWSERD, *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  **options)
        self.addCleanup(daemon.stdout.close)
        self.addCleanup(daemon.stderr.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        self.assertIn("listening on", daemon.stdout.readline())
        return daemon

    def test_a_second_one_is_told_of_the_first(self):
        path = f"{self.folder}/s"
        first = self.start("--listen", path)
        self.assertEqual(self.refused("--listen", path), f"hawserd: another hawserd (pid {first.pid}) serves {path}\n")

    def test_what_is_in_the_main_folder_is_loaded_when_it_is_required(self):
        main = f"{self.folder}/main"
        os.makedirs(f"{main}/sub")
        os.makedirs(f"{self.folder}/none")
        shutil.copy(FOO, f"{main}/sub/foo.so")
        with open(f"{main}/text.so", "w", encoding="utf-8") as file:
            file.write("no library")
        os.symlink(main, f"{self.folder}/link")
        self.start("--listen", f"{self.folder}/s", "--plugin-dir", f"{self.folder}/none", "--main", f"{self.folder}/link")

        def get(path, code=0):
            done = subprocess.run([HAWSER, "-e", f"{self.folder}/s", "get", path], text=True, capture_output=True,
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, code, done.stderr)
            return done.stdout + done.stderr

        self.assertIn("named 'foo'", get("foo", code=3))
        self.assertEqual(get("./sub/foo"), "bar\n")
        self.assertEqual(get("./sub/foo.so"), "bar\n")
        self.assertEqual(get("foo"), "bar\n")
        self.assertIn("text.so cannot be loaded", get("./text", code=1))
        self.assertIn("leads outside the main folder", get("../none/foo", code=6))
        self.assertIn("there is no", get("./fox", code=3))

    def test_a_plugin_that_is_being_copied_is_waited_for_and_ends_nobody(self):
        with open(FOO, "rb") as whole:
            content = whole.read()
        main, late = f"{self.folder}/main", f"{self.folder}/main/late.so"
        os.mkdir(main)
        with open(late, "wb") as file:
            file.write(content[: len(content) // 5])
        daemon = self.start("--listen", f"{self.folder}/s", "--main", main)

        def wait(time, *more):
            return subprocess.Popen([HAWSER, "-e", f"{self.folder}/s", "wait", "./late", "-t", time, *more], text=True,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

        early = wait("300ms")
        self.assertIn("late.so is not whole", early.communicate(timeout=60)[1])
        self.assertEqual(early.returncode, 8)
        gone = wait("10s", "--gone")  # which nobody can say
        self.assertIn("late.so is not whole", gone.communicate(timeout=60)[1])
        self.assertEqual(gone.returncode, 1)
        waiting = wait("60s")
        with open(late + ".new", "wb") as file:
            file.write(content)
        os.rename(late + ".new", late)
        self.assertEqual(waiting.communicate(timeout=60)[1], "")
        self.assertEqual(waiting.returncode, 0)
        self.assertIsNone(daemon.poll())

    def test_checking_no_plugin_is_wrong_and_starts_no_broker(self):
        done = subprocess.run([HAWSERD, "--check-plugin", ""], text=True, capture_output=True, timeout=60, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("listening", done.stdout)

    def test_a_socket_that_is_given_twice_is_said_so(self):
        path = f"{self.folder}/s"
        self.assertIn("is given twice", self.refused("--listen", path, "--listen", f"unix:{path}", code=2))

    def test_a_path_that_is_taken_or_out_of_reach_is_named(self):
        path = f"{self.folder}/file"
        with open(path, "w", encoding="utf-8"):
            pass
        self.assertIn(f"{path} exists and is no socket", self.refused("--listen", path))
        self.assertIn("cannot make the folder", self.refused("--listen", f"{self.folder}/a/b/c/s"))
        self.assertIn("(limit 105)", self.refused("--listen", f"{self.folder}/{'x' * 120}"))

    def test_a_port_that_is_taken_is_said_once_and_in_words(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"tcp:127.0.0.1:{taken.getsockname()[1]}"
            said = self.refused("--listen", address, "--insecure-tcp")
        self.assertEqual(said, f"hawserd: cannot listen on {address}: Address already in use\n")

    def test_it_takes_as_many_descriptors_as_it_may(self):
        hard = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 4000)
        daemon = self.start("--listen", f"{self.folder}/s",
                            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard)))
        self.assertEqual(resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE), (hard, hard))

    def test_who_takes_all_connections_there_are_keeps_the_brokers_user_from_none(self):
        path = f"{self.folder}/s"
        daemon = self.start("--listen", path, "--listen", "tcp:127.0.0.1:0", "--insecure-tcp",
                            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (160, 160)))
        port = int(daemon.stdout.readline().rpartition(":")[2])
        taken = [socket.create_connection(("127.0.0.1", port)) for _ in range(150)]
        done = subprocess.run([HAWSER, "-e", path, "health"], text=True, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        for connection in taken:
            connection.close()
        daemon.send_signal(signal.SIGTERM)
        _, err = daemon.communicate(timeout=60)
        self.assertIn("connections_per_uid: TCP has 20 (limit 20)", err)

    def test_a_plugin_that_cannot_be_loaded_is_named_and_the_broker_serves(self):
        path = f"{self.folder}/junk.so"
        with open(path, "w", encoding="utf-8") as junk:
            junk.write("junk")
        daemon = self.start("--listen", f"{self.folder}/s", "--plugin", path)
        daemon.send_signal(signal.SIGTERM)
        _, err = daemon.communicate(timeout=60)
        self.assertEqual(daemon.returncode, 0)
        self.assertIn(f"{path} cannot be loaded: file too short", err)

    def test_a_hangup_ends_it_in_good_order_unless_it_was_started_with_that_ignored(self):
        path = f"{self.folder}/s"
        daemon = self.start("--listen", path)
        daemon.send_signal(signal.SIGHUP)
        _, err = daemon.communicate(timeout=60)
        self.assertEqual(daemon.returncode, 0, err)
        self.assertIn("draining signal=Hangup", err)
        self.assertFalse(os.path.exists(path))
        ignoring = self.start("--listen", path, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        ignoring.send_signal(signal.SIGHUP)
        ignoring.send_signal(signal.SIGTERM)
        _, err = ignoring.communicate(timeout=60)
        self.assertEqual(ignoring.returncode, 0, err)
        self.assertIn("draining signal=Terminated", err)
        self.assertNotIn("Hangup", err)
