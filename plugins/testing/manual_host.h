#ifndef HAWSER_TESTING_MANUAL_HOST_H_
#define HAWSER_TESTING_MANUAL_HOST_H_

// ManualHost: what a module asks of its surroundings, done by hand: tasks run when they are told
// to, time passes when it is told to. One thread only.

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hawser/module_host.h"

namespace hawser::testing {

class ManualExecutor final : public base::Executor {
 public:
  void Post(base::Task task) override { tasks_.push_back(std::move(task)); }
  // False if there was none.
  bool RunOne();
  // Drops what is queued.
  void Clear();

 private:
  std::deque<base::Task> tasks_;
};

// Starts at one hour, the calendar in 2030.
class ManualClock final : public base::Clock {
 public:
  base::MonoTime Now() const override { return base::MonoTime{} + absl::Hours(1) + elapsed_; }
  absl::Time WallNow() const override { return absl::FromUnixSeconds(1'893'456'000) + elapsed_; }
  void Advance(absl::Duration duration) { elapsed_ += duration; }

 private:
  absl::Duration elapsed_;
};

class ManualHost final : public ModuleHost {
 public:
  // Runs queued tasks, one of each executor in turn, until there are none.
  void Run();
  // Lets time pass, running the timers that come due, each at its time. Aborts, saying why, if time
  // cannot pass because timers start further ones that are due at once, without end.
  void Advance(absl::Duration duration);

  // The lines of the log, such as "warning: text".
  const std::vector<std::string>& log() const { return log_; }
  size_t timers() const { return timers_.size(); }
  // Objects the module has destroyed or otherwise declared gone, in order.
  const std::vector<std::pair<const Object*, GoneReason>>& gone() const { return gone_; }

  base::Executor& NewStrand() override;
  base::Executor& pool() override { return pool_; }
  const base::Clock& clock() const override { return clock_; }
  uint64_t StartTimer(base::MonoTime when, base::Executor& executor, base::Task task) override;
  void CancelTimer(uint64_t timer) override;
  void Log(std::string_view module, Severity severity, std::string_view message) override;
  void ObjectGone(const Object& object, GoneReason reason) override;

 private:
  struct TimerEntry {
    uint64_t number;
    base::Executor* executor;
    base::Task task;
  };

  ManualClock clock_;
  ManualExecutor pool_;
  std::vector<std::unique_ptr<ManualExecutor>> strands_;
  std::multimap<base::MonoTime, TimerEntry> timers_;
  uint64_t last_timer_ = 0;
  std::vector<std::string> log_;
  std::vector<std::pair<const Object*, GoneReason>> gone_;
};

}  // namespace hawser::testing

#endif  // HAWSER_TESTING_MANUAL_HOST_H_
