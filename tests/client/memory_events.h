#ifndef TESTS_CLIENT_MEMORY_EVENTS_H_
#define TESTS_CLIENT_MEMORY_EVENTS_H_

// MemoryEvents: the events of connections in memory. Thread-safe.

#include <deque>

#include "client/internal/event_source.h"
#include "hawser/base/executor.h"
#include "hawser/base/mutex.h"

namespace hawser::tests {

// Events in order, run by whoever leads.
class MemoryEvents final : public internal::EventSource {
 public:
  void Post(base::Task event);
  bool RunOne(absl::Duration at_most) override;
  void Wake() override;
  void Shutdown() override;

  // Waits until somebody who leads has nothing left to do; gives how long it would wait for more.
  absl::Duration AwaitIdle();

 private:
  base::Mutex mu_;
  base::CondVar changed_;
  base::CondVar idle_changed_;
  bool idle_ HAWSER_GUARDED_BY(mu_) = false;
  absl::Duration waits_for_ HAWSER_GUARDED_BY(mu_);
  std::deque<base::Task> events_ HAWSER_GUARDED_BY(mu_);
  bool woken_ HAWSER_GUARDED_BY(mu_) = false;
};

}  // namespace hawser::tests

#endif  // TESTS_CLIENT_MEMORY_EVENTS_H_
