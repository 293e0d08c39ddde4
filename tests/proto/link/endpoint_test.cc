#include "proto/link/endpoint.h"

#include <future>
#include <thread>

#include "tests/proto/link/raw_peer_fixture.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class EndpointTest : public RawPeerTest {
 protected:
  static std::string Call(uint64_t id) { return RawPeer::CallFrame({.id = id, .name = "m"}); }
};

TEST_F(EndpointTest, TheAnswersToOnePacketLeaveInOnePacket) {
  peer_.Send({Call(1), Call(2), Call(3)});
  EXPECT_EQ(peer_.Receive().size(), 3u);
  EXPECT_EQ(peer_.packets, 1);
}

TEST_F(EndpointTest, OnePacketIsInFlightAndTheRestGathersMeanwhile) {
  ObjectRef theirs = end_->ImportRoot();
  for (int i = 0; i < 4; ++i) end_->Send({.target = theirs, .name = "m"});
  EXPECT_EQ(peer_.Receive().size(), 4u);
  EXPECT_EQ(peer_.packets, 2);
}

TEST_F(EndpointTest, AnAnswerGivenUpWhileAPacketIsInFlightIsReleasedAfterIt) {
  Sent call = end_->Send({.target = end_->ImportRoot(), .name = "m", .keep_answer = true});
  end_->ReleaseAnswer(call.id);
  end_->Flush();
  std::vector<ReadFrame> frames = peer_.Receive();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[1].kind, wire::FrameKind::kRelease);
  EXPECT_THAT(frames[1].answers, ElementsAre(call.id));
}

TEST_F(EndpointTest, AHeartbeatIsAPacketWithoutFramesThatAcknowledges) {
  peer_.Send({Call(1)});
  peer_.Receive();
  clock_.Advance(absl::Seconds(5));
  end_->Heartbeat();
  EXPECT_THAT(peer_.Receive(), IsEmpty());
  EXPECT_EQ(peer_.packets, 1);
  EXPECT_EQ(peer_.last_header.ack, 1u);
  EXPECT_EQ(peer_.last_header.clock_us, 5'000'000u);
  EXPECT_EQ(peer_.last_header.limits.calls, link::LinkLimits().call_window + 1);
}

TEST_F(EndpointTest, APacketSaysWhatIsGrantedOnceThatGrewByASixtyFourth) {
  const uint64_t window = link::LinkLimits().call_window;
  for (uint64_t call = 1; call < window / 64; ++call) {
    peer_.Send({Call(call)});
    peer_.Receive();
    ASSERT_EQ(peer_.last_header.limits.calls, 0u) << "after call " << call;
  }
  peer_.Send({Call(window / 64)});
  peer_.Receive();
  EXPECT_EQ(peer_.last_header.limits.calls, window + window / 64);
}

TEST_F(EndpointTest, AHeartbeatWantedWhileSendingFollows) {
  end_->Heartbeat();
  end_->Heartbeat();
  peer_.Receive();
  EXPECT_EQ(peer_.packets, 2);
}

TEST_F(EndpointTest, ANewerTransportFencesTheOlderOne) {
  RawPeer older(*end_);
  older.Attach();
  EXPECT_THAT(peer_.close_status(), StatusIs(kAborted, HasSubstr("fenced")));
  peer_.Send({Call(1)});
  EXPECT_EQ(root_->calls, 0) << "packets of a fenced transport count for nothing";
  end_->OnTransportLost(peer_.transport(), absl::UnavailableError("late"));
  end_->OnSent(peer_.transport());
  EXPECT_TRUE(end_->attached());
  older.Send({Call(1)});
  EXPECT_EQ(root_->calls, 1);
}

TEST_F(EndpointTest, FenceSaysWhatTheAnswerToAttachMustSay) {
  peer_.Send({Call(1), Call(2)});
  link::Endpoint::AttachState state = end_->Fence();
  EXPECT_EQ(state.processed, 2u);
  EXPECT_EQ(state.limits.calls, link::LinkLimits().call_window + 2);
  EXPECT_FALSE(end_->attached());
  peer_.Send({Call(3)});
  EXPECT_EQ(root_->calls, 2);
}

