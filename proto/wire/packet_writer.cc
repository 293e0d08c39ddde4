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
  // By hand: it stands before every packet.
  char fields[2 + 5 * (kTagBytes + kMaxVarintBytes)];
  char* end = fields;
  auto put = [&end](uint32_t tag, uint64_t number) {
    if (number == 0) return;
    *end++ = static_cast<char>(tag);
    end = PutVarint(end, number);
  };
  put(PacketTag::kAck, header.ack);
  if ((header.limits.calls | header.limits.bytes) != 0) {
    *end++ = static_cast<char>(PacketTag::kLimits);
    char* size = end++;
    put(LimitsTag::kCalls, header.limits.calls);
    put(LimitsTag::kBytes, header.limits.bytes);
    *size = static_cast<char>(end - (size + 1));
  }
  put(PacketTag::kClockUs, header.clock_us);
  put(PacketTag::kFirstFrame, header.first_frame);
  out->append(fields, static_cast<size_t>(end - fields));
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
