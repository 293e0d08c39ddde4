// What frames say, and what is refused in them. That the bytes are right is oracle_test's business.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/proto/wire/oracle.h"
#include "tests/support/status_matchers.h"

namespace hawser::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using tests::IsOk;
using tests::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;

v1::Frame FrameOfReferences(int count) {
  v1::Frame frame;
  for (int i = 0; i < count; ++i) frame.add_references()->set_handle(static_cast<uint64_t>(i));
  frame.mutable_call()->set_id(5);
  return frame;
}

class CallTest : public testing::Test {
 protected:
  CallTest() {
    call_.set_id(10);
    call_.set_handle(0);
  }
  absl::Status Read() { return ReadBytes(call_.SerializeAsString()); }
  absl::Status ReadBytes(std::string bytes) {
    bytes_ = std::move(bytes);
    return BodyReader({}, nullptr).ReadCall(bytes_, &read_, &args_, &answers_);
  }

  v1::Call call_;
  std::string bytes_;
  Call read_;
  Args args_;
  std::vector<AnswerArg> answers_;
};

TEST_F(CallTest, MembersAreCountedFromOneOnTheWireAndFromZeroHere) {
  ASSERT_THAT(Read(), IsOk());
  EXPECT_EQ(read_.member, Invocation::kSelf);
  call_.set_index(0);
  ASSERT_THAT(Read(), IsOk());
  EXPECT_EQ(read_.member, Invocation::kSelf);
  call_.set_index(1);
  ASSERT_THAT(Read(), IsOk());
  EXPECT_EQ(read_.member, 0);
  call_.set_index(65536);
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("call: no shape has a member 65536")));
  call_.set_name("require");
  ASSERT_THAT(Read(), IsOk());
  EXPECT_EQ(read_.member, Invocation::kSelf);
  EXPECT_EQ(read_.name, "require");
}

TEST_F(CallTest, OfIndexAndNameTheLastOneCounts) {
  v1::Call other;
  other.set_index(4);
  call_.set_name("require");
  ASSERT_THAT(ReadBytes(call_.SerializeAsString() + other.SerializeAsString()), IsOk());
  EXPECT_EQ(read_.member, 3);
  EXPECT_EQ(read_.name, "");
}

TEST_F(CallTest, AnswersAmongTheArgumentsAreListedAndUndefinedInTheirPlace) {
  call_.add_args()->set_integer(7);
  call_.add_args()->set_answer(9);
  call_.add_args()->set_string("x");
  call_.add_args()->set_answer(3);
  ASSERT_THAT(Read(), IsOk());
  EXPECT_THAT(args_, ElementsAre(Value(7), Value(), Value("x"), Value()));
  ASSERT_THAT(answers_, SizeIs(2));
  EXPECT_EQ(answers_[0].position, 1u);
  EXPECT_EQ(answers_[0].call, 9u);
  EXPECT_EQ(answers_[1].position, 3u);
  EXPECT_EQ(answers_[1].call, 3u);
}

TEST_F(CallTest, AnAnswerIsAllowedOnlyAtTheTop) {
  call_.add_args()->mutable_array()->add_items()->set_answer(3);
  EXPECT_EQ(Read(),
            absl::InvalidArgumentError(
                "call.args[0].array.items[0].answer: allowed only as an argument of a call"));
}

TEST_F(CallTest, OnlyAnswersOfEarlierCallsMayBeNamed) {
  call_.set_answer(10);
  EXPECT_THAT(
      Read(),
      StatusIs(kInvalid,
               HasSubstr("the target is the answer of call 10, which is not an earlier one")));
  call_.set_answer(9);
  call_.add_args()->set_answer(10);
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("args[0]: the answer of call 10")));
}

TEST_F(CallTest, ACallWithoutIdOrTargetIsRefused) {
  call_.clear_handle();
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("call: no target")));
  call_.clear_id();
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("call: no id")));
}

TEST_F(CallTest, AnUnknownOperationIsRefused) {
  call_.set_op(static_cast<v1::Op>(6));
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("no operation has the number 6")));
  call_.set_op(static_cast<v1::Op>(-1));
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("no operation has the number 4294967295")));
}

