#include "hawser/late_reply.h"

#include "absl/strings/str_cat.h"

namespace hawser {
namespace internal {

void PendingReply::Answer(Outcome outcome) {
  if (answered_.exchange(true, std::memory_order_acq_rel)) return;
  reply_.Answer(std::move(outcome));
}

void PendingReply::Unref() const {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  auto* self = const_cast<PendingReply*>(this);
  if (!answered()) {
    self->Answer(Outcome::Failed(absl::InternalError(
        absl::StrCat(name_, ": the module dropped the call without an answer"))));
  }
  delete self;
}

}  // namespace internal

SessionRef LateReply::session() const {
  if (!pending() || pending_->context() == nullptr) return nullptr;
  return pending_->context()->session();
}

std::stop_token LateReply::stop_token() const {
  if (!pending() || pending_->context() == nullptr) return {};
  return pending_->context()->stop_token();
}

}  // namespace hawser
