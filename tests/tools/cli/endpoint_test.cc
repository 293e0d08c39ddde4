#include "tools/cli/endpoint.h"

#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::Status Explain(const std::string& endpoint, const absl::Status& status) {
  return ExplainNoConnection(status, endpoint, Origin::kOption);
}

TEST(EndpointTest, APathAloneIsASocket) {
  EXPECT_EQ(FullEndpoint("/run/h.sock"), "unix:/run/h.sock");
  EXPECT_EQ(FullEndpoint("./h.sock"), "unix:./h.sock");
  EXPECT_EQ(FullEndpoint("../a:b"), "unix:../a:b");
  EXPECT_EQ(FullEndpoint("h.sock"), "unix:h.sock");
  EXPECT_EQ(FullEndpoint("unix:h.sock"), "unix:h.sock");
  EXPECT_EQ(FullEndpoint("tcp:host:1"), "tcp:host:1");
  EXPECT_EQ(FullEndpoint("other:x"), "other:x");
  EXPECT_EQ(FullEndpoint(""), "");
}

TEST(EndpointTest, WhatIsAtThePathOfASocketIsSaid) {
  absl::Status unavailable = absl::UnavailableError("long words of a transport");
  std::string folder = ::testing::TempDir();
  absl::Status status = Explain("unix:" + folder, unavailable);
  EXPECT_EQ(ExitOf(status), Exit::kUnreachable);
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("it is a folder, no socket"));
  std::string file = folder + "/file";
  std::ofstream(file) << "text";
  EXPECT_THAT(std::string(MessageOf(Explain("unix:" + file, unavailable))),
              HasSubstr("it is a file, no socket"));
  status = Explain("unix:nobody.sock", unavailable);
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("there is no such socket"));
  EXPECT_THAT(HintsOf(status), ElementsAre(HasSubstr("hawserd --listen unix:nobody.sock &"),
                                           HasSubstr("HAWSER_ENDPOINT")));
}

TEST(EndpointTest, OfAChainOfTransportWordsTheLastIsTheReason) {
  absl::Status status = Explain(
      "tcp:127.0.0.1:1",
      absl::UnavailableError("failed to connect to all addresses; last error: UNKNOWN: "
                             "ipv4:127.0.0.1:1: Failed to connect to remote host: Connection "
                             "refused"));
  EXPECT_EQ(MessageOf(status), "cannot connect to tcp:127.0.0.1:1: Connection refused");
  EXPECT_THAT(HintsOf(status)[0], HasSubstr("hawserd --listen tcp:127.0.0.1:1 --insecure-tcp &"));
}

TEST(EndpointTest, ABrokerOfAnotherVersionHasAnExitCodeOfItsOwn) {
  for (std::string_view words : {"protocol 2 is not spoken here; this broker speaks 1",
                                 "the broker's answer to Attach is of a version this client does "
                                 "not speak"}) {
    absl::Status status = Explain(
        "unix:h.sock", absl::InvalidArgumentError(absl::string_view(words.data(), words.size())));
    EXPECT_EQ(ExitOf(status), Exit::kSkew);
    EXPECT_THAT(std::string(MessageOf(status)), HasSubstr(std::string(words)));
    EXPECT_THAT(HintsOf(status), ElementsAre(HasSubstr("installed with that broker")));
  }
}

TEST(EndpointTest, WhoChoseTheEndpointIsSaid) {
  absl::Status unavailable = absl::UnavailableError("");
  absl::Status status = ExplainNoConnection(unavailable, "unix:nobody.sock", Origin::kDefault);
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("unix:nobody.sock (the default): "));
  EXPECT_EQ(HintsOf(status)[0], "to start a broker there: hawserd &");
  status = ExplainNoConnection(unavailable, "unix:nobody.sock", Origin::kEnvironment);
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("(from $HAWSER_ENDPOINT): "));
}

TEST(EndpointTest, AHostThatCannotBeFoundIsNoPlaceToStartABroker) {
  absl::Status status = Explain(
      "tcp:nosuchhost.invalid:1",
      absl::UnavailableError("DNS resolution failed for nosuchhost.invalid:1: C-ares status "
                             "is not ARES_SUCCESS: Domain name not found"));
  EXPECT_THAT(HintsOf(status), ElementsAre("is the name of the host right, and is it up?",
                                           HasSubstr("to ask another one")));
}

TEST(EndpointTest, OnlyWhereNobodyListensYetIsABrokerWaitedFor) {
  std::string folder = ::testing::TempDir();
  std::ofstream(folder + "/text") << "text";
  EXPECT_TRUE(BrokerMayCome("unix:nobody.sock"));
  EXPECT_TRUE(BrokerMayCome("tcp:127.0.0.1:1"));
  EXPECT_FALSE(BrokerMayCome("unix:" + folder));
  EXPECT_FALSE(BrokerMayCome("unix:" + folder + "/text"));
  EXPECT_FALSE(BrokerMayCome("unix:" + folder + std::string(200, 'x')));
}

TEST(EndpointTest, WhatIsNoEndpointIsWrongUsage) {
  absl::Status status =
      Explain("x:y", absl::InvalidArgumentError("endpoint x:y: expected unix:/path"));
  EXPECT_EQ(ExitOf(status), Exit::kUsage);
  EXPECT_EQ(MessageOf(status), "cannot connect to x:y: expected unix:/path");
}

}  // namespace
}  // namespace hawser::cli
