#ifndef TESTS_CLIENT_KEPT_REPLIES_H_
#define TESTS_CLIENT_KEPT_REPLIES_H_

#include <utility>
#include <vector>

#include "hawser/base/mutex.h"
#include "hawser/reply.h"

namespace hawser::tests {

// Replies that a scripted object has not given yet. Thread-safe.
class KeptReplies {
 public:
  void Keep(Reply reply) {
    base::MutexLock lock(mu_);
    replies_.push_back(std::move(reply));
  }
  size_t size() const {
    base::MutexLock lock(mu_);
    return replies_.size();
  }
  // The oldest; one that answers nobody if there is none.
  Reply Take() {
    base::MutexLock lock(mu_);
    if (replies_.empty()) return Reply();
    Reply reply = std::move(replies_.front());
    replies_.erase(replies_.begin());
    return reply;
  }
  // Drops them all.
  void Clear() {
    std::vector<Reply> dropped;
    base::MutexLock lock(mu_);
    dropped.swap(replies_);
  }

 private:
  mutable base::Mutex mu_;
  std::vector<Reply> replies_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::tests

#endif  // TESTS_CLIENT_KEPT_REPLIES_H_
