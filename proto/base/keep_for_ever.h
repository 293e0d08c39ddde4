#ifndef HAWSER_BASE_KEEP_FOR_EVER_H_
#define HAWSER_BASE_KEEP_FOR_EVER_H_

#include <utility>
#include <vector>

#include "hawser/base/mutex.h"

namespace hawser::base {

// Keeps what must never be destroyed, for somebody may still come to it, and must not look like a
// leak. Thread-safe.
template <typename T>
void KeepForEver(T value) {
  static Mutex& mu = *new Mutex;
  static auto& kept = *new std::vector<T>;
  MutexLock lock(mu);
  kept.push_back(std::move(value));
}

}  // namespace hawser::base

#endif  // HAWSER_BASE_KEEP_FOR_EVER_H_
