"""Runs what the documents tell people to do, in an installation unpacked for the test: a test a document.

A fenced block's info string says what becomes of it:
  cpp file=NAME, cmake file=NAME   written to that file
  sh                               run by one bash for the whole document, in order; a command that fails fails the test
  sh norun                         not run: it needs the repository
  console                          lines `$ command`, each followed by its output; a line `...` stands for anything
  console fails                    the same, but the commands must fail
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

# Where the test is run, they lie beside it.
ARCHIVE = os.path.abspath("tools/package/hawser.tar")
DOCS = os.path.abspath("docs")
BLOCK = re.compile(r"^```(\S+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp(prefix="hawser-docs-", dir="/tmp")
        cls.prefix = os.path.join(cls.root, "prefix")
        os.mkdir(cls.prefix)
        subprocess.run(["tar", "-C", cls.prefix, "-xf", ARCHIVE], check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root)

    def environment(self, folder):
        socket = "unix:" + os.path.join(folder, "h.sock")
        return {
            "PATH": os.path.join(self.prefix, "bin") + ":/usr/bin:/bin",
            "PKG_CONFIG_PATH": os.path.join(self.prefix, "lib/pkgconfig"),
            "HAWSER_LISTEN": socket,
            "HAWSER_ENDPOINT": socket,
            "HOME": folder,
        }

    def run_document(self, name):
        folder = tempfile.mkdtemp(dir=self.root)
        script = ["set -eEu -o pipefail", "set -m",
                  "trap 'echo \"failed: $BASH_COMMAND\" >&2; kill $(jobs -p) 2>/dev/null; exit 1' ERR"]
        with open(os.path.join(DOCS, name), encoding="utf-8") as file:
            blocks = BLOCK.findall(file.read())
        self.assertTrue(blocks, "no code in " + name)
        for language, options, body in blocks:
            if "file=" in options:
                with open(os.path.join(folder, options.split("file=")[1].split()[0]), "w", encoding="utf-8") as file:
                    file.write(body)
            elif language == "sh" and "norun" not in options:
                script.append(body)
            elif language == "console":
                script += self.console(body, fails="fails" in options)
        result = subprocess.run(["bash", "-c", "\n".join(script)], cwd=folder, env=self.environment(folder), timeout=240,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(result.returncode, 0, result.stdout.decode())
        return result.stdout.decode()

    @staticmethod
    def console(body, fails):
        lines = []
        commands = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
        for block in commands:
            command, _, expected = block.partition("\n")
            expected = expected.rstrip("\n")
            lines.append("if actual=$(%s 2>&1); then code=0; else code=$?; fi" % command)
            lines.append('[[ $code %s 0 ]] || { echo "exit $code of: %s: $actual" >&2; false; }' % ("!=" if fails else "==", command.replace('"', "'")))
            if expected and expected != "...":
                quoted = expected.replace("'", "'\\''")
                lines.append("[[ $actual == '%s' ]] || { echo \"got: $actual\" >&2; false; }" % quoted)
        return lines

    def test_what_is_installed_looks_for_libraries_in_the_installation_alone(self):
        elf = 0
        for folder, _, files in os.walk(self.prefix):
            for name in files:
                path = os.path.join(folder, name)
                shown = subprocess.run(["readelf", "-d", path], text=True, capture_output=True, check=False).stdout
                for runpath in re.findall(r"RUNPATH.*\[(.*)\]", shown):
                    elf += 1
                    place = os.path.normpath(runpath.replace("$ORIGIN", folder))
                    self.assertEqual(place, os.path.join(self.prefix, "lib"), path)
        self.assertGreaterEqual(elf, 7)  # two programs, the client's library, the modules

    def test_the_protocol_is_installed_so_that_a_client_can_be_made_of_it(self):
        stubs = tempfile.mkdtemp(dir=self.root)
        protos = os.path.join(self.prefix, "share/hawser/proto")
        subprocess.run(["protoc", "-I", protos, "--python_out", stubs, "hawser/v1/session.proto", "hawser/v1/value.proto"],
                       check=True)
        self.assertEqual(sorted(os.listdir(os.path.join(stubs, "hawser/v1"))), ["session_pb2.py", "value_pb2.py"])

    def test_what_the_readme_shows_of_a_client_runs_and_of_a_module_is_a_module(self):
        self.build_and_run_what_the_readme_shows("g++")

    @unittest.skipUnless(shutil.which("clang++"), "clang++ is not installed")
    def test_clients_and_modules_may_be_built_with_another_compiler_than_the_broker(self):
        self.build_and_run_what_the_readme_shows("clang++")

    def build_and_run_what_the_readme_shows(self, compiler):
        folder = tempfile.mkdtemp(dir=self.root)
        with open("README.md", encoding="utf-8") as file:
            client, module = [body for language, _, body in BLOCK.findall(file.read()) if language == "cpp"]
        with open(os.path.join(folder, "client.cc"), "w", encoding="utf-8") as file:
            file.write("#include <hawser/remote.h>\n#include <cstdio>\nint main() {\n%s\n"
                       "return win->Call(\"close\").ok() && remote->Close().ok() ? 0 : 1; }\n" % client)
        with open(os.path.join(folder, "counter.cc"), "w", encoding="utf-8") as file:
            file.write("#include <hawser/module.h>\nclass Counter : public hawser::EventEmitter { public:\n"
                       "explicit Counter(int64_t value) : value_(value) {}\n"
                       "int64_t Increment() { return ++value_; }\nint64_t value() const { return value_; }\n"
                       "void set_value(int64_t value) { value_ = value; }\nprivate: int64_t value_; };\n"
                       # A function from outside and one of its own: what else of the library a module may need.
                       "hawser::Function Later(hawser::Function f) { return hawser::Function([f] { return f(); }); }\n%s" % module)
        warnings = "-std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Werror"
        commands = [compiler + " " + warnings + " client.cc -o client $(pkg-config --cflags --libs hawser) "
                    "-Wl,-rpath,$(pkg-config --variable=libdir hawser)",
                    compiler + " " + warnings + " -shared -fPIC counter.cc -o counter.so $(pkg-config --cflags --libs hawser-module)",
                    "hawser plugin check ./counter.so", "hawserd & trap 'kill %1; wait' EXIT",
                    "hawser wait window --timeout 20s", "./client"]
        result = subprocess.run(["bash", "-ec", "\n".join(commands)], cwd=folder, env=self.environment(folder),
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240, check=False)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn("module counter \n  Counter\n", result.stdout)
        self.assertIn("closed\n", result.stdout)

    def test_quickstart(self):
        output = self.run_document("quickstart.md")
        self.assertEqual(output.count("the counter is at 42"), 2, output)  # with pkg-config, and with CMake
        self.assertIn("piped: 7", output)

    def test_writing_a_module(self):
        output = self.run_document("writing-a-module.md")
        self.assertIn("Good morning, Ada", output)
        self.assertIn("nobody to greet", output)
        self.assertIn("[  PASSED  ] 3 tests.", output)  # with pkg-config
        self.assertIn("100% tests passed", output)  # with CMake
        self.assertNotIn("stay in memory", output)

    def test_a_plugin_that_shows_too_much_is_told_so(self):
        folder = tempfile.mkdtemp(dir=self.root)
        with open(os.path.join(folder, "pinned.cc"), "w", encoding="utf-8") as file:
            # What such a plugin has by accident: a static of an inline function, which g++ makes unique in the process.
            file.write("#include <hawser/module.h>\ninline int& Shared() { static int n = 0; return n; }\n"
                       "HAWSER_MODULE(pinned, module) { module.Global(\"n\", ++Shared()); }\n")
        command = "g++ -std=c++20 -shared -fPIC pinned.cc -o pinned.so $(pkg-config --cflags --libs hawser)"
        environment = self.environment(folder)
        subprocess.run(["bash", "-c", command], cwd=folder, env=environment, check=True)
        done = subprocess.run(["hawserd", "--check-plugin", "./pinned.so"], cwd=folder, env=environment, text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("pkg-config --libs hawser-module", done.stderr)

    def test_headers_of_the_installation_stand_alone(self):
        include = os.path.join(self.prefix, "include")
        headers = sorted(name for name in os.listdir(os.path.join(include, "hawser")) if name.endswith(".h"))
        self.assertIn("remote.h", headers)
        self.assertIn("module.h", headers)
        for name in ["remote.h", "module.h", "value.h", "testing/module_harness.h"]:
            subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c++", "-I", include, "-"],
                           input=("#include <hawser/%s>\n" % name).encode(), check=True)

    def test_the_package_is_valid(self):
        environment = self.environment(self.root)
        for package in ["hawser", "hawser-module", "hawser-testing"]:
            subprocess.run(["pkg-config", "--validate", package], env=environment, check=True)

