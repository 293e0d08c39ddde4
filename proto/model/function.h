#ifndef HAWSER_FUNCTION_H_
#define HAWSER_FUNCTION_H_

// A C++ callable as an Object of kind function, and calling such objects. All of it is thread-safe;
// on which thread a callable runs is said below.

#include <exception>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "hawser/base/executor.h"
#include "hawser/base/source_location.h"
#include "hawser/error.h"
#include "hawser/object.h"

namespace hawser {

using Args = std::span<Value>;

// Options of MakeFunction.
struct FunctionOptions {
  std::string name;
  Signature signature{.variadic = true};
  CallbackMode mode = CallbackMode::kPlain;
  Value constant;    // mode kConst: the answer
  std::string site;  // where it was made
  // Runs calls there; borrowed, outlives the function. Null: on the calling thread.
  base::Executor* home = nullptr;
};

// `body` answers each call by its return value; an exception it throws becomes the error (see
// CatchException). It runs on options.home: if that is a strand, one call at a time. Without a home
// it runs on whichever threads call, several at once, and must be thread-safe itself. It is
// destroyed with the last reference, on the thread that drops it.
ObjectRef MakeFunction(std::function<absl::StatusOr<Value>(Args)> body, FunctionOptions options);

// "file:line" of a source location, with its last folder: "shop/cart.cc:42".
std::string SiteOf(const base::SourceLocation& location);

// Error for the exception in flight; call only inside a catch block. hawser::Exception, Error,
// absl::Status and BadStatusOrAccess keep what they carry; std::invalid_argument is
// INVALID_ARGUMENT, std::out_of_range NOT_FOUND, std::bad_alloc RESOURCE_EXHAUSTED, other
// std::exceptions UNKNOWN with what(), and all else INTERNAL.
Error CatchException();

// Throw this from module code to fail a call with a full Error. What a module throws is caught at
// the one call boundary.
class Exception : public std::exception {
 public:
  explicit Exception(Error error);
  Exception(absl::StatusCode code, std::string_view message) : Exception(Error(code, message)) {}
  ~Exception() override;  // in the library, so that all who throw and catch mean one type

  const Error& error() const { return error_; }
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  Error error_;
  std::string what_;  // ends in NUL, as a message need not
};

// Calls `target` (member "" = itself) from inside this process and gives what is there when Invoke
// returns: the value, the error, or, if the answer comes later, a promise that settles with it.
// Does not wait. From any thread; the caller must hold no lock that the target's code may want, since
// a target without a home, or whose home is this strand, runs here and now. A target whose home is another strand gets the call queued there, so its answer is
// a promise; so does one on this strand once calls are nested eight deep. NOT_FOUND for a hidden
// member and for a gone target. A function of mode kNotify gives undefined, one of mode kConst its
// constant, at once.
absl::StatusOr<Value> CallNow(Object& target, std::string_view member, Array args,
                              Op op = Op::kCall);

}  // namespace hawser

#endif  // HAWSER_FUNCTION_H_
