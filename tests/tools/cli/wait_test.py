"""hawser wait, and the time of --timeout."""

import os
import signal
import socket
import subprocess
import unittest

from tests.tools.cli.broker_case import HAWSER, BrokerCase


class WaitTest(BrokerCase):
    def test_what_waiting_cannot_mend_is_said_at_once(self):
        path = f"{self.folder}/file"
        with open(path, "w", encoding="utf-8"):
            pass
        _, err = self.run_it("wait", "counter", "-e", path, code=4)
        self.assertIn("it is a file, no socket\n", err)
        _, err = self.run_it("wait", "counter", "-e", self.folder, "--timeout", "20s", code=4)
        self.assertIn("it is a folder, no socket\n", err)

    @unittest.skipUnless(os.getuid() == 0, "only root can become somebody else")
    def test_a_socket_that_keeps_one_out_is_not_waited_for(self):
        done = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", HAWSER, "wait", "counter"],
                              env=self.environment, text=True, capture_output=True, timeout=60, check=False)
        if done.returncode != 4:  # a sandbox may know no other users, or keep them from the program
            self.skipTest(f"cannot become another user: {done.stderr}")
        self.assertIn("keep user 65534 out", done.stderr)

    def test_a_broker_that_comes_is_waited_for(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"{self.folder}/later")  # and nobody listens
        wait = self.follow("wait", "counter", "-t", "60s",
                           environment={**self.environment, "HAWSER_ENDPOINT": f"{self.folder}/later"})
        self.own_broker("later")
        self.assertEqual(wait.wait(timeout=60), 0)  # which it would not be had it given up before

    def test_the_time_that_was_not_enough_is_said_with_its_unit(self):
        _, err = self.run_it("wait", "nobody", "--timeout", "1", code=8)
        self.assertEqual(err, "hawser: nobody did not appear within 1s\n")
        _, err = self.run_it("wait", "nobody", "-t", ".2", "-e", f"{self.folder}/nobody", code=8)
        self.assertIn("/nobody within 200ms\n", err)

    def test_an_id_is_gone_with_its_broker(self):
        environment, daemon = self.own_broker("g")
        oid = self.follow("new", "counter.Counter", "--keep", "-o", "name",
                          environment=environment).stdout.readline().strip()
        wait = self.follow("wait", oid, "--gone", environment=environment)
        self.session_of(wait, environment)
        daemon.terminate()
        out, err = wait.communicate(timeout=60)
        self.assertEqual((wait.returncode, out, err), (0, "", ""))

    def test_an_id_is_gone_with_a_broker_that_crashed(self):
        environment, daemon = self.own_broker("k", "--lease-ttl", "1")
        oid = self.follow("new", "counter.Counter", "--keep", "-o", "name",
                          environment=environment).stdout.readline().strip()
        wait = self.follow("wait", oid, "--gone", environment=environment)
        self.session_of(wait, environment)
        daemon.kill()
        _, err = wait.communicate(timeout=60)
        self.assertEqual(wait.returncode, 0, err)

    def test_an_id_may_be_there_where_something_still_listens(self):
        environment, daemon = self.own_broker("l", "--lease-ttl", "1")
        oid = self.follow("new", "counter.Counter", "--keep", "-o", "name",
                          environment=environment).stdout.readline().strip()
        wait = self.follow("wait", oid, "--gone", environment=environment)
        self.session_of(wait, environment)
        with socket.socket(socket.AF_UNIX) as listener:  # it answers as little as a broker that stands still
            listener.bind(f"{self.folder}/other")
            listener.listen()
            os.rename(f"{self.folder}/other", f"{self.folder}/l")
            daemon.kill()
            _, err = wait.communicate(timeout=60)
        self.assertEqual(wait.returncode, 7, err)

    def test_a_broker_that_stands_still_is_too_late_for_gone_too(self):
        environment, daemon = self.own_broker("z")
        daemon.send_signal(signal.SIGSTOP)
        _, err = self.run_it("wait", "@7", "--gone", "-t", "200ms", environment=environment, code=8)
        self.assertIn("hawser: @7 was not gone within 200ms\n", err)
        self.assertIn("no answer within 200ms", err)

    def test_what_is_destroyed_is_gone_though_it_is_held(self):
        oid, _ = self.held_corpse()
        self.run_it("wait", oid, "--gone", "-t", "20s")
        self.run_it("wait", f"{oid}.title", "--gone", "-t", "20s")
        self.run_it("wait", oid, "-t", "200ms", code=8)
        alive, _ = self.keep("window.BrowserWindow")
        self.run_it("wait", f"{alive}.title")
        self.run_it("wait", alive, "--gone", "-t", "200ms", code=8)

    def test_who_is_kicked_does_not_know_whether_it_is_gone(self):
        oid, _ = self.keep("counter.Counter")
        wait = self.follow("wait", oid, "--gone")
        session = self.session_of(wait)["session"]
        self.run_it("session", "kick", session)
        _, err = wait.communicate(timeout=60)
        self.assertEqual(wait.returncode, 7)
        self.assertIn("hawser: inspection: the session is over (ended by the broker: an administrator ended this "
                      "session)\n", err)

    def test_5_too_little_time_to_connect(self):
        for words in (["list", "-t", "1ns"], ["call", "counter.after", "10", "-t", "1ns"]):
            _, err = self.run_it(*words, code=5)
            self.assertIn("no answer within 1ns", err)
        for time_given in ("0", "0.0", "0s"):
            _, err = self.run_it("status", "-t", time_given, code=2)
            self.assertIn(f"'{time_given}' is no time to wait for", err)

    def test_an_endpoint_that_is_empty_is_not_the_default(self):
        _, err = self.run_it("-e", "", "list", code=2)
        self.assertIn("--endpoint names no broker", err)


if __name__ == "__main__":
    unittest.main()
