#ifndef HAWSER_CALL_CHECK_H_
#define HAWSER_CALL_CHECK_H_

#include "absl/status/status.h"
#include "hawser/object.h"

namespace hawser {

// Checks a call against the shape it is made through, before any module code: what a wrong use of
// any object answers.
//   NOT_FOUND          no such member ("did you mean ..."); or it is not enumerable, and the message
//                      says so
//   UNIMPLEMENTED      calling what is no method or function; constructing what is no constructor;
//                      awaiting what is no promise
//   INVALID_ARGUMENT   writing a read-only property; reading or writing an event; wrong count or
//                      kind of arguments, naming position, expected and given
// A property whose value is a function or constructor (type kFunction, kConstructor, kAny) may be
// called or constructed through its member: the object then does it on the value.
absl::Status CheckCall(const Shape& shape, const Invocation& call);

// Arguments against a signature: INVALID_ARGUMENT "NAME: argument 2: expected string, got integer",
// "NAME: expected 2 arguments, got 3".
absl::Status CheckArguments(std::string_view name, const Signature& signature,
                            std::span<const Value> args);

// The candidates nearest to `word`, at most 3, for "did you mean"; to a single letter only itself in
// the other case. None if there are more than kMostCandidates or the word is long: the search runs
// on threads that serve everybody.
inline constexpr size_t kMostCandidates = 256;
std::vector<std::string> Nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace hawser

#endif  // HAWSER_CALL_CHECK_H_
