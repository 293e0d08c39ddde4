#ifndef HAWSER_PROTO_WIRE_FRAME_H_
#define HAWSER_PROTO_WIRE_FRAME_H_

// Packets and frames of session.proto as plain structs. Text and bytes fields are views into the
// packet they were read from, or into what the caller writes; the structs own nothing but Values.
// See session.proto for what each field means.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "hawser/collect_objects.h"
#include "hawser/object.h"

namespace hawser::wire {

// Limits that hold before anything is allocated for what a peer sends.
struct WireLimits {
  // Levels in a value: arrays, records, errors, and the members of errors. A level takes up to three
  // messages, and protobuf's own parsers refuse more than 100 inside each other.
  static constexpr int kMaxDepth = ValueLimits::kMaxDepth;
  // One frame; what is over is refused for its call.
  static constexpr uint32_t kMaxFrameBytes = ValueLimits::kMaxBytes;
  // What a transport takes at all.
  static constexpr uint32_t kMaxPacketBytes = kMaxFrameBytes + (4u << 20);
  // Entries of one frame's table.
  static constexpr uint32_t kMaxReferences = ValueLimits::kMaxObjects;
  // Members of all shapes that one frame defines.
  static constexpr uint32_t kMaxMembers = 1u << 16;
  // Attributes of one Attach.
  static constexpr uint32_t kMaxAttributes = 64;
};

struct Limits {
  uint64_t calls = 0;
  uint64_t bytes = 0;
};

struct Attach {
  SessionId session;
  std::array<uint8_t, 16> token{};
  uint32_t attach = 0;
  uint64_t epoch = 0;
  uint64_t ack = 0;
  Limits limits;
  std::map<std::string, std::string> attributes;
  uint32_t ttl_ms = 0;
  uint32_t protocol = 1;
};

struct AttachReply {
  enum class Outcome : uint8_t {
    kUnspecified,
    kCreated,
    kResumed,
    kLeaseExpired,
    kBrokerRestarted
  };
  Outcome outcome = Outcome::kUnspecified;
  uint64_t epoch = 0;
  uint64_t ack = 0;
  Limits limits;
  uint32_t ttl_ms = 0;
  uint32_t max_frame_bytes = 0;
  uint32_t max_packet_bytes = 0;
  std::string broker;
};

// A reference as its importer reads it, or as its exporter writes it.
struct Reference {
  bool yours = false;
  uint64_t handle = 0;
  uint64_t oid = 0;
  uint32_t shape_number = 0;
  bool defines = false;  // read: it carries a definition, though it may have been refused
  ShapeRef definition;   // null unless it is the first with this shape
  std::string_view site;
  // Undefined unless the function is of mode kConst. Holds no objects: the writer puts null in
  // their place, the reader refuses them.
  Value constant;
};

struct Call {
  uint64_t id = 0;
  bool on_answer = false;  // `target` is a call id, not a handle
  uint64_t target = 0;
  Op op = Op::kCall;
  int member = Invocation::kSelf;  // index from 0, or kSelf; on the wire counted from 1
  std::string_view name;           // instead of `member`, where not empty
  bool no_reply = false;
  bool keep_answer = false;
  uint64_t deadline_us = 0;
  bool nested = false;
};

// The arguments of a call read: those of most calls need no memory of their own.
using Args = absl::InlinedVector<Value, 4>;

enum class FrameKind : uint8_t { kNone, kCall, kReturn, kCancel, kRelease, kGone, kEnd };

struct PacketHeader {
  uint64_t ack = 0;
  Limits limits;
  uint64_t clock_us = 0;
  uint64_t first_frame = 0;
};

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_FRAME_H_
