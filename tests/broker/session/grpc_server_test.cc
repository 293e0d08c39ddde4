// What the gRPC end offers besides Attach, and how it keeps its connections, over real sockets.

#include "broker/session/grpc_server.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/broker_harness.h"
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

}  // namespace
}  // namespace hawser::tests
