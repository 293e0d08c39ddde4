#include "hawser/bound.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "hawser/call_check.h"
#include "hawser/function.h"
#include "hawser/module.h"

namespace hawser::internal {

using base::ToAbsl;

std::string CallFrame::Name() const {
  if (owner.empty()) return member.empty() ? "function" : std::string(member);
  if (member.empty()) return std::string(owner);
  return absl::StrCat(ToAbsl(owner), ".", ToAbsl(member));
}

void CallFrame::Answer(Outcome outcome) {
  if (pending != nullptr) {
    pending->Answer(std::move(outcome));
  } else if (reply.pending()) {
    reply.Answer(std::move(outcome));
  } else if (!outcome.ok()) {
    caller.module().LogWarning(absl::StrCat(
        Name(), " failed, and nobody waits for its answer: ", outcome.error().ToString()));
  }
}

void CallFrame::FailCount() {
  absl::Status status = CheckArguments(Name(), signature, args);
  if (status.ok())
    status = absl::InvalidArgumentError(absl::StrCat(Name(), ": wrong number of arguments"));
  Fail(status);
}

void CallFrame::FailArgument(size_t index, const absl::Status& why) {
  // An object that is gone is no mistake of the caller's: it fails as a call of it does. Whatever
  // else a conversion says, the argument is wrong.
  const absl::StatusCode code =
      absl::IsNotFound(why) ? why.code() : absl::StatusCode::kInvalidArgument;
  if (index >= signature.params.size() && !signature.variadic) {  // the value for a property
    Fail(absl::Status(code, absl::StrCat(Name(), ": ", why.message())));
    return;
  }
  absl::Status status = CheckArguments(Name(), signature, args);
  if (status.ok()) {
    // The kind is right, and yet the value is refused: out of range, an object of another class, or
    // one that is gone.
    status =
        absl::Status(code, absl::StrCat(Name(), ": argument ", index + 1, ": ", why.message()));
  }
  Fail(status);
}

LateReply CallFrame::TakeReply() {
  pending = MakeRef<PendingReply>(std::move(reply), caller.context(), Name());
  return LateReply(pending);
}

void Bound::operator()(CallFrame& frame) const {
  auto raise = [&frame] { frame.Answer(Outcome::Failed(CatchException())); };
  try {
    run_(const_cast<Bound&>(*this), frame);
  } catch (const std::exception&) {
    raise();
  } catch (const Error&) {
    raise();
  } catch (const absl::Status&) {
    raise();
  } catch (...) {
    // It says nothing, so at least the member is named.
    Error error = CatchException();
    frame.Answer(Outcome::Failed(
        Error(error.code(), absl::StrCat(frame.Name(), ": ", ToAbsl(error.message())))));
  }
}

}  // namespace hawser::internal
