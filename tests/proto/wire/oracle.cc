#include "tests/proto/wire/oracle.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "gtest/gtest.h"
#include "hawser/base/string_view.h"
#include "hawser/typed_array.h"

namespace hawser::wire {
namespace {

std::string Text(std::string_view text) { return std::string(text); }

void FillRecord(const Record& record, v1::Record* out, uint32_t* next_reference) {
  for (const auto& [name, value] : record) {
    v1::Field* field = out->add_fields();
    field->set_name(name);
    *field->mutable_value() = ToProto(value, next_reference);
  }
}

v1::Signature SignatureProto(const Signature& signature) {
  v1::Signature out;
  for (Type type : signature.params) out.add_params(static_cast<v1::Signature_Type>(type));
  out.set_result(static_cast<v1::Signature_Type>(signature.result));
  out.set_required(signature.required);
  out.set_variadic(signature.variadic);
  return out;
}

v1::Shape ShapeProto(const Shape& shape) {
  v1::Shape out;
  out.set_kind(static_cast<v1::Shape_Kind>(shape.kind()));
  out.set_name(shape.name());
  for (const Member& member : shape.members()) {
    v1::Member* m = out.add_members();
    m->set_name(member.name);
    m->set_kind(static_cast<v1::Member_Kind>(member.kind));
    m->set_hidden(member.hidden);
    m->set_readonly(member.readonly);
    m->set_inherited(member.inherited);
    if (member.signature != Signature()) *m->mutable_signature() = SignatureProto(member.signature);
    m->set_doc(member.doc);
  }
  if (shape.signature() != Signature())
    *out.mutable_signature() = SignatureProto(shape.signature());
  out.set_mode(static_cast<v1::CallbackMode>(shape.mode()));
  return out;
}

void FillLimits(const Limits& limits, v1::Limits* out) {
  out->set_calls(limits.calls);
  out->set_bytes(limits.bytes);
}

bool Any(const Limits& limits) { return limits.calls != 0 || limits.bytes != 0; }

v1::Call CallProto(const Call& call, const FrameContent& frame) {
  v1::Call out;
  out.set_id(call.id);
  if (call.on_answer) {
    out.set_answer(call.target);
  } else {
    out.set_handle(call.target);
  }
  out.set_op(static_cast<v1::Op>(call.op));
  if (!call.name.empty()) {
    out.set_name(Text(call.name));
  } else if (call.member != Invocation::kSelf) {
    out.set_index(static_cast<uint32_t>(call.member) + 1);
  }
  uint32_t next_reference = 0;
  for (const Value& arg : frame.args) *out.add_args() = ToProto(arg, &next_reference);
  for (const AnswerArg& answer : frame.answers)
    out.mutable_args(static_cast<int>(answer.position))->set_answer(answer.call);
  out.set_no_reply(call.no_reply);
  out.set_keep_answer(call.keep_answer);
  out.set_deadline_us(call.deadline_us);
  out.set_nested(call.nested);
  return out;
}

}  // namespace

v1::Value ToProto(const Value& value, uint32_t* next_reference) {
  v1::Value out;
  switch (value.kind()) {
    case Kind::kUndefined:
      out.set_undefined(true);
      break;
    case Kind::kNull:
      out.set_null(true);
      break;
    case Kind::kBool:
      out.set_boolean(value.AsBool());
      break;
    case Kind::kInt:
      out.set_integer(value.AsInt());
      break;
    case Kind::kDouble:
      out.set_number(value.AsDouble());
      break;
    case Kind::kString:
      out.set_string(Text(value.AsString()));
      break;
    case Kind::kBytes:
      out.set_bytes(value.AsBytes().ToString());
      break;
    case Kind::kDate:
      out.set_date_ms(value.AsDate().unix_ms);
      break;
    case Kind::kArray:
      out.mutable_array();
      for (const Value& item : value.AsArray())
        *out.mutable_array()->add_items() = ToProto(item, next_reference);
      break;
    case Kind::kRecord:
      FillRecord(value.AsRecord(), out.mutable_record(), next_reference);
      break;
    case Kind::kTypedArray:
      out.mutable_typed_array()->set_element(
          static_cast<v1::TypedArray_Element>(value.AsTypedArray().element()));
      out.mutable_typed_array()->set_data(value.AsTypedArray().data().ToString());
      break;
    case Kind::kError:
      *out.mutable_error() = ToProto(value.AsError(), next_reference);
      break;
    case Kind::kObject:
      out.set_reference((*next_reference)++);
      break;
  }
  return out;
}

v1::Error ToProto(const Error& error, uint32_t* next_reference) {
  v1::Error out;
  out.set_code(static_cast<int32_t>(error.code()));
  out.set_name(Text(error.name()));
  out.set_message(Text(error.message()));
  if (!error.cause().is_undefined()) *out.mutable_cause() = ToProto(error.cause(), next_reference);
  if (!error.members().empty()) FillRecord(error.members(), out.mutable_members(), next_reference);
  return out;
}

v1::Reference ToProto(const Reference& reference) {
  v1::Reference out;
  if (reference.yours) {
    out.set_yours(reference.handle);
  } else {
    out.set_handle(reference.handle);
  }
  out.set_oid(reference.oid);
  out.set_shape(reference.shape_number);
  if (reference.definition) *out.mutable_definition() = ShapeProto(*reference.definition);
  out.set_site(Text(reference.site));
  uint32_t none = 0;
  if (!reference.constant.is_undefined())
    *out.mutable_constant() = ToProto(reference.constant, &none);
  return out;
}

v1::Frame ToProto(const FrameContent& frame) {
  v1::Frame out;
  for (const Reference& reference : frame.references) *out.add_references() = ToProto(reference);
  uint32_t next_reference = 0;
  switch (frame.kind) {
    case FrameKind::kCall:
      *out.mutable_call() = CallProto(frame.call, frame);
      break;
    case FrameKind::kReturn:
      out.mutable_result()->set_call(frame.call_id);
      if (frame.outcome.ok()) {
        *out.mutable_result()->mutable_value() = ToProto(frame.outcome.value(), &next_reference);
      } else {
        *out.mutable_result()->mutable_error() = ToProto(frame.outcome.error(), &next_reference);
      }
      break;
    case FrameKind::kCancel:
      out.mutable_cancel()->set_call(frame.call_id);
      break;
    case FrameKind::kRelease:
      out.mutable_release()->set_upto(frame.upto);
      for (uint64_t handle : frame.handles) out.mutable_release()->add_handles(handle);
      for (uint64_t answer : frame.answer_ids) out.mutable_release()->add_answers(answer);
      break;
    case FrameKind::kGone:
      for (uint64_t handle : frame.handles) out.mutable_gone()->add_handles(handle);
      out.mutable_gone()->set_reason(static_cast<v1::Gone_Reason>(frame.reason));
      break;
    case FrameKind::kEnd:
      out.mutable_end()->set_code(static_cast<int32_t>(frame.code));
      out.mutable_end()->set_message(frame.message);
      out.mutable_end()->set_reason(
          static_cast<v1::End_Reason>(static_cast<int>(frame.end_reason) + 1));
      break;
    case FrameKind::kNone:
      break;
  }
  return out;
}

v1::Attach ToProto(const Attach& attach) {
  v1::Attach out;
  out.set_session(attach.session.bytes.data(), attach.session.bytes.size());
  out.set_token(attach.token.data(), attach.token.size());
  out.set_attach(attach.attach);
  out.set_epoch(attach.epoch);
  out.set_ack(attach.ack);
  if (Any(attach.limits)) FillLimits(attach.limits, out.mutable_limits());
  for (const auto& [key, value] : attach.attributes) (*out.mutable_attributes())[key] = value;
  out.set_ttl_ms(attach.ttl_ms);
  out.set_protocol(attach.protocol);
  return out;
}

v1::AttachReply ToProto(const AttachReply& reply) {
  v1::AttachReply out;
  out.set_outcome(static_cast<v1::AttachReply_Outcome>(reply.outcome));
  out.set_epoch(reply.epoch);
  out.set_ack(reply.ack);
  if (Any(reply.limits)) FillLimits(reply.limits, out.mutable_limits());
  out.set_ttl_ms(reply.ttl_ms);
  out.set_max_frame_bytes(reply.max_frame_bytes);
  out.set_max_packet_bytes(reply.max_packet_bytes);
  out.set_broker(reply.broker);
  return out;
}

v1::Packet ToProto(const PacketHeader& header) {
  v1::Packet out;
  out.set_ack(header.ack);
  if (Any(header.limits)) FillLimits(header.limits, out.mutable_limits());
  out.set_clock_us(header.clock_us);
  out.set_first_frame(header.first_frame);
  return out;
}

std::string Serialize(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

bool Parse(std::string_view bytes, google::protobuf::Message* message) {
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(1000);
  return message->ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

std::string Write(FrameWriter& writer, const FrameContent& frame) {
  std::string out;
  switch (frame.kind) {
    case FrameKind::kCall:
      writer.WriteCall(frame.call, frame.args, frame.answers, frame.references, &out);
      EXPECT_EQ(writer.CallSize(frame.call, frame.args, frame.answers, frame.references),
                out.size());
      break;
    case FrameKind::kReturn:
      writer.WriteReturn(frame.call_id, frame.outcome, frame.references, &out);
      EXPECT_EQ(writer.ReturnSize(frame.call_id, frame.outcome, frame.references), out.size());
      break;
    case FrameKind::kCancel:
      writer.WriteCancel(frame.call_id, &out);
      break;
    case FrameKind::kRelease:
      writer.WriteRelease(frame.upto, frame.handles, frame.answer_ids, &out);
      break;
    case FrameKind::kGone:
      writer.WriteGone(frame.handles, frame.reason, &out);
      break;
    case FrameKind::kEnd:
      writer.WriteEnd(frame.end_reason, frame.code, frame.message, &out);
      break;
    case FrameKind::kNone:
      break;
  }
  return out;
}

std::vector<Object*> ObjectsOf(const FrameContent& frame) {
  std::vector<Object*> objects;
  absl::Status status = CollectObjects(frame.kind == FrameKind::kReturn
                                           ? std::span<const Value>(&frame.outcome.value(), 1)
                                           : std::span<const Value>(frame.args),
                                       &objects);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return objects;
}

absl::Status Read(std::string_view bytes, const Bytes* buffer, FrameContent* frame,
                  std::vector<ObjectRef>* objects) {
  FrameView view;
  absl::Status status = ReadFrame(bytes, buffer, &view);
  frame->kind = view.kind;
  frame->references = view.references;
  if (!status.ok()) return status;
  objects->clear();
  for (size_t i = 0; i < view.references.size(); ++i) objects->push_back(MakeRef<TestObject>());
  return ReadBody(view.body, buffer, *objects, frame);
}

absl::Status ReadBody(std::string_view body, const Bytes* buffer,
                      std::span<const ObjectRef> objects, FrameContent* frame) {
  BodyReader reader(objects, buffer);
  switch (frame->kind) {
    case FrameKind::kCall:
      return reader.ReadCall(body, &frame->call, &frame->args, &frame->answers);
    case FrameKind::kReturn:
      return reader.ReadReturn(body, &frame->call_id, &frame->outcome);
    case FrameKind::kCancel:
      return reader.ReadCancel(body, &frame->call_id);
    case FrameKind::kRelease:
      return reader.ReadRelease(body, &frame->upto, &frame->handles, &frame->answer_ids);
    case FrameKind::kGone:
      return reader.ReadGone(body, &frame->handles, &frame->reason);
    case FrameKind::kEnd:
      return reader.ReadEnd(body, &frame->end_reason, &frame->code, &frame->message);
    case FrameKind::kNone:
      break;
  }
  return absl::OkStatus();
}

}  // namespace hawser::wire