TEST_F(EndpointTest, FramesThePeerHasAreNotSentAgainAndLostOnesAre) {
  peer_.Send({Call(1), Call(2), Call(3)});
  EXPECT_EQ(peer_.Receive().size(), 3u);
  end_->OnTransportLost(peer_.transport(), absl::UnavailableError("cut"));
  EXPECT_THAT(end_->detached, ElementsAre(StatusIs(kUnavailable)));
  peer_.Attach(2);
  ReadFrame lost = Only();
  EXPECT_EQ(lost.number, 3u);
  EXPECT_EQ(lost.call_id, 3u);
}

TEST_F(EndpointTest, AReplayedCallIsNotRunAgain) {
  peer_.Send({Call(1)});
  end_->OnTransportLost(peer_.transport(), absl::UnavailableError("cut"));
  peer_.Attach(0);
  peer_.SendAt(1, {Call(1), Call(2)});
  EXPECT_THAT(end_->started, ElementsAre(1, 2));
}

TEST_F(EndpointTest, WhatIsAnsweredWhileDetachedIsSentAfterTheNextAttach) {
  end_->hold = true;
  peer_.Send({Call(1)});
  end_->OnTransportLost(peer_.transport(), absl::UnavailableError("cut"));
  end_->Take().reply.Return(7);
  peer_.Attach(0);
  EXPECT_EQ(Only().outcome.value(), Value(7));
}

TEST_F(EndpointTest, AViolationClosesTheTransportAndWhatWasGoodBeforeItCounts) {
  peer_.Send({Call(1), RawPeer::CallFrame({.id = 0, .name = "m"}), Call(2)});
  EXPECT_THAT(peer_.close_status(), StatusIs(kInvalidArgument));
  EXPECT_THAT(end_->started, ElementsAre(1));
  EXPECT_FALSE(end_->ended());
  uint64_t processed = end_->Fence().processed;
  EXPECT_EQ(processed, 2u);
  peer_.Attach(0);
  EXPECT_EQ(Only().call_id, 1u);
}

TEST_F(EndpointTest, CloseTransportLeavesTheSession) {
  end_->CloseTransport(absl::UnavailableError("drain"));
  EXPECT_THAT(peer_.close_status(), StatusIs(kUnavailable, "drain"));
  EXPECT_FALSE(end_->ended());
  EXPECT_EQ(end_->transport_description(), "");
  peer_.Attach();
  EXPECT_EQ(end_->transport_description(), "raw");
}

// A second thread once began to decode beside the first, and calls could start out of order.
TEST_F(EndpointTest, WhileCallsStartAnUnreadablePacketDoesNotLetAnotherThreadDecode) {
  std::vector<std::string> log;
  RawPeer next(*end_);
  end_->on_start = [&](link::IncomingCall* call) {
    std::string id = std::to_string(call->id());
    log.push_back("begin " + id);
    if (call->id() == 1) {
      peer_.SendBytes("\xff\xff");
      next.Attach();
      next.SendAt(2, {Call(2)});
    }
    log.push_back("end " + id);
  };
  peer_.Send({Call(1)});
  EXPECT_THAT(log, ElementsAre("begin 1", "end 1", "begin 2", "end 2"));
  EXPECT_FALSE(next.closed());
}

// True if another thread can take the endpoint's lock.
bool Unlocked(TestEndpoint& end) {
  auto done = std::make_shared<std::promise<void>>();
  std::future<void> future = done->get_future();
  std::thread([done, held = Ref<TestEndpoint>(&end)] {
    (void)held->attached();
    done->set_value();
  }).detach();
  return future.wait_for(std::chrono::seconds(10)) == std::future_status::ready;
}

TEST_F(EndpointTest, NothingIsCalledUnderTheLock) {
  std::vector<std::string> called;
  auto check = [&](const char* what) {
    EXPECT_TRUE(Unlocked(*end_)) << what;
    called.emplace_back(what);
  };
  end_->on_start = [&](link::IncomingCall*) { check("start"); };
  end_->on_gone = [&] { check("gone"); };
  end_->on_detached = [&] { check("detached"); };
  end_->on_ended = [&] { check("ended"); };
  ObjectRef theirs = end_->ImportRoot();
  Sent sent = end_->Send({.target = theirs, .name = "m"});
  sent.answer->on_answer = [&] { check("answer"); };
  Sent unanswered = end_->Send({.target = theirs, .name = "m"});
  unanswered.answer->on_answer = [&] { check("end's answer"); };
  peer_.Send({Call(1), RawPeer::ReturnFrame(sent.id, Outcome(Value(1))),
              RawPeer::GoneFrame({0}, GoneReason::kDestroyed)});
  end_->hold = true;
  peer_.Send({Call(2)});
  Held held = end_->Take();
  std::stop_callback stop(held.call->stop_token(), [&] { check("stop"); });
  peer_.Send({RawPeer::CancelFrame(2)});
  end_->CloseTransport(absl::UnavailableError("cut"));
  end_->End(EndReason::kKicked, absl::OkStatus());
  EXPECT_THAT(called, ElementsAre("start", "answer", "gone", "start", "stop", "detached",
                                  "end's answer", "gone", "ended"));
}

