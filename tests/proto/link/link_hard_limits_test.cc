// The limits of LinkLimits that are for a peer that keeps to no window.

#include "absl/strings/str_cat.h"
#include "tests/proto/link/raw_peer_fixture.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LinkHardLimitsTest : public RawPeerTest {
 protected:
  explicit LinkHardLimitsTest(const link::LinkLimits& limits = Small()) : RawPeerTest(limits) {}
  static link::LinkLimits Small() {
    link::LinkLimits limits;
    limits.incoming_calls = 3;
    limits.incoming_bytes = 1000;
    limits.answers = 2;
    limits.shapes = 2;
    return limits;
  }
  static std::string Call(uint64_t id, bool keep = false) {
    return RawPeer::CallFrame({.id = id, .name = "m", .keep_answer = keep});
  }
};

TEST_F(LinkHardLimitsTest, ACallTooManyIsRefusedAtOnceAndTheOthersGoOn) {
  end_->hold = true;
  peer_.Send({Call(1, true), RawPeer::CallFrame({.id = 2, .on_answer = true, .target = 1}),
              RawPeer::CallFrame({.id = 3, .name = "m", .nested = true})});
  // It would wait behind call 2.
  peer_.Send({RawPeer::CallFrame({.id = 4, .on_answer = true, .target = 1})});
  EXPECT_THAT(AnswerTo(4), StatusIs(kResourceExhausted, HasSubstr("calls of this session")));
  end_->hold = false;
  auto thing = MakeRef<SampleObject>("Thing");
  thing->answer = Outcome();
  end_->Take().reply.Return(Value(ObjectRef(thing)));
  end_->Take().reply.Return();
  EXPECT_THAT(end_->started, ElementsAre(1, 3, 2));
  EXPECT_THAT(CallRoot(5), IsOk());
}

TEST_F(LinkHardLimitsTest, BytesOfCallsTooManyAreRefusedByTheirOwnLimit) {
  end_->hold = true;
  peer_.Send({RawPeer::CallFrame({.id = 1, .name = "m"}, {Value(std::string(600, 'x'))})});
  peer_.Send({RawPeer::CallFrame({.id = 2, .name = "m"}, {Value(std::string(600, 'x'))})});
  EXPECT_THAT(AnswerTo(2), StatusIs(kResourceExhausted, HasSubstr("limit 1000")));
  end_->hold = false;
  end_->Take().reply.Return();
  peer_.Send({RawPeer::CallFrame({.id = 3, .name = "m"}, {Value(std::string(600, 'x'))})});
  EXPECT_THAT(AnswerTo(3), IsOk()) << "what is answered counts no more";
}

TEST_F(LinkHardLimitsTest, AnAnswerTooManyIsNotKeptAndItsCallIsNotMade) {
  peer_.Send({Call(1, true), Call(2, true), Call(3, true)});
  EXPECT_THAT(AnswerTo(3), StatusIs(kResourceExhausted, HasSubstr("answers are kept")));
  EXPECT_EQ(root_->calls, 2);
  EXPECT_EQ(end_->Stats().answers, 2u);
  peer_.Send({RawPeer::ReleaseFrame(100, {}, {1})});
  peer_.Send({Call(4, true)});
  EXPECT_THAT(AnswerTo(4), IsOk());
}

TEST_F(LinkHardLimitsTest, AShapeTooManyIsRefusedAndItsHandleReleased) {
  auto call = [&](uint64_t id, uint64_t handle, uint32_t shape) {
    wire::Reference reference = {.handle = handle, .oid = handle, .shape_number = shape};
    reference.definition = Shape::Build(ObjectKind::kObject, absl::StrCat("S", shape));
    return RawPeer::CallFrame({.id = id, .name = "m"}, {RawPeer::AnObject()}, {reference});
  };
  peer_.Send({call(1, 11, 1), call(2, 12, 2), call(3, 13, 3)});
  end_->FlushIfWanted();
  absl::Status refused;
  std::vector<uint64_t> released;
  for (const ReadFrame& frame : peer_.Receive()) {
    if (frame.kind == wire::FrameKind::kReturn && frame.call_id == 3) refused = frame.status();
    released.insert(released.end(), frame.handles.begin(), frame.handles.end());
  }
  EXPECT_THAT(refused, StatusIs(kResourceExhausted, HasSubstr("shapes handed over")));
  EXPECT_THAT(released, ::testing::Contains(13));
  peer_.Send({call(4, 14, 1)});
  EXPECT_THAT(AnswerTo(4), IsOk()) << "what is known still passes";
}

// What was over the limit once stayed with the peer until its session ended, and nothing said so.
TEST_F(LinkHardLimitsTest, ATableTooLongEndsTheSession) {
  std::vector<wire::Reference> table(wire::WireLimits::kMaxReferences + 1);
  for (size_t i = 0; i < table.size(); ++i) table[i] = {.handle = i + 1, .oid = i + 1};
  peer_.Send({RawPeer::CallFrame({.id = 1, .name = "m"}, {}, table)});
  EXPECT_TRUE(end_->ended());
  EXPECT_EQ(end_->end_reason, EndReason::kViolation);
  ReadFrame end = peer_.Receive().back();
  EXPECT_EQ(end.kind, wire::FrameKind::kEnd);
  EXPECT_THAT(end.status(), StatusIs(kResourceExhausted, HasSubstr("limit of 65536")));
  EXPECT_EQ(root_->calls, 0);
}

TEST_F(LinkHardLimitsTest, ObjectsOfTooManyShapesAreNotExported) {
  auto give = [&](uint64_t id, std::string name) {
    root_->answer = Outcome(Value(ObjectRef(MakeRef<SampleObject>(name))));
    return CallRoot(id);
  };
  EXPECT_THAT(give(1, "A"), IsOk());
  EXPECT_THAT(give(2, "B"), IsOk());
  EXPECT_THAT(give(3, "C"), StatusIs(kResourceExhausted, HasSubstr("shapes exported")));
  EXPECT_THAT(give(4, "A"), IsOk());
  root_->answer = Outcome();
}

// Each once made a definition that both ends kept until the session ended.
TEST_F(LinkHardLimitsTest, ObjectsThatBuildEqualShapesShareOneDefinition) {
  for (uint64_t id = 1; id <= 10; ++id) {
    root_->answer = Outcome(Value(ObjectRef(MakeRef<SampleObject>("Same"))));
    peer_.Send({Call(id)});
    ReadFrame frame = Only();
    ASSERT_EQ(frame.references.size(), 1u);
    EXPECT_EQ(frame.references[0].shape_number, 1u);
    EXPECT_EQ(frame.references[0].definition != nullptr, id == 1);
  }
  root_->answer = Outcome();
}

}  // namespace
}  // namespace hawser::tests
