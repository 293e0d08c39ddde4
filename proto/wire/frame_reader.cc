#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/wire/fields.h"
#include "proto/wire/reader.h"
#include "proto/wire/reference_reader.h"
#include "proto/wire/refusal.h"

namespace hawser::wire {
namespace {

FrameKind KindOf(uint32_t tag) {
  switch (tag) {
    case FrameTag::kCall:
      return FrameKind::kCall;
    case FrameTag::kResult:
      return FrameKind::kReturn;
    case FrameTag::kCancel:
      return FrameKind::kCancel;
    case FrameTag::kRelease:
      return FrameKind::kRelease;
    case FrameTag::kGone:
      return FrameKind::kGone;
    case FrameTag::kEnd:
      return FrameKind::kEnd;
    default:
      return FrameKind::kNone;
  }
}

void RefuseLongTable(Refusal* refusal) {
  refusal->Because(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("more references than the limit of ", WireLimits::kMaxReferences));
}

// `frame` is empty.
absl::Status ReadAnyFrame(std::string_view bytes, const Bytes* packet_buffer, FrameView* frame) {
  Refusal refusal, entry_refusal;
  ReferenceReader reader(packet_buffer, &entry_refusal);
  size_t entries = 0;
  Fields fields(bytes);
  while (fields.Next()) {
    if (fields.tag() == FrameTag::kReferences) {
      size_t entry = entries++;
      if (entry >= WireLimits::kMaxReferences) {
        if (!refusal.refused()) RefuseLongTable(&refusal);
        frame->overlong = true;
        continue;
      }
      bool named;
      if (reader.Read(fields.bytes(), &frame->references.emplace_back(), &named)) continue;
      // The walk goes on: the entries after it must be registered all the same, and the body says
      // whom to answer.
      entry_refusal.In("references", entry);
      if (!refusal.refused()) refusal = std::move(entry_refusal);
      entry_refusal = Refusal();
      if (!named) frame->references.pop_back();
    } else if (FrameKind kind = KindOf(fields.tag()); kind != FrameKind::kNone) {
      // Parsers differ in what a second body means, so there is none.
      if (frame->kind != FrameKind::kNone) {
        refusal.Because("more than one body");
        continue;
      }
      frame->kind = kind;
      frame->body = fields.bytes();
    }
  }
  fields.Finish(&refusal);
  return refusal.ToStatusIn("frame");
}

// Most frames are a body and nothing else. False for all others, and then nothing was done.
bool ReadOnlyBody(std::string_view bytes, FrameView* frame) {
  if (bytes.empty()) return false;
  auto tag = static_cast<uint8_t>(bytes[0]);
  FrameKind kind = KindOf(tag);
  FieldsInOrder fields(bytes);
  std::string_view body;
  if (kind == FrameKind::kNone || !fields.Bytes(tag, &body) || !fields.AtEnd()) return false;
  frame->kind = kind;
  frame->body = body;
  return true;
}

}  // namespace

absl::Status ReadFrame(std::string_view bytes, const Bytes* packet_buffer, FrameView* frame) {
  frame->kind = FrameKind::kNone;
  frame->body = {};
  frame->references.clear();
  frame->overlong = false;
  if (ReadOnlyBody(bytes, frame)) return absl::OkStatus();
  return ReadAnyFrame(bytes, packet_buffer, frame);
}

}  // namespace hawser::wire
