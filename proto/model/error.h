#ifndef HAWSER_ERROR_H_
#define HAWSER_ERROR_H_

// Error: what a failed call raises, and an error passed as a value. It crosses by copy with name, message, code, cause and its own
// members. Cheap to copy (one counted block); immutable once built; thread-compatible.
//
// Between C++ functions a failure is an absl::Status. ToStatus and FromStatus convert without loss: the status carries the whole
// Error along, so a module's error reaches the client's status with its members.

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "hawser/value.h"

namespace hawser {

class Error {
 public:
  // An unset error: code kUnknown, all else empty.
  Error() = default;
  Error(absl::StatusCode code, std::string_view message, std::string_view name = "Error");

  Error WithName(std::string_view name) const;
  Error WithCause(Value cause) const;
  Error WithMember(std::string_view name, Value value) const;

  absl::StatusCode code() const;
  std::string_view name() const;     // such as "TypeError"
  std::string_view message() const;
  const Value& cause() const;        // undefined if none
  const Record& members() const;     // the error's own members beyond these

  // kOk never results: an Error made with kOk counts as kUnknown.
  absl::Status ToStatus() const;
  // The Error that ToStatus put in, or one made of code and message. `status` must not be OK; an OK one gives Error().
  static Error FromStatus(const absl::Status& status);

  // "SqliteError: no such table: t (NOT_FOUND)"
  std::string ToString() const;
  friend bool operator==(const Error& a, const Error& b);

 private:
  friend class Value;
  struct Data;
  explicit Error(Value holder) : holder_(std::move(holder)) {}
  const Data* data() const;

  // Empty, or a Value of kind kError that shares this error's block: one representation for both uses.
  Value holder_;
};

}  // namespace hawser

#endif  // HAWSER_ERROR_H_
