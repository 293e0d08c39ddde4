"""What is printed in which format, and what of it scripts and terminals may rely on."""

import json
import re
import shutil
import subprocess
import unittest

from tests.tools.cli.broker_case import HAWSER, HAWSERD, PLUGINS, BrokerCase


def split_fields(text):
    """The fields of "a, b (c, d)" and of the records inside: {"a": None, "b": {"c": None, "d": None}}."""
    fields = {}
    for name, inner in re.findall(r"(\w+)(?: \(([^()]*)\))?", text):
        fields[name] = split_fields(inner) if inner else None
    return fields


class FormatsTest(BrokerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = subprocess.run([HAWSER, "help", "--markdown"], env=cls.environment, text=True, capture_output=True,
                              check=True)
        cls.reference = {}
        for section in done.stdout.split("\n### hawser ")[1:]:
            cls.reference[section.split("\n")[0]] = section

    def documented(self, command, when=""):
        start = f"JSON fields {when}: " if when else "JSON fields: "
        line = re.search(f"^{re.escape(start)}(.*)\\.$", self.reference[command], re.MULTILINE)
        return split_fields(line.group(1))

    def records(self, *words, code=0):
        shown = json.loads(self.run_it(*words, "-o", "json", code=code)[0])
        return shown if isinstance(shown, list) else [shown]

    def assert_fields(self, records, documented):
        """Each field is documented, and what is documented is a field of some record."""
        self.assertEqual({name for record in records for name in record}, set(documented))
        for name, inner in documented.items():
            if inner is not None:
                self.assert_fields([item for record in records for item in record.get(name) or []], inner)

    def test_json_has_the_fields_that_the_reference_names(self):
        oid, keeper = self.keep("window.BrowserWindow")
        session = self.session_of(keeper)["session"]
        _, gone = self.keep("counter.Counter")
        self.run_it("session", "kick", self.session_of(gone)["session"])
        gone.wait(timeout=60)
        for words, command in (
                (["list"], "list"), (["refs", oid], "refs"), (["session"], "session list"),
                (["session", "show", session], "session show"), (["lease"], "lease list"),
                (["lease", "show", session], "lease show"), (["plugin"], "plugin list"), (["status"], "status"),
                (["health"], "health"), (["version"], "version"),
                (["plugin", "check", PLUGINS[0]], "plugin check")):
            with self.subTest(command):
                self.assert_fields(self.records(*words), self.documented(command))
        for words in (["list", "--objects"], ["list", "--class", "BrowserWindow"], ["list", "--module", "window"]):
            self.assert_fields(self.records(*words), self.documented("list", "with --objects, --class or --module"))
        self.assert_fields(self.records("session", "--all"), self.documented("session list", "with --all"))
        tree = self.records("tree", "window")
        self.assert_fields(tree, self.documented("tree"))
        self.assertLessEqual({name for node in tree[0]["children"] for name in node}, set(self.documented("tree")))
        described = [record for name in (oid, "counter.add", "answer") for record in self.records("describe", name)]
        self.assert_fields(described, self.documented("describe"))

    def test_every_row_of_a_list_has_the_same_fields(self):
        _, gone = self.keep("counter.Counter")
        self.run_it("session", "kick", self.session_of(gone)["session"])
        gone.wait(timeout=60)
        _, keeper = self.keep("counter.Counter")
        self.session_of(keeper)
        for words, command, when in ((["list"], "list", ""), (["session", "--all"], "session list", "with --all"),
                                     (["plugin"], "plugin list", "")):
            for row in self.records(*words):
                self.assertEqual(set(row), set(self.documented(command, when)), row)
        answer = {row["name"]: row for row in self.records("list")}["answer"]
        self.assertEqual((answer["objects"], answer["version"], answer["provider"]), (None, None, None))

    def test_refs_names_whole_sessions(self):
        oid, keeper = self.keep("window.BrowserWindow")
        session = self.session_of(keeper)["session"]
        self.assertEqual(self.run_it("refs", oid, "-o", "name")[0], f"{session}\n")
        self.assertRegex(self.run_it("refs", oid)[0], rf"(?m)^{session[:8]} ")

    def test_an_integer_that_does_not_fit_is_refused_and_not_rounded(self):
        digits = "12345678901234567890"
        for words in ([digits], [f"[{digits}]"], [f'{{"a": {digits}}}'], ["-d", f"[{digits}]"]):
            out, err = self.run_it("call", "counter.echo", *words, code=2)
            self.assertEqual(out, "")
            self.assertIn(f"the integer {digits} does not fit 64 bits; a string keeps its digits", err)
        self.assertEqual(self.run_it("call", "counter.echo", f'"{digits}"')[0], f"{digits}\n")
        out, _ = self.run_it("call", "counter.echo", f"{digits}.0", "-o", "json")
        self.assertEqual(self.run_it("call", "counter.echo", out.strip(), "-o", "json")[0], out)

    def test_arguments_that_the_broker_refuses_are_said_so_once(self):
        _, err = self.run_it("call", "counter.pokeBytes", "0", "300", code=2)
        self.assertRegex(err, "^hawser: counter.pokeBytes: argument 2: .*300.*\n")
        self.assertNotIn("raised", err)

    def test_a_field_of_a_record_is_a_copy(self):
        self.run_it("call", "counter.define", "settings", '{"a": 1}')
        _, err = self.run_it("set", "counter.scratch.settings.a", "5", code=2)
        self.assertIn("counter.scratch.settings.a is a field of a record, and what is read is a copy", err)
        self.assertIn("write the property as a whole: hawser set counter.scratch.settings JSON", err)
        self.assertEqual(self.run_it("get", "counter.scratch.settings.a")[0], "1\n")

    def test_over_tcp_inspection_is_refused_with_what_it_needs(self):
        daemon = subprocess.Popen([HAWSERD, "--listen", "tcp:127.0.0.1:0", "--insecure-tcp", "--plugin", PLUGINS[0]],
                                  text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(daemon.stdout.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        line = daemon.stdout.readline()
        endpoint = re.search(r"tcp:[\d.]+:\d+", line)[0]
        for words in (["list"], ["status"], ["tree"], ["get", "@7"]):
            _, err = self.run_it("-e", endpoint, *words, code=6)
            self.assertIn("inspection needs the broker's Unix socket", err)
            self.assertNotIn("sudo", err)
        self.assertEqual(self.run_it("-e", endpoint, "call", "counter.add", "1", "2")[0], "3\n")

    def test_every_command_that_prints_records_as_json_names_their_fields(self):
        values = {"call", "get", "set", "new"}  # whatever the object gives
        quiet = {"wait", "session kick", "help"}
        for command, section in self.reference.items():
            self.assertEqual("JSON fields" in section, command not in values | quiet, command)

    def test_version_and_plugin_check_are_records_too_and_help_is_none(self):
        version = self.run_it("version")[0].split()[1]
        broker = {"version": version, "broker": f"hawserd {version}", "endpoint": self.endpoint}
        self.assertEqual(self.records("version"), [broker])
        self.assertEqual(self.run_it("version", "-o", "name")[0], f"{version}\n")
        checked = self.records("plugin", "check", PLUGINS[0])[0]
        self.assertEqual((checked["accepted"], checked["module"], checked["error"]), (True, "counter", None))
        self.assertIn("add(integer, integer) -> integer", checked["members"])
        refused = self.records("plugin", "check", "/bin/true", code=8)[0]
        self.assertEqual((refused["accepted"], refused["module"]), (False, None))
        self.assertIn("/bin/true", refused["error"])
        _, err = self.run_it("help", "-o", "json", code=2)
        self.assertIn("there is no JSON of it", err)

    def test_names_are_what_other_commands_take(self):
        oid, _ = self.keep("window.BrowserWindow")
        listed = self.run_it("list", "-o", "name")[0].split()
        self.assertEqual(len(listed), len(set(listed)))
        self.assertIn("global:process", listed)
        tree = self.run_it("tree", "window", "-o", "name")[0].split()
        self.assertEqual(tree[:2], ["window", "window.BrowserWindow"])
        self.assertIn(oid, tree)
        self.assertEqual(len(tree), len(set(tree)))
        for name in listed + tree:
            self.run_it("describe", name)
        for name in ("process.argv", "answer", "counter.add"):
            self.assertEqual(self.run_it("describe", name, "-o", "name")[0], f"{name}\n")
        self.assertEqual(self.run_it("describe", oid, "-o", "name")[0], f"{oid}\n")
        windows = self.run_it("call", "window.BrowserWindow.getAllWindows", "-o", "name")[0].split()
        self.assertIn(oid, windows)
        self.assertTrue(all(re.fullmatch(r"@\d+", window) for window in windows), windows)

    def test_an_id_that_ends_with_the_command_is_not_shown(self):
        self.assertNotRegex(self.run_it("describe", "counter")[0], r"(?m)^(id|age) ")
        self.assertIsNone(self.records("describe", "counter")[0]["oid"])
        oid, _ = self.keep("counter.Counter")
        self.assertRegex(self.run_it("describe", oid)[0], rf"(?m)^id +{oid}$")

    def test_what_is_not_held_has_no_id_in_json(self):
        self.assertIsNone({record["name"]: record for record in self.records("list")}["app"]["oid"])

    def test_messages_show_control_characters_also_where_no_terminal_is(self):
        _, err = self.run_it("call", "counter.rejection", "\x1b[31mx", code=1)
        self.assertEqual(err, "hawser: counter.rejection raised Rejection: \\x1b[31mx\n")
        _, err = self.run_it("list", "--class", "\x1b[31mx")
        self.assertEqual(err, "no session holds an object of class \\x1b[31mx\n")

    def test_json_escapes_what_a_terminal_would_obey(self):
        odd = "a\u009bb\u202ec\u2066d"
        out, _ = self.run_it("call", "counter.echo", json.dumps(odd), "-o", "json")
        self.assertEqual(out, '"a\\u009bb\\u202ec\\u2066d"\n')
        self.assertEqual(json.loads(out), odd)

    def test_colour_is_as_asked_for_also_of_a_wrong_command_line(self):
        _, err = self.run_it("--color=always", "lits", code=2)
        self.assertTrue(err.startswith("\x1b[31mhawser:\x1b[0m there is no command 'lits'"), err)
        _, err = self.run_it("list", "--color", "always", "--bogus", code=2)
        self.assertTrue(err.startswith("\x1b["), err)
        _, err = self.run_it("lits", code=2)
        self.assertTrue(err.startswith("hawser: "), err)

    def test_numbers_go_there_and_back_unchanged(self):
        for sent in ('{"$uint64":[18446744073709551615,0]}', '{"$float32":[1.5,"NaN","-Infinity"]}',
                     '{"$int64":[-9223372036854775808]}'):
            out, _ = self.run_it("call", "counter.echo", sent, "-o", "json")
            self.assertEqual("".join(out.split()), sent[sent.index("["):-1])

    @unittest.skipIf(shutil.which("script") is None, "there is no script(1)")
    def test_who_looks_on_is_told_that_an_argument_is_no_json(self):
        def said_of(argument):
            command = f"{HAWSER} call counter.echo '{argument}'"
            return subprocess.run(["script", "-qec", command, "/dev/null"], env=self.environment, text=True,
                                  capture_output=True, check=True).stdout

        self.assertIn("argument 1 is taken as a string; it is no JSON: ", said_of("{bad"))
        self.assertNotIn("taken as a string", said_of("[1]"))
        self.assertEqual(self.run_it("call", "counter.echo", "{bad"), ("{bad\n", ""))

    def test_a_qualified_name_is_of_its_kind_only(self):
        for name, near in (("module:process", "builtin:process"), ("module:app", "builtin:app"),
                           ("builtin:counter", "module:counter"), ("module:answer", "global:answer")):
            _, err = self.run_it("get", name, code=3)
            self.assertIn(f"did you mean '{near}'?\n", err)
        self.run_it("get", "module:counter")
        _, err = self.run_it("get", "builtin:proces", code=3)
        self.assertIn("did you mean 'process'?\n", err)

    def test_set_speaks_of_a_value_and_no_call(self):
        oid, _ = self.keep("counter.Counter")
        _, err = self.run_it("set", f"{oid}.value", code=2)
        self.assertEqual(err, f"hawser: 'set' needs a value\n  usage: hawser set {oid}.value VALUE, where it expects integer\n")
        _, err = self.run_it("set", f"{oid}.value", "abc", code=2)
        self.assertEqual(err, f'hawser: {oid}.value: expected integer, got "abc"\n  it is value: integer\n')

    def test_headings_left_out_are_all_left_out(self):
        out, _ = self.run_it("describe", "counter", "--no-headers")
        self.assertNotIn("Members", out)
        self.assertNotIn("MEMBER", out)
        self.assertNotIn("Held by", out)

    def test_a_tree_of_an_id_is_refused_with_what_to_ask(self):
        _, err = self.run_it("tree", "@31", code=2)
        self.assertIn("@31 is the id of an object\n  to see it: hawser describe @31\n", err)


if __name__ == "__main__":
    unittest.main()
