#include "hawser/reply.h"

namespace hawser {

Outcome::Outcome(absl::StatusOr<Value> result) : failed_(!result.ok()) {
  value_ = failed_ ? Value(Error::FromStatus(result.status())) : *std::move(result);
}

absl::StatusOr<Value> Outcome::ToStatusOr() && {
  if (failed_) return error().ToStatus();
  return std::move(value_);
}

void Reply::Drop() { Fail(absl::InternalError("the call was dropped without an answer")); }

}  // namespace hawser
