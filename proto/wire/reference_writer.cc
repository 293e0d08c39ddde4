#include "proto/wire/reference_writer.h"

#include "proto/wire/sink.h"
#include "proto/wire/value_writer.h"

namespace hawser::wire {
namespace {

template <typename Sink>
void PutSignature(Sink& sink, uint32_t tag, const Signature& signature) {
  if (signature == Signature()) return;
  sink.Message(tag, [&] {
    sink.Packed(SignatureTag::kParams, signature.params);
    sink.Number(SignatureTag::kResult, static_cast<uint64_t>(signature.result));
    sink.Number(SignatureTag::kRequired, signature.required);
    sink.Number(SignatureTag::kVariadic, signature.variadic ? 1 : 0);
  });
}

template <typename Sink>
void PutMember(Sink& sink, const Member& member) {
  sink.Message(ShapeTag::kMembers, [&] {
    sink.Text(MemberTag::kName, member.name);
    sink.Number(MemberTag::kKind, static_cast<uint64_t>(member.kind));
    sink.Number(MemberTag::kHidden, member.hidden ? 1 : 0);
    sink.Number(MemberTag::kReadonly, member.readonly ? 1 : 0);
    sink.Number(MemberTag::kInherited, member.inherited ? 1 : 0);
    PutSignature(sink, MemberTag::kSignature, member.signature);
    sink.Text(MemberTag::kDoc, member.doc);
  });
}

template <typename Sink>
void PutShape(Sink& sink, const Shape& shape) {
  sink.Message(ReferenceTag::kDefinition, [&] {
    sink.Number(ShapeTag::kKind, static_cast<uint64_t>(shape.kind()));
    sink.Text(ShapeTag::kName, shape.name());
    for (const Member& member : shape.members()) PutMember(sink, member);
    PutSignature(sink, ShapeTag::kSignature, shape.signature());
    sink.Number(ShapeTag::kMode, static_cast<uint64_t>(shape.mode()));
  });
}

}  // namespace

template <typename Sink>
void PutReference(Sink& sink, const Reference& reference) {
  sink.Message(FrameTag::kReferences, [&] {
    sink.Always(reference.yours ? ReferenceTag::kYours : ReferenceTag::kHandle, reference.handle);
    sink.Number(ReferenceTag::kOid, reference.oid);
    sink.Number(ReferenceTag::kShape, reference.shape_number);
    if (reference.definition) PutShape(sink, *reference.definition);
    sink.Text(ReferenceTag::kSite, reference.site);
    if (!reference.constant.is_undefined())
      PutCopiedValue(sink, ReferenceTag::kConstant, reference.constant);
  });
}

template void PutReference(SizeSink&, const Reference&);
template void PutReference(WriteSink&, const Reference&);

}  // namespace hawser::wire
