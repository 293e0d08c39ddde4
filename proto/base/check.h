#ifndef PROTO_BASE_CHECK_H_
#define PROTO_BASE_CHECK_H_

// For our own broken invariants only. What peers, plugins or the administrator do wrong gets an
// absl::Status; nothing they send can trip a check.

#include <string_view>

namespace hawser::base {

// Writes where, what and why to stderr, without allocating, and aborts. Thread-safe.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              std::string_view message = {});

}  // namespace hawser::base

// Aborts with a message unless the condition holds, in every build. The second argument, if any,
// says more; it is evaluated only on failure.
//
//   HAWSER_CHECK(handles_.empty());
//   HAWSER_CHECK(slot < size_, "the slab lost a slot");
#define HAWSER_CHECK(condition, ...)  \
  (__builtin_expect(!!(condition), 1) \
       ? static_cast<void>(0)         \
       : ::hawser::base::CheckFailed(__FILE__, __LINE__, #condition __VA_OPT__(, ) __VA_ARGS__))

#endif  // PROTO_BASE_CHECK_H_
