#include "client/internal/attacher.h"

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace hawser::internal {
namespace {

using ::testing::HasSubstr;
using tests::StatusIs;
using What = Attacher::Verdict::What;

constexpr base::MonoTime kStart{1'000'000'000};

class AttacherTest : public ::testing::Test {
 protected:
  Attacher Make() { return Attacher(options_, SessionId::Random(), kStart); }
  static Attacher::Verdict Accept(Attacher& attacher) {
    return attacher.OnReply({.outcome = wire::AttachReply::Outcome::kCreated,
                             .epoch = 5,
                             .ack = 0,
                             .limits = {},
                             .ttl_ms = 30'000,
                             .max_frame_bytes = 0,
                             .broker = "b"});
  }

  ConnectOptions options_;
};

TEST_F(AttacherTest, EachAttachHasAHigherNumberAndTheEpochOnceItIsKnown) {
  Attacher attacher = Make();
  wire::Attach first = attacher.Next(0, {});
  EXPECT_EQ(first.attach, 1u);
  EXPECT_EQ(first.epoch, 0u);
  EXPECT_EQ(Accept(attacher).what, What::kAttached);
  wire::Attach second = attacher.Next(17, {3, 4});
  EXPECT_EQ(second.attach, 2u);
  EXPECT_EQ(second.epoch, 5u);
  EXPECT_EQ(second.ack, 17u);
  EXPECT_EQ(second.limits.calls, 3u);
  EXPECT_EQ(second.session, first.session);
  EXPECT_EQ(second.token, first.token);
}

TEST_F(AttacherTest, ALostConnectionIsTriedAgainAtOnceThenLessAndLessOften) {
  Attacher attacher = Make();
  Accept(attacher);
  EXPECT_EQ(attacher.give_up_at(), base::MonoTime::Max());
  Attacher::Verdict verdict = attacher.OnLost(absl::UnavailableError("cut"), kStart);
  EXPECT_EQ(verdict.what, What::kRetry);
  EXPECT_EQ(verdict.retry_at, kStart);
  EXPECT_EQ(attacher.give_up_at(), kStart + absl::Seconds(30));
  absl::Duration expected = options_.backoff_min;
  for (int i = 0; i < 8; ++i) {
    attacher.Next(0, {});
    verdict = attacher.OnLost(absl::UnavailableError("cut"), kStart);
    EXPECT_EQ(verdict.what, What::kRetry);
    EXPECT_GE(verdict.retry_at - kStart, expected * 0.75);
    EXPECT_LE(verdict.retry_at - kStart, expected * 1.25);
    expected = std::min(expected * 2, options_.backoff_max);
  }
  // The time to give up counts from when it was lost.
  EXPECT_EQ(attacher.give_up_at(), kStart + absl::Seconds(30));
  Accept(attacher);
  EXPECT_EQ(attacher.OnLost(absl::UnavailableError("cut"), kStart).retry_at, kStart);
}

TEST_F(AttacherTest, BeforeThereIsASessionAFailureIsFinalUnlessAskedToWait) {
  Attacher attacher = Make();
  Attacher::Verdict verdict = attacher.OnLost(absl::UnavailableError("nobody"), kStart);
  EXPECT_EQ(verdict.what, What::kGiveUp);
  EXPECT_THAT(verdict.status, StatusIs(absl::StatusCode::kUnavailable));

  options_.wait_for_broker = true;
  Attacher patient = Make();
  EXPECT_EQ(patient.OnLost(absl::UnavailableError("nobody"), kStart).what, What::kRetry);
  EXPECT_EQ(patient.give_up_at(), kStart + options_.connect_timeout);
  EXPECT_THAT(patient.OnTimeUp().status,
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("nobody")));
  EXPECT_EQ(patient.OnLost(absl::PermissionDeniedError("no"), kStart).what, What::kGiveUp);
}

TEST_F(AttacherTest, TheOnlyAttemptMayTakeAsLongAsConnectMay) {
  options_.connect_timeout = absl::Seconds(60);
  Attacher attacher = Make();
  EXPECT_EQ(attacher.AttemptUntil(kStart), kStart + absl::Seconds(60));
  EXPECT_THAT(attacher.OnTimeUp().status,
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("no broker within 1m")));
  Accept(attacher);
  EXPECT_EQ(attacher.AttemptUntil(kStart), kStart + absl::Seconds(5));

  options_.wait_for_broker = true;
  EXPECT_EQ(Make().AttemptUntil(kStart), kStart + absl::Seconds(5));
}

TEST_F(AttacherTest, WhatTheBrokerSaysIsWhatTheSessionBecomes) {
  using enum wire::AttachReply::Outcome;
  Attacher attacher = Make();
  auto loss = [&](wire::AttachReply::Outcome outcome) {
    wire::AttachReply reply;
    reply.outcome = outcome;
    return attacher.OnReply(reply).loss;
  };
  EXPECT_EQ(loss(kLeaseExpired), LossReason::kLeaseExpired);
  EXPECT_EQ(loss(kBrokerRestarted), LossReason::kBrokerRestarted);
  EXPECT_EQ(loss(kUnspecified), LossReason::kRefused);
}

TEST_F(AttacherTest, StatusesThatEndASession) {
  struct Case {
    absl::Status status;
    LossReason loss;
  };
  for (const Case& c :
       {Case{absl::FailedPreconditionError("lease expired"), LossReason::kLeaseExpired},
        Case{absl::FailedPreconditionError("broker restarted"), LossReason::kBrokerRestarted},
        Case{absl::PermissionDeniedError("no"), LossReason::kRefused},
        Case{absl::ResourceExhaustedError("sessions"), LossReason::kRefused}}) {
    Attacher attacher = Make();
    Accept(attacher);
    Attacher::Verdict verdict = attacher.OnLost(c.status, kStart);
    EXPECT_EQ(verdict.what, What::kGiveUp) << c.status;
    EXPECT_EQ(verdict.loss, c.loss) << c.status;
  }
}

TEST_F(AttacherTest, ASessionThatBreaksTheProtocolEveryTimeIsGivenUp) {
  Attacher attacher = Make();
  Accept(attacher);
  absl::Status breach = absl::InvalidArgumentError("frame 7 has no body");
  EXPECT_EQ(attacher.OnLost(breach, kStart).what, What::kRetry);
  Accept(attacher);
  EXPECT_EQ(attacher.OnLost(breach, kStart).what, What::kRetry);
  Accept(attacher);
  EXPECT_EQ(attacher.OnLost(breach, kStart).what, What::kGiveUp);
}

TEST_F(AttacherTest, WithoutReconnectALostConnectionIsALostSession) {
  options_.reconnect = false;
  Attacher attacher = Make();
  Accept(attacher);
  EXPECT_EQ(attacher.OnLost(absl::UnavailableError("cut"), kStart).loss, LossReason::kDisconnected);
}

}  // namespace
}  // namespace hawser::internal