TEST_F(CallTest, AFailedCallStillSaysWhomToAnswer) {
  call_.add_args()->set_reference(0);
  call_.add_args()->set_string("\xff");
  call_.set_no_reply(true);
  call_.set_nested(true);
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("call.args[0].reference")));
  EXPECT_EQ(read_.id, 10u);
  EXPECT_TRUE(read_.no_reply);
  EXPECT_TRUE(read_.nested);
}

TEST_F(CallTest, NothingOfTheCallBeforeIsLeft) {
  call_.add_args()->set_answer(3);
  call_.set_name("x");
  call_.set_deadline_us(5);
  call_.set_keep_answer(true);
  ASSERT_THAT(Read(), IsOk());
  call_.Clear();
  call_.set_id(11);
  call_.set_handle(2);
  ASSERT_THAT(Read(), IsOk());
  EXPECT_THAT(args_, IsEmpty());
  EXPECT_THAT(answers_, IsEmpty());
  EXPECT_EQ(read_.name, "");
  EXPECT_EQ(read_.deadline_us, 0u);
  EXPECT_FALSE(read_.keep_answer);
}

TEST(ReturnTest, AFailedReturnStillSaysWhichCall) {
  v1::Return result;
  result.mutable_value()->set_string("\xff");
  std::string bytes = result.SerializeAsString();  // the id after the value
  result.Clear();
  result.set_call(77);
  bytes += result.SerializeAsString();
  uint64_t call = 0;
  Outcome outcome;
  EXPECT_THAT(BodyReader({}, nullptr).ReadReturn(bytes, &call, &outcome),
              StatusIs(kInvalid, HasSubstr("result.value.string")));
  EXPECT_EQ(call, 77u);
}

TEST(ReturnTest, WithoutAnOutcomeItIsRefusedSinceALaterVersionMayMeanAnything) {
  v1::Return result;
  result.set_call(5);
  uint64_t call = 0;
  Outcome outcome(Value(1));
  EXPECT_THAT(BodyReader({}, nullptr).ReadReturn(result.SerializeAsString(), &call, &outcome),
              StatusIs(kInvalid, "result: neither value nor error"));
  EXPECT_EQ(call, 5u) << "whose caller must be told";
}

TEST(ReturnTest, AValueOfNoKindIsUndefined) {
  v1::Return result;
  result.set_call(5);
  result.mutable_value();
  uint64_t call = 0;
  Outcome outcome(Value(1));
  ASSERT_THAT(BodyReader({}, nullptr).ReadReturn(result.SerializeAsString(), &call, &outcome),
              IsOk());
  EXPECT_EQ(outcome.value(), Value());
}

TEST(ReturnTest, AnErrorIsAFailedOutcome) {
  v1::Return result;
  result.mutable_error()->set_code(5);
  result.mutable_error()->set_message("gone");
  uint64_t call;
  Outcome outcome;
  ASSERT_THAT(BodyReader({}, nullptr).ReadReturn(result.SerializeAsString(), &call, &outcome),
              IsOk());
  EXPECT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error(), Error(absl::StatusCode::kNotFound, "gone", ""));
}

TEST(GoneTest, AnUnknownReasonIsNeverAlive) {
  for (int number : {0, 7, 100, -1}) {
    v1::Gone gone;
    gone.add_handles(1);
    gone.set_reason(static_cast<v1::Gone_Reason>(number));
    std::vector<uint64_t> handles;
    GoneReason reason = GoneReason::kAlive;
    ASSERT_THAT(BodyReader({}, nullptr).ReadGone(gone.SerializeAsString(), &handles, &reason),
                IsOk());
    EXPECT_EQ(reason, GoneReason::kDestroyed) << number;
  }
  static_assert(static_cast<int>(GoneReason::kSessionEnded) == v1::Gone_Reason_SESSION_ENDED);
}

TEST(EndTest, ALeaveIsOkAndAnUnknownCodeIsUnknown) {
  EndReason reason;
  absl::StatusCode code;
  std::string message;
  ASSERT_THAT(BodyReader({}, nullptr).ReadEnd("", &reason, &code, &message), IsOk());
  EXPECT_EQ(code, absl::StatusCode::kOk);
  v1::End end;
  end.set_code(99);
  ASSERT_THAT(BodyReader({}, nullptr).ReadEnd(end.SerializeAsString(), &reason, &code, &message),
              IsOk());
  EXPECT_EQ(code, absl::StatusCode::kUnknown);
}

