#ifndef TESTS_PROTO_WIRE_ORACLE_H_
#define TESTS_PROTO_WIRE_ORACLE_H_

// What the structs of proto/wire say, as generated messages: the other opinion the reader and the
// writer are held against.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/v1/session.pb.h"
#include "proto/wire/reader.h"
#include "proto/wire/writer.h"

namespace hawser::wire {

// An object whose only use is to be told from others.
class TestObject final : public Object {
 public:
  ShapeRef shape() const override { return Shape::Build(ObjectKind::kObject, "TestObject"); }
  void Invoke(Invocation, Reply reply) override { reply.Return(); }
};

// All a frame says.
struct FrameContent {
  FrameKind kind = FrameKind::kNone;
  std::vector<Reference> references;
  Call call;
  Args args;
  std::vector<AnswerArg> answers;
  uint64_t call_id = 0;  // of Return and Cancel
  Outcome outcome;
  uint64_t upto = 0;
  std::vector<uint64_t> handles;
  std::vector<uint64_t> answer_ids;
  GoneReason reason = GoneReason::kDestroyed;
  EndReason end_reason = EndReason::kLeft;
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string message;
};

v1::Value ToProto(const Value& value, uint32_t* next_reference);
v1::Error ToProto(const Error& error, uint32_t* next_reference);
v1::Reference ToProto(const Reference& reference);
v1::Frame ToProto(const FrameContent& frame);
v1::Attach ToProto(const Attach& attach);
v1::AttachReply ToProto(const AttachReply& reply);
// Without frames.
v1::Packet ToProto(const PacketHeader& header);

// Serialized with maps in order.
std::string Serialize(const google::protobuf::Message& message);

// Parses as a generated parser does that was told not to mind nesting: the limit is ours to check,
// and stock ones give up at 100 levels of messages.
bool Parse(std::string_view bytes, google::protobuf::Message* message);

// The frame as an entry of Packet.frames, by our writer.
std::string Write(FrameWriter& writer, const FrameContent& frame);
// The objects in args or outcome, in the writer's order.
std::vector<Object*> ObjectsOf(const FrameContent& frame);

// Reads a frame, with a new object for each reference, which are put into `objects`. `buffer` as in
// ReadFrame.
absl::Status Read(std::string_view bytes, const Bytes* buffer, FrameContent* frame,
                  std::vector<ObjectRef>* objects);
// The same for a body whose objects are given.
absl::Status ReadBody(std::string_view body, const Bytes* buffer,
                      std::span<const ObjectRef> objects, FrameContent* frame);

}  // namespace hawser::wire

#endif  // TESTS_PROTO_WIRE_ORACLE_H_
