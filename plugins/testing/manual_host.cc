#include "hawser/testing/manual_host.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "hawser/base/check.h"
#include "hawser/base/string_view.h"

namespace hawser::testing {

bool ManualExecutor::RunOne() {
  if (tasks_.empty()) return false;
  base::Task task = std::move(tasks_.front());
  tasks_.pop_front();
  base::ScopedExecutor current(this);
  std::move(task)();
  task = nullptr;  // what it owns goes here, too
  return true;
}

void ManualExecutor::Clear() {
  std::deque<base::Task> tasks;
  tasks.swap(tasks_);
}

base::Executor& ManualHost::NewStrand() {
  return *strands_.emplace_back(std::make_unique<ManualExecutor>());
}

void ManualHost::Run() {
  for (bool ran = true; ran;) {
    ran = pool_.RunOne();
    // By index: a task may make a strand.
    for (size_t i = 0; i < strands_.size(); ++i) ran = strands_[i]->RunOne() || ran;
  }
}

void ManualHost::Advance(absl::Duration duration) {
  Run();
  base::MonoTime end = clock_.Now() + duration;
  // Those started at this instant which were due at once.
  constexpr int kMostAtOnce = 100'000;
  int at_once = 0;
  uint64_t last_before = last_timer_;
  while (!timers_.empty() && timers_.begin()->first <= end) {
    auto next = timers_.extract(timers_.begin());
    if (next.key() > clock_.Now()) {
      clock_.Advance(next.key() - clock_.Now());
      at_once = 0;
      last_before = last_timer_;
    } else if (next.mapped().number > last_before) {
      HAWSER_CHECK(++at_once <= kMostAtOnce,
                   "100000 timers were started and due without time passing: does one that runs "
                   "after no time start itself again?");
    }
    next.mapped().executor->Post(std::move(next.mapped().task));
    Run();
  }
  clock_.Advance(end - clock_.Now());
}

uint64_t ManualHost::StartTimer(base::MonoTime when, base::Executor& executor, base::Task task) {
  timers_.emplace(when, TimerEntry{++last_timer_, &executor, std::move(task)});
  return last_timer_;
}

void ManualHost::CancelTimer(uint64_t timer) {
  auto found = std::find_if(timers_.begin(), timers_.end(),
                            [timer](const auto& entry) { return entry.second.number == timer; });
  if (found != timers_.end()) timers_.erase(found);
}

void ManualHost::Log(std::string_view /*module*/, Severity severity, std::string_view message) {
  std::string_view name = severity == Severity::kInfo      ? "info"
                          : severity == Severity::kWarning ? "warning"
                                                           : "error";
  log_.push_back(absl::StrCat(base::ToAbsl(name), ": ", base::ToAbsl(message)));
}

void ManualHost::ObjectGone(const Object& object, GoneReason reason) {
  gone_.emplace_back(&object, reason);
}

}  // namespace hawser::testing