TEST(EndTest, AnUnknownReasonIsAsGoodAsNone) {
  absl::StatusCode code;
  std::string message;
  for (int number : {0, 8, 300, -1}) {
    v1::End end;
    end.set_reason(static_cast<v1::End_Reason>(number));
    EndReason reason = EndReason::kKicked;
    ASSERT_THAT(BodyReader({}, nullptr).ReadEnd(end.SerializeAsString(), &reason, &code, &message),
                IsOk());
    EXPECT_EQ(reason, EndReason::kKicked) << number;
  }
  static_assert(static_cast<int>(EndReason::kLeft) + 1 == v1::End_Reason_LEFT);
  static_assert(static_cast<int>(EndReason::kLeaseExpired) + 1 == v1::End_Reason_LEASE_EXPIRED);
  static_assert(static_cast<int>(EndReason::kViolation) + 1 == v1::End_Reason_VIOLATION);
}

TEST(ReleaseTest, ACutOffListIsRefused) {
  uint64_t upto;
  std::vector<uint64_t> handles, answers;
  EXPECT_THAT(BodyReader({}, nullptr)
                  .ReadRelease(std::string("\x12\x01\x80", 3), &upto, &handles, &answers),
              StatusIs(kInvalid, HasSubstr("release.handles: the last number is cut off")));
}

TEST(FrameTest, AFrameWithoutABodyWeKnowIsOfNoKind) {
  FrameView frame;
  ASSERT_THAT(ReadFrame("", nullptr, &frame), IsOk());
  EXPECT_EQ(frame.kind, FrameKind::kNone);
  ASSERT_THAT(ReadFrame(std::string("\x42\x00", 2), nullptr, &frame), IsOk());  // field 8
  EXPECT_EQ(frame.kind, FrameKind::kNone);
}

TEST(FrameTest, ASecondBodyIsRefused) {
  v1::Frame first, second;
  first.mutable_call()->set_id(1);
  second.mutable_cancel()->set_call(2);
  std::string bytes = first.SerializeAsString() + second.SerializeAsString();
  FrameView frame;
  EXPECT_EQ(ReadFrame(bytes, nullptr, &frame),
            absl::InvalidArgumentError("frame: more than one body"));
  EXPECT_EQ(frame.kind, FrameKind::kCall);
  EXPECT_EQ(frame.body, first.call().SerializeAsString());
}

TEST(FrameTest, EntriesAfterABadOneAreStillRead) {
  v1::Frame frame = FrameOfReferences(4);
  frame.mutable_references(1)->set_site("bad \xff");
  frame.mutable_references(2)->clear_handle();
  std::string bytes = frame.SerializeAsString();
  FrameView read;
  EXPECT_EQ(ReadFrame(bytes, nullptr, &read),
            absl::InvalidArgumentError("frame.references[1].site: not UTF-8 at byte 4"));
  // The second one's handle is known and must be registered; the third one's is not.
  ASSERT_THAT(read.references, SizeIs(3));
  EXPECT_EQ(read.references[0].handle, 0u);
  EXPECT_EQ(read.references[1].handle, 1u);
  EXPECT_EQ(read.references[2].handle, 3u);
  EXPECT_EQ(read.kind, FrameKind::kCall);
  EXPECT_EQ(read.body, frame.call().SerializeAsString());
}

TEST(FrameTest, AReferenceThatNamesNoHandleIsRefused) {
  v1::Frame frame = FrameOfReferences(1);
  frame.mutable_references(0)->clear_handle();
  frame.mutable_references(0)->set_oid(4);
  FrameView read;
  EXPECT_EQ(ReadFrame(frame.SerializeAsString(), nullptr, &read),
            absl::InvalidArgumentError("frame.references[0]: names no handle"));
  EXPECT_THAT(read.references, IsEmpty());
}

TEST(FrameTest, TheTableHasALimit) {
  FrameView read;
  EXPECT_THAT(
      ReadFrame(FrameOfReferences(WireLimits::kMaxReferences).SerializeAsString(), nullptr, &read),
      IsOk());
  EXPECT_THAT(ReadFrame(FrameOfReferences(WireLimits::kMaxReferences + 1).SerializeAsString(),
                        nullptr, &read),
              StatusIs(kExhausted, HasSubstr("more references than the limit of 65536")));
  EXPECT_THAT(read.references, SizeIs(WireLimits::kMaxReferences));
  EXPECT_EQ(read.kind, FrameKind::kCall);
}

