"""`hawser version` against brokers of several versions: real gRPC servers that say of themselves what hawserd would."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent import futures

import grpc

sys.path[:0] = ["proto"]

from hawser.v1 import session_pb2, session_pb2_grpc  # noqa: E402

HAWSER = os.path.abspath("tools/cli/hawser")


class Broker(session_pb2_grpc.BrokerServicer):
    """Attaches every client, and has nothing for it."""

    def __init__(self, version):
        self.version = version

    def Attach(self, requests, context):  # noqa: N802
        attach = next(requests).attach
        if self.version is None:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT,
                          f"protocol {attach.protocol} is not spoken here; this broker speaks 2")
        yield session_pb2.Packet(attached={"outcome": session_pb2.AttachReply.CREATED, "epoch": 1, "ttl_ms": 10000,
                                           "limits": attach.limits, "max_frame_bytes": 1 << 20,
                                           "max_packet_bytes": 1 << 20, "broker": self.version})
        for packet in requests:
            if packet.HasField("end"):
                return


class VersionTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.endpoint = f"unix:{self.folder}/s"
        self.addCleanup(shutil.rmtree, self.folder)

    def serve(self, version):
        server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
        session_pb2_grpc.add_BrokerServicer_to_server(Broker(version), server)
        server.add_insecure_port(self.endpoint)
        server.start()
        self.addCleanup(server.stop, None)

    def run_it(self, *words, code=0):
        done = subprocess.run([HAWSER, *words, "--endpoint", self.endpoint], env={"LC_ALL": "C.UTF-8"}, text=True,
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def own(self):
        return self.run_it("--version")[0].split()[1]

    def test_versions_that_fit_are_both_shown(self):
        own = self.own()
        fits = f"hawserd {own.rsplit('.', 1)[0]}.99"
        self.serve(fits)
        self.assertEqual(self.run_it("version"), (f"hawser {own}\n{fits} at {self.endpoint}\n", ""))
        self.assertEqual(json.loads(self.run_it("version", "-o", "json")[0]),
                         {"version": own, "broker": fits, "endpoint": self.endpoint})

    def test_versions_that_do_not_fit_are_exit_code_9(self):
        self.serve("hawserd 99.0.0")
        out, err = self.run_it("version", code=9)
        self.assertEqual(out, f"hawser {self.own()}\nhawserd 99.0.0 at {self.endpoint}\n")
        self.assertIn("may not fit", err)

    def test_a_broker_of_another_protocol_is_exit_code_9_of_every_command(self):
        self.serve(None)
        self.assertEqual(self.run_it("version", code=9)[0], f"hawser {self.own()}\n")
        _, err = self.run_it("list", code=9)
        self.assertIn("this broker speaks 2", err)
        self.assertIn("installed with that broker", err)

    def test_without_a_broker_it_is_the_version_of_the_program(self):
        out, err = self.run_it("version")
        self.assertEqual(out, f"hawser {self.own()}\n")
        self.assertIn("there is no such socket", err)

    def test_the_option_asks_no_broker(self):
        self.assertEqual(self.run_it("--version"), (f"hawser {self.own()}\n", ""))


if __name__ == "__main__":
    unittest.main()
