#include <vector>

#include "proto/wire/sink.h"
#include "proto/wire/writer.h"

namespace hawser::wire {
namespace {

std::string_view View(const std::array<uint8_t, 16>& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

// A message without a field says the same as none: left out.
template <typename Sink>
void PutLimits(Sink& sink, uint32_t tag, const Limits& limits) {
  size_t content = (limits.calls == 0 ? 0 : NumberSize(limits.calls)) +
                   (limits.bytes == 0 ? 0 : NumberSize(limits.bytes));
  if (content == 0) return;
  sink.Sized(tag, content, [&] {
    sink.Number(LimitsTag::kCalls, limits.calls);
    sink.Number(LimitsTag::kBytes, limits.bytes);
  });
}

template <typename Sink>
void PutAttach(Sink& sink, const Attach& attach) {
  sink.Message(PacketTag::kAttach, [&] {
    sink.Blob(AttachTag::kSession, View(attach.session.bytes));
    sink.Blob(AttachTag::kToken, View(attach.token));
    sink.Number(AttachTag::kAttach, attach.attach);
    sink.Number(AttachTag::kEpoch, attach.epoch);
    sink.Number(AttachTag::kAck, attach.ack);
    PutLimits(sink, AttachTag::kLimits, attach.limits);
    for (const auto& attribute : attach.attributes) {
      // Both fields of a map's entry are always written.
      sink.Message(AttachTag::kAttributes, [&] {
        sink.AlwaysText(AttributeTag::kKey, attribute.first);
        sink.AlwaysText(AttributeTag::kValue, attribute.second);
      });
    }
    sink.Number(AttachTag::kTtlMs, attach.ttl_ms);
    sink.Number(AttachTag::kProtocol, attach.protocol);
  });
}

template <typename Sink>
void PutAttachReply(Sink& sink, const AttachReply& reply) {
  sink.Message(PacketTag::kAttached, [&] {
    sink.Number(AttachReplyTag::kOutcome, static_cast<uint64_t>(reply.outcome));
    sink.Number(AttachReplyTag::kEpoch, reply.epoch);
    sink.Number(AttachReplyTag::kAck, reply.ack);
    PutLimits(sink, AttachReplyTag::kLimits, reply.limits);
    sink.Number(AttachReplyTag::kTtlMs, reply.ttl_ms);
    sink.Number(AttachReplyTag::kMaxFrameBytes, reply.max_frame_bytes);
    sink.Text(AttachReplyTag::kBroker, reply.broker);
    sink.Number(AttachReplyTag::kMaxPacketBytes, reply.max_packet_bytes);
  });
}

}  // namespace

void WritePacketHeader(const PacketHeader& header, std::string* out) {
  WriteSink sink(out);
  sink.Number(PacketTag::kAck, header.ack);
  PutLimits(sink, PacketTag::kLimits, header.limits);
  sink.Number(PacketTag::kClockUs, header.clock_us);
  sink.Number(PacketTag::kFirstFrame, header.first_frame);
}

void WriteAttach(const Attach& attach, std::string* out) {
  std::vector<uint32_t> sizes;
  SizeSink size_sink(&sizes);
  PutAttach(size_sink, attach);
  WriteSink sink(sizes, out);
  PutAttach(sink, attach);
}

void WriteAttachReply(const AttachReply& reply, std::string* out) {
  std::vector<uint32_t> sizes;
  SizeSink size_sink(&sizes);
  PutAttachReply(size_sink, reply);
  WriteSink sink(sizes, out);
  PutAttachReply(sink, reply);
}

}  // namespace hawser::wire
