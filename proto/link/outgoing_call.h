#ifndef HAWSER_PROTO_LINK_OUTGOING_CALL_H_
#define HAWSER_PROTO_LINK_OUTGOING_CALL_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "hawser/base/clock.h"
#include "hawser/object.h"
#include "proto/wire/writer.h"

namespace hawser::link {

// A call to be sent. `args` are moved from.
struct OutgoingCall {
  ObjectRef target;     // a Proxy of this link; null: `answer`
  uint64_t answer = 0;  // id of a call made with keep_answer
  Op op = Op::kCall;
  int member = Invocation::kSelf;
  std::string_view name;  // instead of `member` where not empty
  std::span<Value> args;
  std::span<const wire::AnswerArg> answer_args;
  bool no_reply = false;
  bool keep_answer = false;
  bool nested = false;
  std::optional<base::MonoTime> deadline;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_OUTGOING_CALL_H_
