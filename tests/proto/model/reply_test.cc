#include "hawser/reply.h"

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using tests::IsOkAndHolds;
using tests::StatusIs;

// Keeps what is delivered.
class Mailbox final : public ReplySink {
 public:
  void Deliver(uint64_t token, Outcome outcome) override {
    tokens.push_back(token);
    outcomes.push_back(std::move(outcome));
  }

  std::vector<uint64_t> tokens;
  std::vector<Outcome> outcomes;
};

TEST(OutcomeTest, IsAValueOrAnError) {
  EXPECT_TRUE(Outcome().ok());
  EXPECT_TRUE(Outcome().value().is_undefined());
  EXPECT_EQ(Outcome(Value(5)).value(), 5);
  Outcome failed = Outcome::Failed(absl::NotFoundError("no"));
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.error(), Error(absl::StatusCode::kNotFound, "no"));
}

TEST(OutcomeTest, AnErrorReturnedAsAValueIsNoFailure) {
  Outcome outcome = Value(Error(absl::StatusCode::kNotFound, "no"));
  EXPECT_TRUE(outcome.ok());
  EXPECT_THAT(std::move(outcome).ToStatusOr(),
              IsOkAndHolds(Value(Error(absl::StatusCode::kNotFound, "no"))));
}

TEST(OutcomeTest, ConvertsToAStatusAndBack) {
  EXPECT_THAT(Outcome(Value(5)).ToStatusOr(), IsOkAndHolds(Value(5)));
  Error error = Error(absl::StatusCode::kAborted, "m", "MyError").WithMember("a", 1);
  absl::StatusOr<Value> status = Outcome::Failed(error).ToStatusOr();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted, "m"));
  EXPECT_EQ(Outcome(status).error(), error);
  EXPECT_EQ(Outcome(absl::StatusOr<Value>(7)).value(), 7);
}

TEST(OutcomeTest, AFailureWithAnOkStatusIsAnInternalError) {
  Outcome failed = Outcome::Failed(absl::OkStatus());
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.error(), Error(absl::StatusCode::kInternal, "failed with an OK status"));
}

TEST(ReplyTest, IsTwoWordsAndMoveOnly) {
  EXPECT_EQ(sizeof(Reply), 2 * sizeof(void*));
  EXPECT_FALSE(std::is_copy_constructible_v<Reply>);
  EXPECT_FALSE(std::is_copy_assignable_v<Reply>);
}

TEST(ReplyTest, DeliversItsAnswerWithItsToken) {
  Mailbox mailbox;
  Reply(&mailbox, 7).Return(5);
  Reply(&mailbox, 8).Fail(absl::NotFoundError("no"));
  Reply(&mailbox, 9).Fail(Error(absl::StatusCode::kAborted, "m"));
  Reply(&mailbox, 10).Answer(Outcome(Value("x")));
  EXPECT_THAT(mailbox.tokens, testing::ElementsAre(7, 8, 9, 10));
  EXPECT_EQ(mailbox.outcomes[0].value(), 5);
  EXPECT_EQ(mailbox.outcomes[1].error().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(mailbox.outcomes[2].error().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(mailbox.outcomes[3].value(), "x");
}

TEST(ReplyTest, AnswersOnce) {
  Mailbox mailbox;
  {
    Reply reply(&mailbox, 1);
    EXPECT_TRUE(reply.pending());
    reply.Return(5);
    EXPECT_FALSE(reply.pending());
    reply.Return(6);
    reply.Fail(absl::InternalError("no"));
  }
  ASSERT_EQ(mailbox.outcomes.size(), 1u);
  EXPECT_EQ(mailbox.outcomes[0].value(), 5);
}

TEST(ReplyTest, ADroppedOneAnswersInternal) {
  Mailbox mailbox;
  { Reply reply(&mailbox, 3); }
  ASSERT_EQ(mailbox.outcomes.size(), 1u);
  EXPECT_EQ(mailbox.tokens[0], 3u);
  EXPECT_EQ(mailbox.outcomes[0].error(),
            Error(absl::StatusCode::kInternal, "the call was dropped without an answer"));
}

TEST(ReplyTest, FailingWithAnOkStatusAnswersInternal) {
  Mailbox mailbox;
  Reply(&mailbox, 1).Fail(absl::OkStatus());
  ASSERT_EQ(mailbox.outcomes.size(), 1u);
  EXPECT_FALSE(mailbox.outcomes[0].ok());
  EXPECT_EQ(mailbox.outcomes[0].error().code(), absl::StatusCode::kInternal);
}

TEST(ReplyTest, AMovedFromOneOwesNothing) {
  Mailbox mailbox;
  Reply second;
  {
    Reply first(&mailbox, 1);
    second = std::move(first);
    EXPECT_FALSE(first.pending());  // NOLINT(bugprone-use-after-move)
  }
  EXPECT_TRUE(mailbox.outcomes.empty());
  Reply third = std::move(second);
  third.Return(1);
  EXPECT_EQ(mailbox.outcomes.size(), 1u);
}

TEST(ReplyTest, AssigningOverAPendingOneDropsIt) {
  Mailbox mailbox;
  Reply reply(&mailbox, 1);
  Reply other(&mailbox, 2);
  reply = std::move(other);
  ASSERT_EQ(mailbox.tokens, std::vector<uint64_t>{1});
  EXPECT_EQ(mailbox.outcomes[0].error().code(), absl::StatusCode::kInternal);
  reply.Return();
  EXPECT_THAT(mailbox.tokens, testing::ElementsAre(1, 2));
}

TEST(ReplyTest, AnEmptyOneAnswersNobody) {
  Reply reply;
  EXPECT_FALSE(reply.pending());
  reply.Return(5);
  reply.Fail(absl::InternalError("no"));
}

}  // namespace
}  // namespace hawser