TEST(FrameTest, TheMembersOfAllShapesTogetherHaveALimit) {
  v1::Frame frame = FrameOfReferences(2);
  for (v1::Reference& reference : *frame.mutable_references()) {
    for (uint32_t i = 0; i < WireLimits::kMaxMembers / 2; ++i)
      reference.mutable_definition()->add_members();
  }
  FrameView read;
  EXPECT_THAT(ReadFrame(frame.SerializeAsString(), nullptr, &read), IsOk());
  frame.mutable_references(1)->mutable_definition()->add_members();
  EXPECT_THAT(
      ReadFrame(frame.SerializeAsString(), nullptr, &read),
      StatusIs(kExhausted,
               HasSubstr("references[1].definition: more members than the limit of 65536")));
  EXPECT_THAT(read.references, SizeIs(2));
}

TEST(FrameTest, AConstantHoldsNoReference) {
  v1::Frame frame = FrameOfReferences(1);
  frame.mutable_references(0)->mutable_constant()->mutable_array()->add_items()->set_reference(0);
  FrameView read;
  EXPECT_THAT(ReadFrame(frame.SerializeAsString(), nullptr, &read),
              StatusIs(kInvalid, HasSubstr("references[0].constant.array.items[0].reference")));

  Reference reference;
  reference.constant = Array{1, MakeRef<TestObject>()};
  FrameWriter writer;
  std::string entry;
  writer.WriteCall({}, {}, {}, {&reference, 1}, &entry);
  v1::Packet packet;
  ASSERT_TRUE(packet.ParseFromString(entry));
  EXPECT_TRUE(packet.frames(0).references(0).constant().array().items(1).null());
}

TEST(FrameTest, WhatALaterVersionKnowsIsReadAsTheSafestWeKnow) {
  v1::Frame frame = FrameOfReferences(1);
  v1::Shape* shape = frame.mutable_references(0)->mutable_definition();
  shape->set_kind(static_cast<v1::Shape_Kind>(9));
  shape->set_mode(static_cast<v1::CallbackMode>(9));
  shape->add_members()->set_kind(static_cast<v1::Member_Kind>(9));
  shape->mutable_members(0)->mutable_signature()->set_result(static_cast<v1::Signature_Type>(99));
  shape->mutable_members(0)->mutable_signature()->add_params(static_cast<v1::Signature_Type>(-3));
  FrameView read;
  ASSERT_THAT(ReadFrame(frame.SerializeAsString(), nullptr, &read), IsOk());
  const Shape& definition = *read.references[0].definition;
  EXPECT_EQ(definition.kind(), ObjectKind::kObject);
  EXPECT_EQ(definition.mode(), CallbackMode::kPlain);
  EXPECT_TRUE(definition.members()[0].hidden);
  EXPECT_EQ(definition.members()[0].signature.result, Type::kAny);
  EXPECT_THAT(definition.members()[0].signature.params, ElementsAre(Type::kAny));
}

TEST(WriterTest, NamesThatAreNotUtf8AreMended) {
  FrameWriter writer;
  std::string entry;
  writer.WriteEnd(EndReason::kLeft, absl::StatusCode::kInternal, "caf\xe9 \xf0\x9f\x9a", &entry);
  writer.WriteReturn(1, Outcome::Failed(Error(absl::StatusCode::kInternal, "\xff", "N\xc3")), {},
                     &entry);
  v1::Packet packet;
  ASSERT_TRUE(packet.ParseFromString(entry));
  EXPECT_EQ(packet.frames(0).end().message(), "caf? ???");
  EXPECT_EQ(packet.frames(1).result().error().message(), "?");
  EXPECT_EQ(packet.frames(1).result().error().name(), "N?");
}

TEST(WriterTest, ManyFramesInOneBufferFollowEachOther) {
  FrameWriter writer;
  std::string entries;
  for (uint64_t i = 1; i <= 3; ++i) writer.WriteCancel(i, &entries);
  PacketView packet;
  ASSERT_THAT(ReadPacket(entries, &packet), IsOk());
  EXPECT_THAT(packet.frames, SizeIs(3));
}

}  // namespace
}  // namespace hawser::wire
