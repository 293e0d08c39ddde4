#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/wire/fields.h"
#include "proto/wire/reader.h"
#include "proto/wire/refusal.h"

namespace hawser::wire {
namespace {

bool ReadLimits(std::string_view message, Limits* limits, Refusal* refusal) {
  *limits = Limits();
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case LimitsTag::kCalls:
        limits->calls = fields.number();
        break;
      case LimitsTag::kBytes:
        limits->bytes = fields.number();
        break;
      default:
        break;
    }
  }
  return fields.Finish(refusal) || refusal->In("limits");
}

bool ReadId(std::string_view bytes, std::string_view part, std::array<uint8_t, 16>* id,
            Refusal* refusal) {
  if (bytes.size() != id->size()) {
    refusal->Because(absl::StrCat(bytes.size(), " bytes long instead of ", id->size()));
    return refusal->In(part);
  }
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(id->data()));
  return true;
}

bool ReadAttribute(std::string_view message, std::map<std::string, std::string>* attributes,
                   Refusal* refusal) {
  std::string_view key, value;
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case AttributeTag::kKey:
        if (!ReadText(fields.bytes(), "key", &key, refusal)) return refusal->In("attributes");
        break;
      case AttributeTag::kValue:
        if (!ReadText(fields.bytes(), "value", &value, refusal)) return refusal->In("attributes");
        break;
      default:
        break;
    }
  }
  if (!fields.Finish(refusal)) return refusal->In("attributes");
  attributes->insert_or_assign(std::string(key), std::string(value));
  return attributes->size() <= WireLimits::kMaxAttributes ||
         refusal->Because(
             absl::StatusCode::kResourceExhausted,
             absl::StrCat("more attributes than the limit of ", WireLimits::kMaxAttributes));
}

bool ReadAttach(std::string_view message, Attach* attach, Refusal* refusal) {
  *attach = Attach();
  attach->protocol = 0;
  bool has_session = false, has_token = false;
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case AttachTag::kSession:
        if (!ReadId(fields.bytes(), "session", &attach->session.bytes, refusal)) return false;
        has_session = true;
        break;
      case AttachTag::kToken:
        if (!ReadId(fields.bytes(), "token", &attach->token, refusal)) return false;
        has_token = true;
        break;
      case AttachTag::kAttach:
        attach->attach = static_cast<uint32_t>(fields.number());
        break;
      case AttachTag::kEpoch:
        attach->epoch = fields.number();
        break;
      case AttachTag::kAck:
        attach->ack = fields.number();
        break;
      case AttachTag::kLimits:
        if (!ReadLimits(fields.bytes(), &attach->limits, refusal)) return false;
        break;
      case AttachTag::kAttributes:
        if (!ReadAttribute(fields.bytes(), &attach->attributes, refusal)) return false;
        break;
      case AttachTag::kTtlMs:
        attach->ttl_ms = static_cast<uint32_t>(fields.number());
        break;
      case AttachTag::kProtocol:
        attach->protocol = static_cast<uint32_t>(fields.number());
        break;
      default:
        break;
    }
  }
  if (!fields.Finish(refusal)) return false;
  if (!has_session) return refusal->Because("no session");
  return has_token || refusal->Because("no token");
}

bool ReadAttachReply(std::string_view message, AttachReply* reply, Refusal* refusal) {
  *reply = AttachReply();
  std::string_view broker;
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case AttachReplyTag::kOutcome: {
        auto outcome = static_cast<uint32_t>(fields.number());
        bool known = outcome <= static_cast<uint32_t>(AttachReply::Outcome::kBrokerRestarted);
        reply->outcome =
            known ? static_cast<AttachReply::Outcome>(outcome) : AttachReply::Outcome::kUnspecified;
        break;
      }
      case AttachReplyTag::kEpoch:
        reply->epoch = fields.number();
        break;
      case AttachReplyTag::kAck:
        reply->ack = fields.number();
        break;
      case AttachReplyTag::kLimits:
        if (!ReadLimits(fields.bytes(), &reply->limits, refusal)) return false;
        break;
      case AttachReplyTag::kTtlMs:
        reply->ttl_ms = static_cast<uint32_t>(fields.number());
        break;
      case AttachReplyTag::kMaxFrameBytes:
        reply->max_frame_bytes = static_cast<uint32_t>(fields.number());
        break;
      case AttachReplyTag::kMaxPacketBytes:
        reply->max_packet_bytes = static_cast<uint32_t>(fields.number());
        break;
      case AttachReplyTag::kBroker:
        if (!ReadText(fields.bytes(), "broker", &broker, refusal)) return false;
        break;
      default:
        break;
    }
  }
  reply->broker = broker;
  return fields.Finish(refusal);
}

bool ReadFields(std::string_view bytes, PacketView* packet, Refusal* refusal) {
  PacketHeader& header = packet->header;
  Fields fields(bytes);
  while (fields.Next()) {
    switch (fields.tag()) {
      case PacketTag::kAck:
        header.ack = fields.number();
        break;
      case PacketTag::kLimits:
        if (!ReadLimits(fields.bytes(), &header.limits, refusal)) return false;
        break;
      case PacketTag::kClockUs:
        header.clock_us = fields.number();
        break;
      case PacketTag::kFirstFrame:
        header.first_frame = fields.number();
        break;
      case PacketTag::kFrames:
        packet->frames.Append(fields.bytes(), bytes.data() + bytes.size());
        break;
      case PacketTag::kAttach:
        if (!ReadAttach(fields.bytes(), &packet->attach.emplace(), refusal))
          return refusal->In("attach");
        break;
      case PacketTag::kAttached:
        if (!ReadAttachReply(fields.bytes(), &packet->attached.emplace(), refusal))
          return refusal->In("attached");
        break;
      default:
        break;
    }
  }
  return fields.Finish(refusal);
}

// The short way for packets that are what most are. False for all others.
bool ReadInOrder(std::string_view bytes, PacketView* packet) {
  PacketHeader& header = packet->header;
  FieldsInOrder fields(bytes);
  fields.Number(PacketTag::kAck, &header.ack);
  fields.Number(PacketTag::kClockUs, &header.clock_us);
  fields.Number(PacketTag::kFirstFrame, &header.first_frame);
  std::string_view frame;
  while (fields.Bytes(PacketTag::kFrames, &frame))
    packet->frames.Append(frame, bytes.data() + bytes.size());
  return fields.AtEnd();
}

}  // namespace

void FrameList::Iterator::Find() {
  const char* next = frame_.data() + frame_.size();
  Fields fields({next, static_cast<size_t>(end_ - next)});
  while (fields.Next() && fields.tag() != PacketTag::kFrames) {
  }
  frame_ = fields.bytes();
}

absl::Status ReadPacket(std::string_view bytes, PacketView* packet) {
  packet->header = PacketHeader();
  packet->frames = FrameList();
  packet->attach.reset();
  packet->attached.reset();
  if (ReadInOrder(bytes, packet)) return absl::OkStatus();
  packet->header = PacketHeader();
  packet->frames = FrameList();
  Refusal refusal;
  ReadFields(bytes, packet, &refusal);
  return refusal.ToStatusIn("packet");
}

}  // namespace hawser::wire