TEST_F(EndpointTest, TheEndpointLivesAsLongAsAProxyOfIt) {
  FakeClock clock;
  auto end = MakeRef<TestEndpoint>(clock);
  ObjectRef proxy = end->ImportRoot();
  end->End(EndReason::kLeft, absl::OkStatus());
  TestEndpoint* kept = end.get();
  end.reset();
  EXPECT_EQ(proxy->gone(), GoneReason::kSessionEnded);
  EXPECT_TRUE(kept->ended());
  Ref<TestEndpoint> again(kept);
  proxy.reset();
  again->Flush();
}

class EndpointPairTest : public LinkTest {};

TEST_F(EndpointPairTest, CallsInFlightSurviveACutInEitherDirection) {
  Sent lost_call = CallRoot("a");
  connection_->Cut();
  Connect();
  Sent lost_answer = CallRoot("b");
  connection_->DeliverToB();
  connection_->Cut();
  Connect();
  Settle();
  EXPECT_THAT(lost_call.status(), IsOk());
  EXPECT_THAT(lost_answer.status(), IsOk());
  EXPECT_EQ(root_->calls, 2);
}

TEST_F(EndpointPairTest, ThreadsMayCallAtTheSameTimeAndEachCallIsAnsweredOnce) {
  constexpr int kThreads = 4, kCalls = 200;
  std::vector<std::vector<Sent>> sent(kThreads);
  std::vector<std::thread> threads;
  for (std::vector<Sent>& mine : sent) {
    threads.emplace_back([&] {
      for (int i = 0; i < kCalls; ++i)
        mine.push_back(near_->Send({.target = remote_, .name = "m"}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  Settle();
  for (const std::vector<Sent>& mine : sent) {
    for (const Sent& call : mine) {
      EXPECT_THAT(call.status(), IsOk());
      EXPECT_EQ(call.answer->times, 1);
    }
  }
  EXPECT_EQ(root_->calls, kThreads * kCalls);
}

TEST_F(EndpointTest, CallsStartInOrderWhicheverThreadMadeThemReady) {
  end_->hold = true;
  auto through_answer = [](uint64_t id) {
    return RawPeer::CallFrame({.id = id, .on_answer = true, .target = 1, .name = "m"});
  };
  peer_.Send({RawPeer::CallFrame({.id = 1, .name = "m", .keep_answer = true}), through_answer(2),
              through_answer(3)});
  std::promise<void> starts_second, may_go_on;
  end_->on_start = [&](link::IncomingCall* call) {
    if (call->id() != 2) return;
    starts_second.set_value();
    may_go_on.get_future().wait();
  };
  Held first = end_->Take();
  std::thread module([&] { first.reply.Return(Value(ObjectRef(MakeRef<SampleObject>("Thing")))); });
  starts_second.get_future().wait();
  peer_.Send({through_answer(4)});  // it could start at once, in this thread
  may_go_on.set_value();
  module.join();
  EXPECT_THAT(end_->started, ElementsAre(1, 2, 3, 4));
}

TEST_F(EndpointTest, NoCallStartsAfterTheEndWasTold) {
  std::vector<uint64_t> started_at_end;
  end_->on_ended = [&] { started_at_end = end_->started; };
  end_->on_start = [&](link::IncomingCall* call) {
    if (call->id() != 1) return;
    end_->End(EndReason::kKicked, absl::PermissionDeniedError("kicked"));
    EXPECT_EQ(end_->ends, 0) << "a call is being started";
  };
  peer_.Send({Call(1), Call(2), Call(3)});
  EXPECT_EQ(end_->ends, 1);
  EXPECT_THAT(started_at_end, ElementsAre(1, 2, 3));
  EXPECT_EQ(end_->end_reason, EndReason::kKicked);
}

}  // namespace
}  // namespace hawser::tests
