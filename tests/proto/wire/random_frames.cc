#include "tests/proto/wire/random_frames.h"

#include <bit>
#include <limits>

#include "hawser/typed_array.h"

namespace hawser::wire {

RandomFrames::RandomFrames(uint64_t seed) : random_(seed) {
  for (int i = 0; i < 5; ++i) objects_.push_back(MakeRef<TestObject>());
}

uint64_t RandomFrames::Number() { return random_() >> Below(64); }

std::string RandomFrames::Text() {
  static constexpr const char* kPieces[] = {"a", "Zz",   "-",      " ",      "été",       "中文",
                                            "🚢", "\x7f", "\u07ff", "\uffff", "\U0010ffff"};
  std::string text;
  uint32_t pieces = Once(20) ? Below(400) : Below(12);
  for (uint32_t i = 0; i < pieces; ++i) text += Once(3) ? kPieces[Below(std::size(kPieces))] : "x";
  if (Once(30)) text.push_back('\0');
  return text;
}

std::string_view RandomFrames::Keep(std::string text) {
  return *kept_.emplace_back(std::make_unique<std::string>(std::move(text)));
}

std::vector<uint64_t> RandomFrames::Numbers() {
  std::vector<uint64_t> numbers(Once(10) ? Below(200) : Below(4));
  for (uint64_t& number : numbers) number = Number();
  return numbers;
}

Value RandomFrames::Scalar() {
  switch (Below(9)) {
    case 0:
      return Value();
    case 1:
      return Null{};
    case 2:
      return Once(2);
    case 3:
      return static_cast<int64_t>(Once(2) ? Number() : ~Number());
    case 4:
      return std::bit_cast<double>(random_());
    case 5:
      return Once(2) ? 0.0 : std::numeric_limits<double>::infinity();
    case 6:
      return Date{static_cast<int64_t>(Once(2) ? Number() : ~Number())};
    case 7:
      return Bytes(Text());
    default:
      return Text();
  }
}

Record RandomFrames::AnyRecord(int levels) {
  Record record;
  uint32_t fields = Once(12) ? Below(40) : Below(4);
  for (uint32_t i = 0; i < fields; ++i) record.Set(Text(), AnyValue(levels - 1));
  return record;
}

Error RandomFrames::AnyError(int levels) {
  Error error(static_cast<absl::StatusCode>(1 + Below(16)), Text(), Text());
  if (Once(3)) error = error.WithCause(AnyValue(levels - 1));
  if (Once(3)) error = error.WithMembers(AnyRecord(levels));
  return error;
}

Value RandomFrames::AnyTypedArray() {
  auto element = static_cast<TypedArray::Element>(1 + Below(10));
  std::string data(TypedArray::ElementSize(element) * Below(20), static_cast<char>(Below(256)));
  return *TypedArray::Make(element, Bytes(std::move(data)));
}

Value RandomFrames::AnyValue(int levels) {
  if (levels <= 0 || Once(2)) return Scalar();
  switch (Below(5)) {
    case 0: {
      Array items(Once(12) ? Below(60) : Below(5));
      for (Value& item : items) item = AnyValue(levels - 1);
      return items;
    }
    case 1:
      return AnyRecord(levels);
    case 2:
      return AnyTypedArray();
    case 3:
      return AnyError(levels);
    default:
      return plain_ ? Value(7) : Value(objects_[Below(static_cast<uint32_t>(objects_.size()))]);
  }
}

Signature RandomFrames::AnySignature() {
  Signature signature;
  if (Once(2)) return signature;
  for (uint32_t i = Below(4); i > 0; --i) signature.params.push_back(static_cast<Type>(Below(17)));
  signature.result = static_cast<Type>(Below(17));
  signature.required = Below(4);
  signature.variadic = Once(2);
  return signature;
}

ShapeRef RandomFrames::AnyShape() {
  std::vector<Member> members(Once(10) ? Below(50) : Below(4));
  for (Member& member : members) {
    member = {.name = Text(),
              .kind = static_cast<MemberKind>(Below(3)),
              .hidden = Once(2),
              .readonly = Once(2),
              .inherited = Once(2),
              .signature = AnySignature(),
              .doc = Text()};
  }
  return Shape::Build(static_cast<ObjectKind>(Below(4)), Text(), std::move(members), AnySignature(),
                      static_cast<CallbackMode>(Below(4)));
}

Reference RandomFrames::AnyReference() {
  Reference reference;
  reference.yours = Once(3);
  reference.handle = Once(4) ? 0 : Number();
  if (reference.yours) return reference;
  reference.oid = Number();
  reference.shape_number = static_cast<uint32_t>(Number());
  if (Once(3)) reference.definition = AnyShape();
  if (Once(3)) reference.site = Keep(Text());
  if (Once(3)) {
    plain_ = true;
    reference.constant = AnyValue(3);
    plain_ = false;
  }
  return reference;
}

Call RandomFrames::AnyCall() {
  Call call;
  call.id = std::max<uint64_t>(Number(), 1);
  call.on_answer = Once(3);
  call.target = call.on_answer ? random_() % call.id : Once(3) ? 0 : Number();
  call.op = static_cast<Op>(Below(6));
  if (Once(3)) {
    call.name = Keep(Text());
  } else if (Once(2)) {
    call.member = static_cast<int>(Below(1000));
  }
  call.no_reply = Once(3);
  call.keep_answer = Once(3);
  call.deadline_us = Once(2) ? 0 : Number();
  call.nested = Once(3);
  return call;
}

FrameContent RandomFrames::Frame() {
  FrameContent frame;
  frame.kind = static_cast<FrameKind>(1 + Below(6));
  switch (frame.kind) {
    case FrameKind::kCall:
      frame.call = AnyCall();
      frame.args.resize(Below(6));
      for (uint32_t i = 0; i < frame.args.size(); ++i) {
        if (Once(6)) {
          frame.answers.push_back({.position = i, .call = random_() % frame.call.id});
        } else {
          frame.args[i] = AnyValue(5);
        }
      }
      break;
    case FrameKind::kReturn:
      frame.call_id = Number();
      frame.outcome = Once(3) ? Outcome::Failed(AnyError(4)) : Outcome(AnyValue(5));
      break;
    case FrameKind::kCancel:
      frame.call_id = Number();
      break;
    case FrameKind::kRelease:
      frame.upto = Number();
      frame.handles = Numbers();
      frame.answer_ids = Numbers();
      break;
    case FrameKind::kGone:
      frame.handles = Numbers();
      frame.reason = static_cast<GoneReason>(1 + Below(6));
      break;
    default:
      frame.end_reason = static_cast<EndReason>(Below(7));
      frame.code = static_cast<absl::StatusCode>(Below(17));
      frame.message = Text();
  }
  if (frame.kind == FrameKind::kCall || frame.kind == FrameKind::kReturn) {
    for (size_t i = ObjectsOf(frame).size(); i > 0; --i) frame.references.push_back(AnyReference());
  }
  return frame;
}

Attach RandomFrames::AnyAttach() {
  Attach attach;
  for (uint8_t& byte : attach.session.bytes) byte = static_cast<uint8_t>(random_());
  for (uint8_t& byte : attach.token) byte = static_cast<uint8_t>(random_());
  attach.attach = static_cast<uint32_t>(Number());
  attach.epoch = Number();
  attach.ack = Number();
  attach.limits = AnyLimits();
  for (uint32_t i = Below(5); i > 0; --i) attach.attributes[Text()] = Text();
  attach.ttl_ms = static_cast<uint32_t>(Number());
  attach.protocol = Below(3);
  return attach;
}

AttachReply RandomFrames::AnyAttachReply() {
  return {.outcome = static_cast<AttachReply::Outcome>(Below(5)),
          .epoch = Number(),
          .ack = Number(),
          .limits = AnyLimits(),
          .ttl_ms = static_cast<uint32_t>(Number()),
          .max_frame_bytes = static_cast<uint32_t>(Number()),
          .max_packet_bytes = static_cast<uint32_t>(Number()),
          .broker = Text()};
}

PacketHeader RandomFrames::AnyHeader() {
  return {.ack = Number(), .limits = AnyLimits(), .clock_us = Number(), .first_frame = Number()};
}

}  // namespace hawser::wire
