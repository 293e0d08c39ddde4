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
HAWSERD = os.path.abspath("broker/hawserd")


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
        self.run_it("health", code=9)

    def test_hawserd_refuses_another_protocol_in_the_words_that_are_looked_for(self):
        daemon = subprocess.Popen([HAWSERD, "--listen", self.endpoint], stdout=subprocess.PIPE, text=True)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.terminate)
        self.addCleanup(daemon.stdout.close)
        self.assertIn("listening", daemon.stdout.readline())
        with grpc.insecure_channel(self.endpoint) as channel:
            attach = session_pb2.Attach(session=bytes([1] * 16), token=bytes([1] * 16), attach=1, protocol=2)
            answers = session_pb2_grpc.BrokerStub(channel).Attach(iter([session_pb2.Packet(attach=attach)]))
            with self.assertRaises(grpc.RpcError) as refused:
                next(answers)
        self.assertEqual(refused.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertEqual(refused.exception.details(), "protocol 2 is not spoken here; this broker speaks 1")

    def test_a_wrong_endpoint_is_no_missing_broker(self):
        done = subprocess.run([HAWSER, "version", "--endpoint", "nothing:1"], env={}, capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stdout), (2, f"hawser {self.own()}\n"))

    def test_without_a_broker_it_is_the_version_of_the_program(self):
        out, err = self.run_it("version")
        self.assertEqual(out, f"hawser {self.own()}\n")
        self.assertIn("there is no such socket", err)

    def test_the_option_asks_no_broker(self):
        self.assertEqual(self.run_it("--version"), (f"hawser {self.own()}\n", ""))


if __name__ == "__main__":
    unittest.main()
