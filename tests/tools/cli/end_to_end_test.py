"""The command line against a real broker: what it prints, every exit code, pipes and colours."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

from tests.tools.cli.broker_case import HAWSER, HAWSERD, PLUGINS, BrokerCase


class EndToEndTest(BrokerCase):
    # --- Exit codes.

    def test_0_a_call_prints_its_answer(self):
        self.assertEqual(self.run_it("call", "counter.add", "1", "2"), ("3\n", ""))
        self.assertEqual(self.run_it("get", "answer"), ("42\n", ""))

    def test_1_what_a_method_raises(self):
        out, err = self.run_it("call", "window.BrowserWindow.fromId", "99", code=1)
        self.assertEqual(out, "")
        self.assertIn("window.BrowserWindow.fromId raised Error: no open window has the id 99 (NOT_FOUND)", err)

    def test_2_a_wrong_argument_is_named(self):
        _, err = self.run_it("call", "counter.add", "1", "abc", code=2)
        self.assertIn('argument 2: expected integer, got "abc"', err)
        self.assertIn("counter.add(integer, integer) -> integer", err)

    def test_3_what_is_not_there_with_what_is_near(self):
        _, err = self.run_it("call", "countr.add", code=3)
        self.assertIn("did you mean 'counter'?", err)
        _, err = self.run_it("call", "counter.ad", code=3)
        self.assertIn("did you mean 'add'", err)
        _, err = self.run_it("call", "remote.requir", "counter", code=3)
        self.assertIn("did you mean 'require'?", err)
        self.run_it("refs", "@999999", code=3)
        self.run_it("session", "show", "ffffffffffff", code=3)
        self.run_it("session", "show", "zzzz", code=2)

    def test_4_no_broker(self):
        _, err = self.run_it("list", "--endpoint", f"{self.folder}/nobody", code=4)
        self.assertIn("there is no such socket", err)
        self.assertIn("hawserd --listen", err)

    def test_4_something_else_than_a_broker(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"{self.folder}/other")
            listener.listen()

            def hang_up():
                for _ in range(2):  # the SDK's, and the look at what is there
                    listener.accept()[0].close()

            threading.Thread(target=hang_up, daemon=True).start()
            _, err = self.run_it("list", "--endpoint", f"{self.folder}/other", code=4)
        self.assertIn("something listens there, but not like a broker", err)
        # A broker that is full does the same.
        self.assertIn("or a broker that takes no more connections: its log says so\n", err)

    def test_5_no_answer_within_the_time(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"{self.folder}/silent")
            listener.listen()
            _, err = self.run_it("list", "-e", f"{self.folder}/silent", "-t", "300ms", code=5)
        self.assertIn("no answer within 300ms\n", err)

    def test_5_no_answer_in_time(self):
        self.run_it("call", "counter.after", "60000", "--timeout", "100ms", code=5)

    @unittest.skipUnless(os.getuid() == 0, "only root can become somebody else")
    def test_6_inspection_is_not_for_everybody(self):
        # Where another user may run it and reach the socket.
        linked = subprocess.run(["ldd", os.path.realpath(HAWSER)], text=True, capture_output=True, check=True).stdout
        library = re.search(r"libhawser\S* => (\S+)", linked).group(1)
        program = shutil.copy(HAWSER, self.folder)
        shutil.copy(library, self.folder)
        os.chmod(self.folder, 0o755)
        os.chmod(f"{self.folder}/s", 0o666)
        environment = {**self.environment, "LD_LIBRARY_PATH": self.folder}
        try:
            done = subprocess.run([program, "list"], env=environment, user=65534, text=True, capture_output=True,
                                  check=False)
        except OSError as error:  # a sandbox may know no other users
            self.skipTest(f"cannot become another user: {error}")
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("root", done.stderr)
        done = subprocess.run([program, "call", "counter.add", "1", "2"], env=environment, user=65534, text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.stdout, "3\n", done.stderr)

    def test_7_an_object_that_is_gone(self):
        oid, process = self.keep("window.BrowserWindow")
        self.run_it("call", f"{oid}.close")
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 7)
        self.assertIn("is gone: destroyed", err)

    def test_8_not_in_time_and_not_serving(self):
        self.run_it("wait", "nobody", "--timeout", "200ms", code=8)
        self.run_it("health", "--endpoint", f"{self.folder}/nobody", code=8)
        self.assertIn("serving", self.run_it("health")[0])

    def test_8_not_in_time_because_the_broker_stopped(self):
        environment = {**self.environment, "HAWSER_ENDPOINT": f"{self.folder}/w"}
        daemon = subprocess.Popen([HAWSERD, "--listen", environment["HAWSER_ENDPOINT"]], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        wait = subprocess.Popen([HAWSER, "wait", "nobody", "--timeout", "5s"], env=environment, text=True,
                                stderr=subprocess.PIPE)
        self.addCleanup(wait.kill)
        pids = []
        while wait.pid not in pids:  # until it is connected
            listed = subprocess.run([HAWSER, "session", "-o", "json"], env=environment, text=True, capture_output=True,
                                    check=False)
            pids = [session["pid"] for session in json.loads(listed.stdout or "[]")]
        daemon.terminate()
        _, err = wait.communicate(timeout=60)
        self.assertEqual(wait.returncode, 8, err)
        self.assertIn("no broker came at", err)

    def test_a_folder_is_no_argument(self):
        _, err = self.run_it("call", "counter.add", "-d", "@/tmp", code=2)
        self.assertIn("cannot read /tmp: Is a directory", err)

    def test_a_command_does_not_kick_itself(self):
        # Its session's id begins with any digit, and sooner or later with the one given.
        err = ""
        for attempt in range(300):
            done = subprocess.run([HAWSER, "session", "kick", f"{attempt % 16:x}"], env=self.environment, text=True,
                                  capture_output=True, timeout=60, check=False)
            self.assertNotIn("is over", done.stderr)
            err = done.stderr
            if "this command's own" in err:
                break
        self.assertIn("this command's own", err)

    def test_an_ignored_hangup_stays_ignored(self):
        def as_nohup():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

        command = [HAWSER, "new", "counter.Counter", "--keep", "-o", "name"]
        process = subprocess.Popen(command, env=self.environment, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, preexec_fn=as_nohup)
        self.addCleanup(process.kill)
        self.assertRegex(process.stdout.readline(), r"^@\d+$")
        with open(f"/proc/{process.pid}/status", encoding="utf-8") as status:
            masks = dict(re.findall(r"^(Sig\w+):\s+(\w+)$", status.read(), re.MULTILINE))
        # What is blocked is kept for the thread that ends the command, ignored or not.
        self.assertFalse(int(masks["SigBlk"], 16) & 1 << (signal.SIGHUP - 1))
        self.assertTrue(int(masks["SigBlk"], 16) & 1 << (signal.SIGTERM - 1))
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, -signal.SIGTERM)

    def test_130_ctrl_c_leaves_in_good_order(self):
        oid, process = self.keep("window.BrowserWindow")
        self.assertRegex(oid, r"^@\d+$")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        # By the signal itself, which a shell reports as 130.
        self.assertEqual(process.returncode, -signal.SIGINT)
        ended = json.loads(self.run_it("session", "list", "--all", "-o", "json")[0])
        self.assertIn("left", [session.get("reason") for session in ended])

    def test_who_stays_is_told_of_a_broker_that_dies(self):
        environment = {**self.environment, "HAWSER_ENDPOINT": f"{self.folder}/d"}
        command = [HAWSERD, "--listen", environment["HAWSER_ENDPOINT"], "--plugin", PLUGINS[0]]
        ready = [HAWSER, "wait", "counter", "--timeout", "20s"]

        def start_daemon():
            daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(daemon.wait)
            self.addCleanup(daemon.kill)
            subprocess.run(ready, env=environment, check=True)
            return daemon

        daemon = start_daemon()
        keeper = subprocess.Popen([HAWSER, "new", "counter.Counter", "--keep", "-o", "name"], env=environment, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(keeper.kill)
        oid = keeper.stdout.readline().strip()
        watch = subprocess.Popen([HAWSER, "watch", oid], env=environment, text=True, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        self.addCleanup(watch.kill)
        callbacks = 0
        while callbacks == 0:  # until it listens
            listed = subprocess.run([HAWSER, "session", "-o", "json"], env=environment, text=True, capture_output=True,
                                    check=True)
            callbacks = sum(session["callbacks"] for session in json.loads(listed.stdout))
        daemon.kill()
        daemon.wait()
        start_daemon()
        for process in (keeper, watch):
            _, err = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 7, err)
            self.assertIn("the connection is lost", err)
            self.assertIn("the session is over (broker restarted), and with it", err)
            self.assertEqual(err.count("the session is over"), 1)

    # --- Who holds what.

    def test_refs_and_describe_say_who_holds_an_object_and_since_when(self):
        oid, process = self.keep("window.BrowserWindow", '{"width": 640}')
        holders = json.loads(self.run_it("refs", oid, "-o", "json")[0])
        self.assertEqual([holder["pid"] for holder in holders], [process.pid])
        self.assertEqual(holders[0]["program"], "hawser")
        self.assertRegex(holders[0]["since"], r"^\d{4}-\d\d-\d\dT")
        self.assertIn("BrowserWindow", holders[0]["via"])
        out, _ = self.run_it("describe", oid)
        self.assertIn("loadURL(string) -> undefined", out)
        self.assertIn(str(process.pid), out)
        self.assertEqual(self.run_it("get", f"{oid}.width"), ("640\n", ""))
        out, _ = self.run_it("list", "--class", "BrowserWindow", "-o", "name")
        self.assertIn(oid, out.split())
        session = holders[0]["session"]
        held = json.loads(self.run_it("session", "show", session[:8], "-o", "json")[0])["held"]
        self.assertIn(int(oid[1:]), [item["oid"] for item in held])
        self.run_it("session", "kick", session[:8])
        self.assertEqual(process.wait(timeout=30), 7)

    def test_what_is_only_looked_at_is_held_by_nobody(self):
        self.assertEqual(self.run_it("refs", "counter"), ("", "nobody but this command holds it\n"))
        broker = [name for name in json.loads(self.run_it("list", "-o", "json")[0]) if name["name"] == "broker"]
        self.assertEqual(broker[0]["holders"], 0)

    def test_describe_shows_what_every_session_starts_from(self):
        self.assertIn("require(string) -> any", self.run_it("describe", "remote")[0])

    def test_wait_for_an_object_to_go(self):
        oid, process = self.keep("window.BrowserWindow")
        self.run_it("wait", oid, "--gone", "--timeout", "200ms", code=8)
        self.run_it("call", f"{oid}.close")
        process.wait(timeout=30)
        self.run_it("wait", oid, "--gone", "--timeout", "20s")

    # --- Lists.

    def test_lists_have_headings_for_people_and_fields_for_scripts(self):
        out, _ = self.run_it("list")
        self.assertTrue(out.startswith("NAME "), out)
        self.assertIn("counter", self.run_it("list", "-o", "name")[0].split())
        self.assertFalse(self.run_it("list", "--no-headers")[0].startswith("NAME"))
        names = [module["name"] for module in json.loads(self.run_it("-o", "json")[0])]
        self.assertIn("window", names)
        for words in (["session"], ["lease"], ["plugin"], ["list", "--objects"], ["tree"]):
            self.assertIsInstance(json.loads(self.run_it(*words, "-o", "json")[0]), list)
            self.run_it(*words)
            self.run_it(*words, "-o", "wide")
        status = json.loads(self.run_it("status", "-o", "json")[0])
        self.assertEqual(status["pid"], self.daemon.pid)
        lease = json.loads(self.run_it("lease", "-o", "json")[0])[0]
        self.assertGreater(lease["left_ms"], 0)
        self.assertIn("Counter", self.run_it("tree", "counter")[0])

    # --- Events.

    def test_watch_prints_an_event_a_line_as_they_come(self):
        oid, _ = self.keep("window.BrowserWindow")
        watch = self.start("watch", oid, "--event", "resize", "--count", "2", "-o", "json", "--timeout", "30s")
        self.session_of(watch, ready=lambda session: session["callbacks"] > 0)
        deadline = time.monotonic() + 20
        width = 100
        while watch.poll() is None and time.monotonic() < deadline:
            width += 1
            self.run_it("call", f"{oid}.setSize", str(width), "50")
        out, err = watch.communicate(timeout=30)
        self.assertEqual(watch.returncode, 0, err)
        events = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([event["event"] for event in events], ["resize", "resize"])
        self.assertEqual(events[0]["args"][0]["height"], 50)

    def test_watch_says_which_events_there_are(self):
        oid, _ = self.keep("window.BrowserWindow")
        _, err = self.run_it("watch", oid, "--event", "resise", code=3)
        self.assertIn("did you mean 'resize'?", err)
        self.run_it("watch", "counter.Counter", code=2)

    def test_watch_ends_when_nobody_reads(self):
        oid, _ = self.keep("window.BrowserWindow")
        watch = self.start("watch", oid)
        self.session_of(watch, ready=lambda session: session["callbacks"] > 0)
        watch.stdout.close()
        self.assertEqual(watch.wait(timeout=30), 0)
        self.assertEqual(watch.stderr.read(), "")
        watch.stderr.close()

    # --- Pipes and terminals.

    def test_a_closed_pipe_is_quiet(self):
        done = subprocess.run(["/bin/sh", "-c", f"{HAWSER} help --markdown | head -1"], env=self.environment, text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.stdout, "# hawser, the command line\n")

    def test_what_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([HAWSER, "list"], env=self.environment, text=True, stdout=full,
                                  stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write: No space left on device", done.stderr)

    def test_a_closed_stream_is_not_mistaken_for_a_connection(self):
        def closed(command):
            done = subprocess.run(["/bin/sh", "-c", f"{HAWSER} {command}"], env=self.environment, text=True,
                                  stderr=subprocess.PIPE, check=False)
            return done.returncode, done.stderr

        self.assertEqual(closed("list >&-"), (1, "hawser: cannot write: Bad file descriptor\n"))
        self.assertEqual(closed("call counter.add -d @- <&-"), (2, "hawser: cannot read stdin: Bad file descriptor\n"))
        self.assertEqual(closed("set counter.pi 3 2>&-"), (2, ""))
        self.assertEqual(closed("wait counter <&- >&-"), (0, ""))

    def test_the_endpoint_may_be_a_path_alone(self):
        path = {"HAWSER_ENDPOINT": f"{self.folder}/s"}
        self.assertEqual(self.run_it("call", "counter.add", "1", "2", environment=path)[0], "3\n")
        self.assertEqual(self.run_it("-e", "s", "call", "counter.add", "1", "2", cwd=self.folder)[0], "3\n")

    def test_colours_are_for_terminals_that_want_them(self):
        def on_a_terminal(*words, **environment):
            command = " ".join([HAWSER, *words])
            done = subprocess.run(["script", "-qec", command, "/dev/null"], text=True, capture_output=True, check=False,
                                  env={**self.environment, "TERM": "xterm", **environment})
            return done.stdout

        if shutil.which("script") is None:
            self.skipTest("there is no script(1)")
        self.assertIn("\x1b[", on_a_terminal("list"))
        self.assertNotIn("\x1b[", on_a_terminal("list", NO_COLOR="1"))
        self.assertNotIn("\x1b[", on_a_terminal("list", TERM="dumb"))
        self.assertNotIn("\x1b[", on_a_terminal("list", "--color", "never"))
        self.assertNotIn("\x1b[", self.run_it("list")[0])
        self.assertIn("\x1b[", self.run_it("list", "--color", "always")[0])

    def test_all_arguments_from_a_pipe(self):
        self.assertEqual(self.run_it("call", "counter.add", "-d", "@-", input="[20, 22]")[0], "42\n")

    def test_arguments_that_do_not_end_end_with_the_time(self):
        os.mkfifo(f"{self.folder}/fifo")
        for words in (["-d", "@-"], ["-d", f"@{self.folder}/fifo"]):
            call = self.follow("call", "counter.add", *words, "-t", "300ms", stdin=subprocess.PIPE)
            self.addCleanup(call.stdin.close)
            self.assertEqual(call.wait(timeout=60), 5)
            self.assertIn("its end did not come in time\n", call.stderr.read())

    def test_arguments_through_a_pipe_with_a_name_are_waited_for(self):
        path = f"{self.folder}/arguments"
        os.mkfifo(path)
        call = self.follow("call", "counter.add", "-d", f"@{path}")
        with open(path, "w", encoding="utf-8") as pipe:  # which opens as soon as it is read
            pipe.write("[20, ")
            pipe.flush()
            pipe.write("22]")
        self.assertEqual(call.communicate(timeout=60), ("42\n", ""))

    def test_arguments_without_end_are_refused_before_memory_ends(self):
        _, err = self.run_it("call", "counter.add", "-d", "@/dev/zero", code=2)
        self.assertIn("cannot read /dev/zero: it has more than 64 MiB\n  a message may have 16 MiB\n", err)

    # --- Plugins.

    def test_plugin_check_loads_in_a_process_of_its_own(self):
        path = {"PATH": os.path.dirname(HAWSERD) + ":/usr/bin:/bin"}
        out, _ = self.run_it("plugin", "check", PLUGINS[0], environment=path)
        self.assertTrue(re.match(r"module counter ", out), out)
        _, err = self.run_it("plugin", "check", "/bin/ls", code=8, environment=path)
        self.assertIn("is no plugin a broker would load", err)
        self.run_it("plugin", "check", "/nowhere", code=3, environment=path)
