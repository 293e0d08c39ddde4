#include "hawser/error.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/types/optional.h"
#include "hawser/base/string_view.h"
#include "proto/model/error_payload.h"
#include "proto/model/value_internals.h"

namespace hawser {

using internal::ErrorBlock;

namespace {

constexpr std::string_view kDefaultName = "Error";
constexpr std::string_view kPayloadUrl = "hawser.Error";

absl::StatusCode Canonical(absl::StatusCode code) {
  bool known = code > absl::StatusCode::kOk && code <= absl::StatusCode::kUnauthenticated;
  return known ? code : absl::StatusCode::kUnknown;
}

// What a status cannot say by code and message: "SqliteError {table: "t"}, caused by Error: disk
// full (UNAVAILABLE)".
std::string PayloadText(const Error& error) {
  std::string text(error.name());
  if (!error.members().empty())
    text += (text.empty() ? "" : " ") + Value(error.members()).ToString();
  if (!error.cause().is_undefined()) {
    bool plain = error.cause().is(Kind::kError);
    text +=
        ", caused by " + (plain ? error.cause().AsError().ToString() : error.cause().ToString());
  }
  return text;
}

}  // namespace

Error::Error(ErrorBlock* block) noexcept : block_(block) {
  if (block_ != nullptr) block_->AddRef();
}

Error::Error(absl::StatusCode code, std::string_view message, std::string_view name)
    : block_(new ErrorBlock) {
  block_->code = Canonical(code);
  block_->name = name;
  block_->message = message;
}

Error::~Error() {
  if (block_ != nullptr) internal::Release(block_);
}

Error Error::Copy() const {
  Error copy(code(), message(), name());
  copy.block_->cause = cause();
  copy.block_->members = members();
  return copy;
}

Error Error::WithName(std::string_view name) const {
  Error copy = Copy();
  copy.block_->name = name;
  return copy;
}

Error Error::WithCause(Value cause) const {
  Error copy = Copy();
  copy.block_->cause = std::move(cause);
  return copy;
}

Error Error::WithMember(std::string_view name, Value value) const {
  Error copy = Copy();
  copy.block_->members.Set(name, std::move(value));
  return copy;
}

Error Error::WithMembers(Record members) const {
  Error copy = Copy();
  copy.block_->members = std::move(members);
  return copy;
}

absl::StatusCode Error::code() const {
  return block_ == nullptr ? absl::StatusCode::kUnknown : block_->code;
}

std::string_view Error::name() const {
  return block_ == nullptr ? std::string_view() : block_->name;
}

std::string_view Error::message() const {
  return block_ == nullptr ? std::string_view() : block_->message;
}

const Value& Error::cause() const {
  return block_ == nullptr ? internal::EmptyOf<Value>() : block_->cause;
}

const Record& Error::members() const {
  return block_ == nullptr ? internal::EmptyOf<Record>() : block_->members;
}

absl::Status Error::ToStatus() const {
  absl::Status status(code(), base::ToAbsl(message()));
  if (name() != kDefaultName || !cause().is_undefined() || !members().empty()) {
    status.SetPayload(base::ToAbsl(kPayloadUrl),
                      internal::MakeErrorPayload(*this, PayloadText(*this)));
  }
  return status;
}

Error Error::FromStatus(const absl::Status& status) {
  // A mistake of who failed with it; the caller shall know.
  if (status.ok()) return Error(absl::StatusCode::kInternal, "failed with an OK status");
  std::string_view message = base::ToStd(status.message());
  if (absl::optional<absl::Cord> payload = status.GetPayload(base::ToAbsl(kPayloadUrl));
      payload.has_value()) {
    if (std::optional<Error> error = internal::ErrorInPayload(*payload); error.has_value()) {
      if (error->code() == status.code() && error->message() == message) return *std::move(error);
      Error changed = error->Copy();
      changed.block_->code = Canonical(status.code());
      changed.block_->message = message;
      return changed;
    }
  }
  return Error(status.code(), message);
}

std::string Error::ToString() const {
  std::string text(name());
  if (!name().empty() && !message().empty()) text += ": ";
  text += message();
  if (!text.empty()) text += ' ';
  return text + "(" + absl::StatusCodeToString(code()) + ")";
}

bool operator==(const Error& a, const Error& b) { return Value(a) == Value(b); }

}  // namespace hawser
