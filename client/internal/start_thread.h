#ifndef HAWSER_CLIENT_INTERNAL_START_THREAD_H_
#define HAWSER_CLIENT_INTERNAL_START_THREAD_H_

#include <system_error>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace hawser::internal {

// Runs `body`, which keeps alive what it uses, on a thread of its own that nobody joins.
// RESOURCE_EXHAUSTED if the system has no thread; `body` does not run then.
template <typename Body>
absl::Status StartThread(Body body) {
  try {
    std::thread(std::move(body)).detach();
    return absl::OkStatus();
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot start a thread: ", error.what()));
  }
}

}  // namespace hawser::internal

#endif  // HAWSER_CLIENT_INTERNAL_START_THREAD_H_
