// Frames as entries of Packet.frames. Each body is described once, for both sinks; see sink.h.

#include <algorithm>

#include "proto/wire/reference_writer.h"
#include "proto/wire/sink.h"
#include "proto/wire/value_writer.h"
#include "proto/wire/writer.h"

namespace hawser::wire {
namespace {

constexpr size_t kShortArgs = 4;
constexpr size_t kScratchKept = 16384;  // entries; one that was measured for more gives it back

// Of a value alone: at most 2 + 1 + kMaxVarintBytes bytes.
bool IsScalar(const Value& value) { return value.kind() < Kind::kString; }

template <typename Sink>
void PutArgs(Sink& sink, std::span<const Value> args, std::span<const AnswerArg> answers) {
  auto answer = answers.begin();
  for (size_t i = 0; i < args.size(); ++i) {
    if (answer != answers.end() && answer->position == i) {
      uint64_t call = answer++->call;
      sink.Nested(CallTag::kArgs, ValueTag::kAnswer, call);
    } else {
      PutValue(sink, CallTag::kArgs, args[i]);
    }
  }
}

template <typename Sink>
void PutCall(Sink& sink, const Call& call, std::span<const Value> args,
             std::span<const AnswerArg> answers) {
  sink.Message(FrameTag::kCall, [&] {
    sink.Number(CallTag::kId, call.id);
    sink.Always(call.on_answer ? CallTag::kAnswer : CallTag::kHandle, call.target);
    sink.Number(CallTag::kOp, static_cast<uint64_t>(call.op));
    if (!call.name.empty()) {
      sink.Text(CallTag::kName, call.name);
    } else if (call.member != Invocation::kSelf) {
      sink.Always(CallTag::kIndex, static_cast<uint64_t>(call.member) + 1);
    }
    PutArgs(sink, args, answers);
    sink.Number(CallTag::kNoReply, call.no_reply ? 1 : 0);
    sink.Number(CallTag::kKeepAnswer, call.keep_answer ? 1 : 0);
    sink.Number(CallTag::kDeadlineUs, call.deadline_us);
    sink.Number(CallTag::kNested, call.nested ? 1 : 0);
  });
}

template <typename Sink>
void PutReturn(Sink& sink, uint64_t call, const Outcome& outcome) {
  sink.Message(FrameTag::kResult, [&] {
    sink.Number(ReturnTag::kCall, call);
    if (outcome.ok()) {
      PutValue(sink, ReturnTag::kValue, outcome.value());
    } else {
      PutError(sink, ReturnTag::kError, outcome.error());
    }
  });
}

template <typename Sink, typename PutBody>
void PutFrame(Sink& sink, std::span<const Reference> references, const PutBody& put_body) {
  sink.Message(PacketTag::kFrames, [&] {
    for (const Reference& reference : references) PutReference(sink, reference);
    put_body(sink);
  });
}

}  // namespace

bool FrameWriter::IsShortCall(const Call& call, std::span<const Value> args,
                              std::span<const AnswerArg> answers) {
  // Four numbers of the call's own, four flags, four headers of messages, and the arguments.
  static_assert(4 * 11 + 4 * 2 + 4 * 2 + kShortArgs * 13 <= kShortCallBytes &&
                kShortCallBytes <= kShort);
  if (args.size() > kShortArgs || !call.name.empty() || !answers.empty()) return false;
  return std::ranges::all_of(args, IsScalar);
}

void FrameWriter::Trim() {
  if (sizes_.capacity() > kScratchKept) std::vector<uint32_t>().swap(sizes_);
}

template <typename PutBody>
size_t FrameWriter::Measure(std::span<const Reference> references, const PutBody& put_body) {
  Trim();
  sizes_.clear();
  SizeSink sink(&sizes_);
  PutFrame(sink, references, put_body);
  return sink.size();
}

template <typename PutBody>
void FrameWriter::Write(std::span<const Reference> references, const PutBody& put_body,
                        std::string* out) {
  out->reserve(out->size() + Measure(references, put_body));
  WriteSink sink(sizes_, out);
  PutFrame(sink, references, put_body);
  Trim();
}

void FrameWriter::WriteCall(const Call& call, std::span<const Value> args,
                            std::span<const AnswerArg> answers,
                            std::span<const Reference> references, std::string* out) {
  if (references.empty() && IsShortCall(call, args, answers)) {
    WriteSink sink(out);
    return PutFrame(sink, {}, [&](auto& to) { PutCall(to, call, args, answers); });
  }
  Write(
      references, [&](auto& sink) { PutCall(sink, call, args, answers); }, out);
}

size_t FrameWriter::CallSize(const Call& call, std::span<const Value> args,
                             std::span<const AnswerArg> answers,
                             std::span<const Reference> references) {
  return Measure(references, [&](auto& sink) { PutCall(sink, call, args, answers); });
}

void FrameWriter::WriteReturn(uint64_t call, const Outcome& outcome,
                              std::span<const Reference> references, std::string* out) {
  if (references.empty() && outcome.ok() && IsScalar(outcome.value())) {
    WriteSink sink(out);
    return PutFrame(sink, {}, [&](auto& to) { PutReturn(to, call, outcome); });
  }
  Write(
      references, [&](auto& sink) { PutReturn(sink, call, outcome); }, out);
}

size_t FrameWriter::ReturnSize(uint64_t call, const Outcome& outcome,
                               std::span<const Reference> references) {
  return Measure(references, [&](auto& sink) { PutReturn(sink, call, outcome); });
}

void FrameWriter::WriteCancel(uint64_t call, std::string* out) {
  auto put_body = [&](auto& sink) {
    sink.Message(FrameTag::kCancel, [&] { sink.Number(CancelTag::kCall, call); });
  };
  Write({}, put_body, out);
}

void FrameWriter::WriteRelease(uint64_t upto, std::span<const uint64_t> handles,
                               std::span<const uint64_t> answers, std::string* out) {
  auto put_body = [&](auto& sink) {
    sink.Message(FrameTag::kRelease, [&] {
      sink.Number(ReleaseTag::kUpto, upto);
      sink.Packed(ReleaseTag::kHandles, handles);
      sink.Packed(ReleaseTag::kAnswers, answers);
    });
  };
  Write({}, put_body, out);
}

void FrameWriter::WriteGone(std::span<const uint64_t> handles, GoneReason reason,
                            std::string* out) {
  auto put_body = [&](auto& sink) {
    sink.Message(FrameTag::kGone, [&] {
      sink.Packed(GoneTag::kHandles, handles);
      sink.Number(GoneTag::kReason, static_cast<uint64_t>(reason));
    });
  };
  Write({}, put_body, out);
}

void FrameWriter::WriteEnd(EndReason reason, absl::StatusCode code, std::string_view message,
                           std::string* out) {
  auto put_body = [&](auto& sink) {
    sink.Message(FrameTag::kEnd, [&] {
      sink.Number(EndTag::kCode, static_cast<uint64_t>(code));
      sink.Text(EndTag::kMessage, message);
      sink.Number(EndTag::kReason, static_cast<uint64_t>(reason) + 1);
    });
  };
  Write({}, put_body, out);
}

}  // namespace hawser::wire
