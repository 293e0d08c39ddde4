// The broker's health as any gRPC client sees it, over a real socket.

#include <grpcpp/grpcpp.h>

#include <thread>

#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "tests/support/broker_harness.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// A client of its own connection.
class HealthClient {
 public:
  explicit HealthClient(const std::string& address) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub_ = Health::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }

  grpc::Status Check(const std::string& service, HealthCheckResponse* response) {
    grpc::ClientContext context;
    SetDeadline(context);
    return stub_->Check(&context, Request(service), response);
  }
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> Watch(grpc::ClientContext& context,
                                                                 const std::string& service) {
    SetDeadline(context);
    return stub_->Watch(&context, Request(service));
  }

 private:
  static HealthCheckRequest Request(const std::string& service) {
    HealthCheckRequest request;
    request.set_service(service);
    return request;
  }
  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoSeconds(kPatience));
  }

  std::unique_ptr<Health::Stub> stub_;
};

class HealthServiceTest : public ::testing::Test {
 protected:
  HealthServiceTest() : harness_({.listen = true}), client_(harness_.socket()) {
    harness_.AddModule("lab", [this](Module& module) {
      module.Function("later", [this](LateReply reply) { later_ = std::move(reply); });
    });
  }
  ~HealthServiceTest() override { later_ = LateReply(); }

  LateReply later_;  // destroyed after the broker
  BrokerHarness harness_;
  HealthClient client_;
};

TEST_F(HealthServiceTest, TheServerAndItsServiceAreServing) {
  for (const char* service : {"", "hawser.v1.Broker"}) {
    HealthCheckResponse response;
    grpc::Status status = client_.Check(service, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING) << service;
  }
}

TEST_F(HealthServiceTest, AnUnknownServiceIsNotFound) {
  HealthCheckResponse response;
  grpc::Status status = client_.Check("no.such.Service", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_NE(status.error_message().find("no.such.Service"), std::string::npos);
}

TEST_F(HealthServiceTest, AWatchOfAnUnknownServiceSaysSoAndStaysOpen) {
  // The health protocol wants it so: the service may come.
  grpc::ClientContext context;
  auto watch = client_.Watch(context, "no.such.Service");
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  context.TryCancel();
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(HealthServiceTest, WhoWatchesHearsOfTheDrainWhileCallsAreStillInWork) {
  std::unique_ptr<TestClient> client = harness_.ConnectSocket();
  ObjectRef lab = client->Require("lab").value();
  auto outcome = std::make_shared<std::optional<Outcome>>();
  client->Start(lab, Op::kCall, "later", {}, outcome);
  client->Pump();
  ASSERT_TRUE(harness_.AwaitThat([&] {
    return harness_.broker().sessions().All().at(0)->Inspect(
        [](const link::Link& link) { return link.stats().calls_running == 1; });
  }));
  harness_.Settle();

  grpc::ClientContext context;
  auto watch = client_.Watch(context, "");
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);

  std::thread stopper([&] { EXPECT_TRUE(harness_.broker().Stop(kPatience)); });
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  // Over a connection from before: the socket is gone.
  EXPECT_TRUE(client_.Check("hawser.v1.Broker", &response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);

  later_.Return("done");
  EXPECT_TRUE(client->AwaitThat([&] { return outcome->has_value(); }));
  EXPECT_THAT((*std::move(*outcome)).ToStatusOr(), IsOkAndHolds(Value("done")));
  stopper.join();
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(HealthServiceTest, AWatcherThatGoesIsForgotten) {
  for (int i = 0; i < 100; ++i) {
    grpc::ClientContext context;
    auto watch = client_.Watch(context, "");
    HealthCheckResponse response;
    ASSERT_TRUE(watch->Read(&response));
    context.TryCancel();
    (void)watch->Finish();
  }
  HealthCheckResponse response;
  EXPECT_TRUE(client_.Check("", &response).ok());
  EXPECT_TRUE(harness_.broker().Stop(absl::ZeroDuration())) << "no call is left behind";
}

}  // namespace
}  // namespace hawser::tests
