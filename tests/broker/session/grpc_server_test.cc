// What the gRPC end offers besides Attach, and how it keeps its connections, over real sockets.

#include "broker/session/grpc_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/broker_harness.h"
#include "tests/support/byte_recorder.h"
#include "tests/support/grpc_pipe.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

class GrpcServerTest : public ::testing::Test {
 protected:
  GrpcServerTest() : harness_({.listen = true}) {}

  BrokerHarness harness_;
};

TEST_F(GrpcServerTest, ReflectionListsTheServicesForToolsThatKnowNoneOfThem) {
  GrpcPipe pipe(harness_.socket(),
                "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
  // ServerReflectionRequest{list_services: "*"}: field 7, a string.
  ASSERT_TRUE(pipe.Send("\x3a\x01*"));
  std::optional<std::string> answer = pipe.Receive(kPatience);
  ASSERT_TRUE(answer.has_value());
  EXPECT_THAT(*answer, HasSubstr("hawser.v1.Broker"));
  EXPECT_THAT(*answer, HasSubstr("grpc.health.v1.Health"));
}

TEST_F(GrpcServerTest, ReflectionDescribesTheProtocol) {
  GrpcPipe pipe(harness_.socket(),
                "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
  // file_containing_symbol: field 4.
  std::string symbol = "hawser.v1.Broker";
  ASSERT_TRUE(pipe.Send("\x22" + std::string(1, static_cast<char>(symbol.size())) + symbol));
  std::optional<std::string> answer = pipe.Receive(kPatience);
  ASSERT_TRUE(answer.has_value());
  EXPECT_THAT(*answer, HasSubstr("hawser/v1/session.proto"));
  EXPECT_THAT(*answer, HasSubstr("AttachReply"));
}

TEST_F(GrpcServerTest, AMethodNobodyHasIsUnimplemented) {
  GrpcPipe pipe(harness_.socket(), "/hawser.v1.Broker/Detach");
  EXPECT_THAT(pipe.Finish(), StatusIs(StatusCode::kUnimplemented));
}

// A connected TCP socket, made by hand.
int ConnectTcp(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return fd;
}

TEST(GrpcServerOverTcp, AConnectionWhoseOtherEndAnswersNoPingIsCutAndOthersStay) {
  BrokerHarness::Options options;
  options.listen = true;
  options.insecure_tcp = {"127.0.0.1:0"};
  // Its clock stands still, so that no lease ends.
  options.limits.tcp_ping_after = absl::Milliseconds(50);
  options.limits.tcp_ping_within = absl::Milliseconds(500);
  BrokerHarness harness(options);
  std::string address = harness.broker().addresses().at(1);
  ASSERT_EQ(address.rfind("tcp:127.0.0.1:", 0), 0u) << address;

  // All a client sends until it has a session: HTTP/2 by hand would be long.
  std::string bytes;
  {
    ByteRecorder recorder(harness.socket_path());
    TestClient recorded;
    ASSERT_THAT(recorded.Attach(std::make_unique<GrpcPipe>(recorder.endpoint())), IsOk());
    bytes = recorder.sent();
    std::string id(reinterpret_cast<const char*>(recorded.attach.session.bytes.data()), 16);
    ASSERT_NE(bytes.find(id), std::string::npos);
    bytes[bytes.find(id)] ^= 1;  // a session of its own
  }
  int silent = ConnectTcp(std::stoi(address.substr(address.rfind(':') + 1)));
  ASSERT_EQ(send(silent, bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));

  TestClient living;
  ASSERT_THAT(living.Attach(std::make_unique<GrpcPipe>(address.substr(4))), IsOk());
  // Who lives answers pings while it waits for something.
  EXPECT_TRUE(living.AwaitThat([&] {
    char answer[4096];
    return recv(silent, answer, sizeof(answer), MSG_DONTWAIT) == 0;
  })) << "the silent one is still connected";
  close(silent);
  EXPECT_THAT(living.Require("nothing"), StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace hawser::tests
