#ifndef HAWSER_ERROR_H_
#define HAWSER_ERROR_H_

// Error: what a failed call raises, and an error passed as a value. It crosses by copy with name,
// message, code, cause and its own members. Cheap to copy (one counted block); immutable once
// built; thread-compatible.
//
// Between C++ functions a failure is an absl::Status. ToStatus and FromStatus convert without loss:
// the status carries the whole Error along, so a module's error reaches the client's status with
// its members.

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "hawser/record.h"
#include "hawser/value.h"

namespace hawser {

namespace internal {
struct ErrorBlock;
}  // namespace internal

class Error {
 public:
  // An unset error: code kUnknown, all else empty.
  Error() = default;
  // kOk, and what is no code, counts as kUnknown.
  Error(absl::StatusCode code, std::string_view message, std::string_view name = "Error");

  Error(const Error& other) noexcept : Error(other.block_) {}
  Error(Error&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Error& operator=(Error other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Error();

  // The same error with one thing changed.
  Error WithName(std::string_view name) const;
  Error WithCause(Value cause) const;
  Error WithMember(std::string_view name, Value value) const;
  Error WithMembers(Record members) const;  // all of them

  absl::StatusCode code() const;  // never kOk
  std::string_view name() const;  // such as "TypeError"
  std::string_view message() const;
  const Value& cause() const;     // undefined if none
  const Record& members() const;  // the error's own members beyond these

  // Never OK. The status' text shows name, cause and members, if they say more than code and
  // message, as its payload "hawser.Error".
  absl::Status ToStatus() const;
  // The Error that ToStatus put in, or one made of code and message. Where somebody changed code or
  // message since and kept the payload, the change counts. `status` must not be OK; an OK one gives
  // INTERNAL.
  static Error FromStatus(const absl::Status& status);

  // "SqliteError: no such table: t (NOT_FOUND)"
  std::string ToString() const;
  // Same code, name, message, cause and members.
  friend bool operator==(const Error& a, const Error& b);

 private:
  friend class Value;
  explicit Error(internal::ErrorBlock* block) noexcept;  // takes one more count
  // A copy that is not shared, to be changed.
  Error Copy() const;

  internal::ErrorBlock* block_ = nullptr;  // null: unset. A Value of kind kError shares it
};

}  // namespace hawser

#endif  // HAWSER_ERROR_H_
