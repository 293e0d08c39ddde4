#ifndef HAWSER_PROTO_WIRE_READER_H_
#define HAWSER_PROTO_WIRE_READER_H_

// Reading packets and frames that a peer sent: nothing in them is trusted. Every function either
// fills what it promises or gives a status; none crashes, recurses deeper than
// WireLimits::kMaxDepth, or allocates more than a small multiple of what it was given.
//
// Fields may come in any order and unknown ones are skipped; of a field that should occur once, the
// last one counts, whole. A status says what is wrong and where:
// "call.args[1].array.items[3].string: not UTF-8 at byte 7".
//
// A frame is read in two steps, because a receiver registers the whole table of references before
// it looks at anything else: ReadFrame gives references and kind; then ReadXxx reads the body,
// turning indexes of the table into the objects registered.

#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/wire/frame.h"
#include "proto/wire/writer.h"

namespace hawser::wire {

// The Frame messages of a packet that was read, as views of their bytes. They are not kept but found
// again, one by one, in the packet's bytes.
class FrameList {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = const std::string_view&;

    const std::string_view& operator*() const { return frame_; }
    const std::string_view* operator->() const { return &frame_; }
    Iterator& operator++() {
      if (--left_ > 0) Find();
      return *this;
    }
    Iterator operator++(int) { return std::exchange(*this, std::next(*this)); }
    // Of one list.
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.left_ == b.left_; }

    // How many there are from here on.
    size_t left() const { return left_; }

   private:
    friend class FrameList;
    void Find();

    std::string_view frame_;
    const char* end_ = nullptr;  // of the packet
    size_t left_ = 0;
  };
  using const_iterator = Iterator;
  using value_type = std::string_view;
  using size_type = size_t;

  const Iterator& begin() const { return first_; }
  Iterator end() const { return {}; }
  size_t size() const { return first_.left_; }
  bool empty() const { return size() == 0; }
  std::string_view front() const { return first_.frame_; }

  // For ReadPacket: `frame` is the next one of the packet that ends at `end`.
  void Append(std::string_view frame, const char* end) {
    if (first_.left_++ > 0) return;
    first_.frame_ = frame;
    first_.end_ = end;
  }

 private:
  Iterator first_;
};

// A packet taken apart; the views point into the bytes given.
struct PacketView {
  PacketHeader header;
  FrameList frames;
  std::optional<Attach> attach;
  std::optional<AttachReply> attached;
};
// INVALID_ARGUMENT if `bytes` is not a Packet, RESOURCE_EXHAUSTED if its Attach has too many
// attributes. Clears and fills `packet`.
absl::Status ReadPacket(std::string_view bytes, PacketView* packet);

struct FrameView {
  FrameKind kind = FrameKind::kNone;  // kNone: an unknown or absent body
  std::string_view body;
  std::vector<Reference> references;
  bool overlong = false;  // the table is: what is over its limit is not in `references`
};
// INVALID_ARGUMENT if the frame or its table is malformed or it has two bodies, RESOURCE_EXHAUSTED
// if the table or its shapes are too long (WireLimits); `frame->references` then holds the entries
// whose handle could be read, and kind and body are set if they were met, so that the peer can be
// answered. What is in the table after a failure is to be registered, not used. `packet_buffer`, if
// not null, is the buffer `bytes` lies in: byte values become slices of it instead of copies,
// unless they are so small a part of it that keeping it alive for them would be waste.
absl::Status ReadFrame(std::string_view bytes, const Bytes* packet_buffer, FrameView* frame);

// Reads bodies. `objects[i]` is what reference i was registered as (null: refused or unknown). One
// reader per link, not thread-safe.
class BodyReader {
 public:
  // `packet_buffer` as above.
  BodyReader(std::span<const ObjectRef> objects, const Bytes* packet_buffer)
      : objects_(objects), packet_buffer_(packet_buffer) {}

  // All clear what they fill, keeping its capacity. On failure `call->id`, `no_reply` and `nested`
  // (ReadReturn: `call`) are still filled if they could be read, so that the call can be answered.
  // INVALID_ARGUMENT for nesting, bad UTF-8, an index outside the table, a repeated record field, a
  // call without id or target, an answer that is not an earlier call's, a malformed message;
  // NOT_FOUND for a value that is a null entry of `objects`.
  absl::Status ReadCall(std::string_view body, Call* call, Args* args,
                        std::vector<AnswerArg>* answers);
  absl::Status ReadReturn(std::string_view body, uint64_t* call, Outcome* outcome);
  absl::Status ReadCancel(std::string_view body, uint64_t* call);
  absl::Status ReadRelease(std::string_view body, uint64_t* upto, std::vector<uint64_t>* handles,
                           std::vector<uint64_t>* answers);
  // An unknown reason reads as kDestroyed, never as kAlive.
  absl::Status ReadGone(std::string_view body, std::vector<uint64_t>* handles, GoneReason* reason);
  // OK as `code`: a normal leave. A reason that is unknown, or not given, leaves `reason` as it is.
  absl::Status ReadEnd(std::string_view body, EndReason* reason, absl::StatusCode* code,
                       std::string* message);

 private:
  // All that the short way of ReadCall (ReadReturn) is not for; what they fill is empty.
  absl::Status ReadAnyCall(std::string_view body, Call* call, Args* args,
                           std::vector<AnswerArg>* answers);
  absl::Status ReadAnyReturn(std::string_view body, uint64_t* call, Outcome* outcome);

  std::span<const ObjectRef> objects_;
  const Bytes* packet_buffer_;
};

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_READER_H_
