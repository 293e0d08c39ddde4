#ifndef HAWSER_PROTO_WIRE_TAGS_H_
#define HAWSER_PROTO_WIRE_TAGS_H_

// The fields of session.proto and value.proto as the tags that stand before them on the wire,
// shared by reader and writer. Every field number is below 16, so every tag is one byte; the writer
// relies on it.

#include <cstdint>

namespace hawser::wire {

enum WireType : uint32_t {
  kWireVarint = 0,
  kWireFixed64 = 1,
  kWireDelimited = 2,
  kWireFixed32 = 5
};

namespace internal {
constexpr uint32_t Varint(uint32_t field) { return field << 3 | kWireVarint; }
constexpr uint32_t Fixed64(uint32_t field) { return field << 3 | kWireFixed64; }
constexpr uint32_t Delimited(uint32_t field) { return field << 3 | kWireDelimited; }
}  // namespace internal

// One struct per message.
struct PacketTag {
  enum : uint32_t {
    kAck = internal::Varint(1),
    kLimits = internal::Delimited(2),
    kClockUs = internal::Varint(3),
    kFirstFrame = internal::Varint(4),
    kFrames = internal::Delimited(5),
    kAttach = internal::Delimited(6),
    kAttached = internal::Delimited(7),
  };
};

struct LimitsTag {
  enum : uint32_t { kCalls = internal::Varint(1), kBytes = internal::Varint(2) };
};

struct AttachTag {
  enum : uint32_t {
    kSession = internal::Delimited(1),
    kToken = internal::Delimited(2),
    kAttach = internal::Varint(3),
    kEpoch = internal::Varint(4),
    kAck = internal::Varint(5),
    kLimits = internal::Delimited(6),
    kAttributes = internal::Delimited(7),
    kTtlMs = internal::Varint(8),
    kProtocol = internal::Varint(9),
  };
};

// An entry of Attach.attributes.
struct AttributeTag {
  enum : uint32_t { kKey = internal::Delimited(1), kValue = internal::Delimited(2) };
};

struct AttachReplyTag {
  enum : uint32_t {
    kOutcome = internal::Varint(1),
    kEpoch = internal::Varint(2),
    kAck = internal::Varint(3),
    kLimits = internal::Delimited(4),
    kTtlMs = internal::Varint(5),
    kMaxFrameBytes = internal::Varint(6),
    kBroker = internal::Delimited(7),
    kMaxPacketBytes = internal::Varint(8),
  };
};

struct FrameTag {
  enum : uint32_t {
    kReferences = internal::Delimited(1),
    kCall = internal::Delimited(2),
    kResult = internal::Delimited(3),
    kCancel = internal::Delimited(4),
    kRelease = internal::Delimited(5),
    kGone = internal::Delimited(6),
    kEnd = internal::Delimited(7),
  };
};

struct ReferenceTag {
  enum : uint32_t {
    kHandle = internal::Varint(1),
    kYours = internal::Varint(2),
    kOid = internal::Varint(3),
    kShape = internal::Varint(4),
    kDefinition = internal::Delimited(5),
    kSite = internal::Delimited(6),
    kConstant = internal::Delimited(7),
  };
};

struct ShapeTag {
  enum : uint32_t {
    kKind = internal::Varint(1),
    kName = internal::Delimited(2),
    kMembers = internal::Delimited(3),
    kSignature = internal::Delimited(4),
    kMode = internal::Varint(5),
  };
};

struct MemberTag {
  enum : uint32_t {
    kName = internal::Delimited(1),
    kKind = internal::Varint(2),
    kHidden = internal::Varint(3),
    kReadonly = internal::Varint(4),
    kInherited = internal::Varint(5),
    kSignature = internal::Delimited(6),
    kDoc = internal::Delimited(7),
  };
};

struct SignatureTag {
  enum : uint32_t {
    kParams = internal::Delimited(1),  // packed
    kParamUnpacked = internal::Varint(1),
    kResult = internal::Varint(2),
    kRequired = internal::Varint(3),
    kVariadic = internal::Varint(4),
  };
};

struct CallTag {
  enum : uint32_t {
    kId = internal::Varint(1),
    kHandle = internal::Varint(2),
    kAnswer = internal::Varint(3),
    kOp = internal::Varint(4),
    kIndex = internal::Varint(5),
    kName = internal::Delimited(6),
    kArgs = internal::Delimited(7),
    kNoReply = internal::Varint(8),
    kKeepAnswer = internal::Varint(9),
    kDeadlineUs = internal::Varint(10),
    kNested = internal::Varint(11),
  };
};

struct ReturnTag {
  enum : uint32_t {
    kCall = internal::Varint(1),
    kValue = internal::Delimited(2),
    kError = internal::Delimited(3)
  };
};

struct CancelTag {
  enum : uint32_t { kCall = internal::Varint(1) };
};

struct ReleaseTag {
  enum : uint32_t {
    kUpto = internal::Varint(1),
    kHandles = internal::Delimited(2),  // packed
    kHandleUnpacked = internal::Varint(2),
    kAnswers = internal::Delimited(3),  // packed
    kAnswerUnpacked = internal::Varint(3),
  };
};

struct GoneTag {
  enum : uint32_t {
    kHandles = internal::Delimited(1),  // packed
    kHandleUnpacked = internal::Varint(1),
    kReason = internal::Varint(2),
  };
};

struct EndTag {
  enum : uint32_t {
    kCode = internal::Varint(1),
    kMessage = internal::Delimited(2),
    kReason = internal::Varint(3),
  };
};

struct ValueTag {
  enum : uint32_t {
    kUndefined = internal::Varint(1),
    kNull = internal::Varint(2),
    kBoolean = internal::Varint(3),
    kInteger = internal::Varint(4),  // zigzag
    kNumber = internal::Fixed64(5),
    kString = internal::Delimited(6),
    kBytes = internal::Delimited(7),
    kDateMs = internal::Varint(8),  // zigzag
    kArray = internal::Delimited(9),
    kRecord = internal::Delimited(10),
    kTypedArray = internal::Delimited(11),
    kError = internal::Delimited(12),
    kReference = internal::Varint(13),
    kAnswer = internal::Varint(14),
  };
};

struct ArrayTag {
  enum : uint32_t { kItems = internal::Delimited(1) };
};

struct RecordTag {
  enum : uint32_t { kFields = internal::Delimited(1) };
};

struct FieldTag {
  enum : uint32_t { kName = internal::Delimited(1), kValue = internal::Delimited(2) };
};

struct TypedArrayTag {
  enum : uint32_t { kElement = internal::Varint(1), kData = internal::Delimited(2) };
};

struct ErrorTag {
  enum : uint32_t {
    kCode = internal::Varint(1),
    kName = internal::Delimited(2),
    kMessage = internal::Delimited(3),
    kCause = internal::Delimited(4),
    kMembers = internal::Delimited(5),
  };
};

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_TAGS_H_
