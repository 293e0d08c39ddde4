"""What is said of a session that ends, on either side."""

import json
import signal
import unittest

from tests.tools.cli.broker_case import BrokerCase


class SessionEndTest(BrokerCase):
    def test_who_is_kicked_is_told_by_whom(self):
        oid, keeper = self.keep("counter.Counter")
        watch = self.follow("watch", oid)
        # Once it listens.
        sessions = [self.session_of(watch, ready=lambda session: session["callbacks"] > 0)["session"],
                    self.session_of(keeper)["session"]]
        for process, session in zip((watch, keeper), sessions):
            _, said = self.run_it("session", "kick", session[:12])
            self.assertEqual(said, f"session {session} is ended: hawser, pid {process.pid}\n")
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 7)
            self.assertIn("the session is over (ended by the broker: an administrator ended this session), and with it",
                          err)
            self.assertNotIn("as long as the broker runs", err)

    def test_a_watch_that_ctrl_c_ends_leaves_no_listener_behind(self):
        oid, _ = self.keep("window.BrowserWindow")
        for number in (signal.SIGINT, signal.SIGTERM):
            watch = self.follow("watch", oid)
            self.session_of(watch, ready=lambda session: session["callbacks"] > 0)
            before = self.left_behind()
            watch.send_signal(number)
            _, err = watch.communicate(timeout=60)
            self.assertEqual((watch.returncode, err), (-number, ""))
            self.assertEqual(self.left_behind(), before)
        # What is killed outright does leave them.
        watch = self.follow("watch", oid)
        self.session_of(watch, ready=lambda session: session["callbacks"] > 0)
        watch.kill()
        while self.left_behind() == before:
            pass

    def test_who_holds_is_told_that_the_broker_stopped(self):
        for _ in range(5):  # it was told before the reason was known, now and then
            environment, daemon = self.own_broker("b")
            keeper = self.follow("new", "counter.Counter", "--keep", "-o", "name", environment=environment)
            oid = keeper.stdout.readline().strip()
            watch = self.follow("watch", oid, environment=environment)
            self.session_of(watch, environment, ready=lambda session: session["callbacks"] > 0)
            daemon.terminate()
            for process in (keeper, watch):
                _, err = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 7)
                self.assertIn("the session is over (broker stopped: the broker is shutting down), and with it", err)
            self.assertIn("as long as the broker runs", err)
            daemon.wait(timeout=60)

    def test_a_session_is_not_kicked_by_little_of_its_id(self):
        oid, keeper = self.keep("counter.Counter")
        session = self.session_of(keeper)["session"]
        _, err = self.run_it("session", "kick", session[:3], code=2)
        self.assertIn("at least 4 characters are needed", err)
        self.run_it("describe", oid)

    def test_of_a_session_that_ended_it_is_said_when_and_why(self):
        _, keeper = self.keep("counter.Counter")
        session = self.session_of(keeper)["session"]
        self.run_it("session", "kick", session)
        keeper.wait(timeout=60)
        for words in (["session", "show"], ["session", "kick"], ["lease", "show"]):
            _, err = self.run_it(*words, session[:12], code=3)
            self.assertRegex(err, f"^hawser: session {session} ended [0-9a-z]+ ago: kicked\n")
        _, err = self.run_it("session", "show", "ffffffffffff", code=3)
        self.assertNotIn("ago", err)

    def left_behind(self):
        plugins = json.loads(self.run_it("plugin", "list", "-o", "json")[0])
        return {plugin["name"]: plugin["detached"] for plugin in plugins}

    def test_a_watch_that_ends_leaves_no_listener_behind(self):
        before = self.left_behind()
        for _ in range(5):
            oid, keeper = self.keep("counter.Counter")
            watch = self.follow("watch", oid, "-n", "1")
            self.session_of(watch, ready=lambda session: session["callbacks"] > 0)
            value = 0
            while watch.poll() is None:  # that it listens may be known before its listener is there
                value += 1
                self.run_it("set", f"{oid}.value", str(value))
            self.assertEqual(watch.returncode, 0, watch.stderr.read())
            keeper.kill()
        self.assertEqual(self.left_behind(), before)

    def test_what_is_destroyed_and_held_is_shown_as_gone(self):
        alive, _ = self.keep("window.BrowserWindow")
        for words in (["list", "--class", "BrowserWindow"], ["refs", alive], ["describe", alive]):
            self.assertNotIn("gone", self.run_it(*words)[0].lower())
        oid, session = self.held_corpse()
        listed = json.loads(self.run_it("list", "--class", "BrowserWindow", "-o", "json")[0])
        gone = {f"@{record['oid']}": record["gone"] for record in listed}
        self.assertEqual((gone[oid], gone[alive]), ("destroyed", None))
        self.assertRegex(self.run_it("list", "--objects")[0], rf"(?m)^{oid} .* destroyed$")
        self.assertRegex(self.run_it("refs", oid)[0], r"(?m)^.* destroyed$")
        self.assertRegex(self.run_it("describe", oid)[0], r"(?m)^gone +destroyed$")
        self.assertRegex(self.run_it("session", "show", session)[0], rf"(?m)^ +{oid} .* destroyed$")

    def test_what_is_gone_is_not_watched(self):
        oid, _ = self.held_corpse()
        _, err = self.run_it("watch", oid, code=7)
        self.assertEqual(err, f"hawser: {oid} is gone: destroyed\n")

    def test_a_call_that_waits_for_a_lost_connection_says_so(self):
        environment, daemon = self.own_broker("l")
        waiting = lambda session: session["pending"] > 0
        call = self.follow("call", "counter.after", "60000", environment=environment)
        self.session_of(call, environment, ready=waiting)
        call.send_signal(signal.SIGINT)
        self.assertEqual(call.communicate(timeout=60), ("", ""))  # it left
        call = self.follow("call", "counter.after", "60000", environment=environment)
        self.session_of(call, environment, ready=waiting)
        daemon.kill()
        self.assertRegex(call.stderr.readline(), r"^the connection is lost \(.*\); trying again$")

    def test_events_without_a_name_are_no_events(self):
        oid, _ = self.keep("counter.Counter")
        for events in ("", "changed,", ",changed", "changed,,changed"):
            _, err = self.run_it("watch", oid, "--event", events, code=2)
            self.assertIn(f"--event '{events}': the name of an event is missing", err)


if __name__ == "__main__":
    unittest.main()
