"""A client that has nothing of ours but the .proto files, against a real broker: the seed's example of callbacks, and its end."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path[:0] = ["proto", "tests/python"]

import model_client  # noqa: E402


class Daemon:
    """hawserd with the modules of the seed, on a socket of its own."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="hawser-", dir="/tmp")  # a socket's path must be short
        self.endpoint = f"unix:{self.folder}/hawser.sock"
        self.process = subprocess.Popen(
            ["broker/hawserd", "--listen", self.endpoint,
             "--plugin", os.path.abspath("plugins/map_numbers/map_numbers.so"),
             "--plugin", os.path.abspath("plugins/window/window.so")],
            stdout=subprocess.PIPE, text=True)
        assert "listening" in self.process.stdout.readline()
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()
        shutil.rmtree(self.folder)


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.daemon.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__()

    def setUp(self):
        self.session = model_client.Session(self.daemon.endpoint, name="python", program="client_test.py")

    def tearDown(self):
        self.session.leave()

    def test_a_callback_runs_later_and_the_module_sees_undefined(self):
        map_numbers = self.session.require("map_numbers")
        seen, done = [], threading.Event()

        def mapper(x):
            seen.append((x, threading.current_thread()))
            if len(seen) == 3:
                done.set()
            return x + 1

        self.assertEqual(map_numbers.call("withRendererCallback", mapper), [None, None, None])
        self.assertEqual(map_numbers.call("withLocalCallback"), [2, 3, 4])
        self.assertTrue(done.wait(timeout=10))
        self.assertEqual([x for x, _ in seen], [1, 2, 3])
        self.assertEqual({thread for _, thread in seen}, {self.session.callback_thread})

    def test_the_broker_gives_a_callback_back_when_it_is_done_with_it(self):
        map_numbers = self.session.require("map_numbers")
        map_numbers.call("withRendererCallback", lambda x: x)
        for _ in range(1000):
            if not self.session._exports:
                break
            threading.Event().wait(0.01)
        self.assertEqual(self.session._exports, {})

    def test_objects_are_made_used_and_released_in_the_broker(self):
        window = self.session.require("window").get("BrowserWindow").new({"width": 800, "height": 600})
        window.call("loadURL", "https://example.org")
        self.assertEqual(window.call("getURL"), "https://example.org")
        self.assertEqual(window.get("width"), 800)
        self.assertEqual(self.session.require("window").get("BrowserWindow").call("fromId", window.get("id")).oid, window.oid)
        window.call("close")
        with self.assertRaises(model_client.RemoteError) as gone:
            window.get("width")
        self.assertEqual(gone.exception.code, 5)  # NOT_FOUND
        window.release()
        with self.assertRaises(model_client.RemoteError) as released:
            window.get("width")
        self.assertEqual(released.exception.code, 5)

    def test_listeners_are_removed_by_the_function_they_were_installed_with(self):
        window = self.session.require("window").get("BrowserWindow").new()
        resized, moved = [], threading.Event()

        def on_resize(size):
            resized.append(size)

        window.call("on", "resize", on_resize)
        window.call("on", "move", lambda place: moved.set())
        window.call("setSize", 100, 50)
        window.call("off", "resize", on_resize)
        window.call("setSize", 200, 50)
        window.call("setPosition", 1, 2)
        self.assertTrue(moved.wait(timeout=10))
        self.assertEqual(resized, [{"width": 100, "height": 50}])

    def test_what_a_module_refuses_is_raised_here(self):
        with self.assertRaises(model_client.RemoteError) as failure:
            self.session.require("no such module")
        self.assertEqual(failure.exception.code, 5)  # NOT_FOUND
        map_numbers = self.session.require("map_numbers")
        with self.assertRaises(LookupError):
            map_numbers.call("noSuchMember")

    def test_leaving_ends_the_stream_with_ok(self):
        session = model_client.Session(self.daemon.endpoint)
        session.leave()
        self.assertEqual(session._stream.code().name, "OK")


if __name__ == "__main__":
    unittest.main()
