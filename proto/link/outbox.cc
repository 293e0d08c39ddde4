#include "proto/link/outbox.h"

#include <iterator>
#include <utility>

namespace hawser::link {

Outbox::Item& Outbox::Push(uint64_t id, OutgoingCall call, size_t bytes) {
  Item& item = items_.emplace_back();
  item.id = id;
  item.name = std::string(call.name);
  item.args.assign(std::make_move_iterator(call.args.begin()),
                   std::make_move_iterator(call.args.end()));
  item.answer_args.assign(call.answer_args.begin(), call.answer_args.end());
  item.bytes = bytes;
  item.call = std::move(call);
  item.call.name = item.name;
  item.call.args = item.args;
  item.call.answer_args = item.answer_args;
  bytes_ += bytes;
  return item;
}

void Outbox::Pop() {
  bytes_ -= items_.front().bytes;
  items_.pop_front();
}

}  // namespace hawser::link
