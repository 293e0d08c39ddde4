#include "hawser/task_table.h"

#include <utility>

#include "hawser/module.h"
#include "hawser/promise.h"

// The host holds a weak reference to the table, for it may keep a task long after the module is
// gone. A task that runs was taken out under the lock while the table was open, and holds a pin of
// the module from then on; so the module is there.

namespace hawser::internal {

uint64_t TaskTable::Add(std::string_view what, Work work) {
  base::MutexLock lock(mu_);
  uint64_t task = ++last_;
  if (!closed_) entries_.emplace(task, Entry{.what = what, .work = std::move(work)});
  return task;
}

uint64_t TaskTable::Start(absl::Duration after, base::Executor& executor, Work work) {
  uint64_t task = Add("a timer", std::move(work));
  auto run = [table = weak_from_this(), task] {
    if (auto open = table.lock()) open->Run(task, Outcome());
  };
  uint64_t host_timer = host_.StartTimer(host_.clock().Now() + after, executor, std::move(run));
  base::MutexLock lock(mu_);
  auto entry = entries_.find(task);  // it may have run meanwhile
  if (entry != entries_.end()) entry->second.host_timer = host_timer;
  return task;
}

void TaskTable::Post(base::Executor& executor, Work work) {
  uint64_t task = Add("a posted task", std::move(work));
  executor.Post([table = weak_from_this(), task] {
    if (auto open = table.lock()) open->Run(task, Outcome());
  });
}

void TaskTable::Then(const ObjectRef& promise, base::Executor& executor, Work work) {
  uint64_t task = Add("a promise's continuation", std::move(work));
  Promise::Then(promise, &executor, [table = weak_from_this(), task](Outcome outcome) {
    if (auto open = table.lock()) open->Run(task, std::move(outcome));
  });
}

void TaskTable::Cancel(uint64_t task) {
  Entry entry;  // its work is destroyed without the lock
  {
    base::MutexLock lock(mu_);
    auto found = entries_.find(task);
    if (found == entries_.end()) return;
    entry = std::move(found->second);
    entries_.erase(found);
  }
  if (entry.host_timer != 0) host_.CancelTimer(entry.host_timer);
}

void TaskTable::Close() {
  absl::flat_hash_map<uint64_t, Entry> entries;
  {
    base::MutexLock lock(mu_);
    closed_ = true;
    entries.swap(entries_);
  }
  for (const auto& [task, entry] : entries) {
    if (entry.host_timer != 0) host_.CancelTimer(entry.host_timer);
  }
}

size_t TaskTable::size() const {
  base::MutexLock lock(mu_);
  return entries_.size();
}

void TaskTable::Run(uint64_t task, Outcome outcome) {
  Entry entry;
  {
    base::MutexLock lock(mu_);
    auto found = entries_.find(task);
    if (found == entries_.end()) return;
    entry = std::move(found->second);
    entries_.erase(found);
    module_.AddPin();
  }
  module_.Guard(entry.what, [&] {
    entry.work(std::move(outcome));
    entry.work = nullptr;
  });
  entry.work = nullptr;
  module_.RemovePin();
}

}  // namespace hawser::internal
