#ifndef HAWSER_PROTO_LINK_OUTBOX_H_
#define HAWSER_PROTO_LINK_OUTBOX_H_

// Outbox: calls of ours that wait, without a number yet, until the peer grants more or has taken what
// was sent. They hold the objects themselves, so nothing of theirs can be released meanwhile.
// Thread-compatible; used under the endpoint's lock.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "proto/link/outgoing_call.h"

namespace hawser::link {

class Outbox {
 public:
  struct Item {
    uint64_t id;
    OutgoingCall call;  // views point into the members below
    std::string name;
    std::vector<Value> args;
    std::vector<wire::AnswerArg> answer_args;
    size_t bytes;
    std::vector<wire::Reference> planted_references;  // see Defect::kHandleBeforeNumber
  };

  bool empty() const { return items_.empty(); }
  size_t size() const { return items_.size(); }
  // Of the calls in it, about.
  size_t bytes() const { return bytes_; }

  // The arguments are moved from.
  Item& Push(uint64_t id, OutgoingCall call, size_t bytes);
  // Only if not empty().
  Item& front() { return items_.front(); }
  const Item& front() const { return items_.front(); }
  void Pop();

 private:
  std::deque<Item> items_;
  size_t bytes_ = 0;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_OUTBOX_H_
