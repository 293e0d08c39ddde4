#ifndef TESTS_SUPPORT_THREAD_LIMIT_H_
#define TESTS_SUPPORT_THREAD_LIMIT_H_

#include <pthread.h>

#include "hawser/base/check.h"

namespace hawser::tests {

// While one lives, this process can start no thread: the system has no stack of the size wanted.
class ThreadLimit {
 public:
  ThreadLimit() {
    HAWSER_CHECK(pthread_getattr_default_np(&before_) == 0);
    pthread_attr_t none = before_;
    HAWSER_CHECK(pthread_attr_setstacksize(&none, size_t{1} << 47) == 0);
    HAWSER_CHECK(pthread_setattr_default_np(&none) == 0);
  }
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;
  ~ThreadLimit() { HAWSER_CHECK(pthread_setattr_default_np(&before_) == 0); }

 private:
  pthread_attr_t before_{};
};

}  // namespace hawser::tests

#endif  // TESTS_SUPPORT_THREAD_LIMIT_H_
