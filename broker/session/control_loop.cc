#include "broker/session/control_loop.h"

#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <utility>

#include "hawser/base/check.h"

namespace hawser::broker {
namespace {

constexpr uint64_t kWakeWatch = 0;
constexpr int kEvents = 64;
// Tasks in one turn, before events and timers are looked at again.
constexpr size_t kTasksPerTurn = 256;

}  // namespace

ControlLoop::ControlLoop(const base::Clock& clock, TimerQueue& timers)
    : clock_(clock),
      timers_(timers),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  HAWSER_CHECK(epoll_.ok() && wake_.ok(), "no descriptors left for the control loop");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeWatch;
  HAWSER_CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0);
  timers_.set_on_earlier([this] { Wake(); });
}

ControlLoop::~ControlLoop() { Stop(); }

void ControlLoop::OnStall(absl::Duration stall, std::function<void(absl::Duration)> on_stall) {
  stall_ = stall;
  on_stall_ = std::move(on_stall);
}

void ControlLoop::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "control");
}

void ControlLoop::Stop() {
  stopping_.store(true, std::memory_order_release);
  Wake();
  if (thread_.joinable()) thread_.join();
  std::deque<base::Task> dropped;
  base::MutexLock lock(mu_);
  std::swap(dropped, tasks_);
}

void ControlLoop::Wake() {
  uint64_t one = 1;
  // Full means that a wake is under way already.
  [[maybe_unused]] ssize_t written = write(wake_.get(), &one, sizeof(one));
}

void ControlLoop::Post(base::Task task) {
  {
    base::MutexLock lock(mu_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() > 1) return;
  }
  Wake();
}

void ControlLoop::RunAndWait(base::Task task) {
  base::Mutex mu;
  base::CondVar done_cv;
  bool done = false;
  Post([&] {
    std::move(task)();
    base::MutexLock lock(mu);
    done = true;
    done_cv.NotifyOne();
  });
  base::MutexLock lock(mu);
  while (!done) done_cv.Wait(mu);
}

void ControlLoop::RunTimers() {
  // What was due posts to the loop itself, behind this task; the second turn waits for that.
  RunAndWait([this] { RunDue(); });
  RunAndWait([] {});
}

uint64_t ControlLoop::Watch(int fd, uint32_t events, OnEvent on_event) {
  base::MutexLock lock(mu_);
  uint64_t watch = next_watch_++;
  epoll_event event{};
  event.events = events;
  event.data.u64 = watch;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return 0;
  watched_.emplace(watch, Watched{fd, std::make_shared<OnEvent>(std::move(on_event))});
  return watch;
}

void ControlLoop::Unwatch(uint64_t watch) {
  std::shared_ptr<OnEvent> dropped;
  base::MutexLock lock(mu_);
  auto found = watched_.find(watch);
  if (found == watched_.end()) return;
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.fd, nullptr);
  dropped = std::move(found->second.on_event);
  watched_.erase(found);
}

void ControlLoop::AwaitEvents() {
  base::MutexLock lock(mu_);
  while (delivering_) delivered_.Wait(mu_);
}

void ControlLoop::Deliver(uint64_t watch, uint32_t events) {
  if (watch == kWakeWatch) {
    uint64_t count = 0;
    [[maybe_unused]] ssize_t got = read(wake_.get(), &count, sizeof(count));
    return;
  }
  std::shared_ptr<OnEvent> on_event;
  {
    base::MutexLock lock(mu_);
    auto found = watched_.find(watch);
    if (found == watched_.end()) return;
    on_event = found->second.on_event;
    delivering_ = true;
  }
  (*on_event)(events);
  on_event.reset();
  base::MutexLock lock(mu_);
  delivering_ = false;
  delivered_.NotifyAll();
}

void ControlLoop::RunTasks() {
  for (size_t i = 0; i < kTasksPerTurn; ++i) {
    base::Task task;
    {
      base::MutexLock lock(mu_);
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    std::move(task)();
  }
}

int ControlLoop::WaitMs() const {
  {
    base::MutexLock lock(mu_);
    if (!tasks_.empty()) return 0;
  }
  base::MonoTime next = timers_.next();
  if (next == base::MonoTime::Max()) return -1;
  constexpr int64_t kLongestMs = 60'000;
  int64_t left_ms =
      absl::ToInt64Milliseconds(absl::Ceil(next - clock_.Now(), absl::Milliseconds(1)));
  return static_cast<int>(std::clamp<int64_t>(left_ms, 0, kLongestMs));
}

void ControlLoop::RunDue() {
  // Looked at anew: what was awaited may have been cancelled, or come forward.
  absl::Duration late = clock_.Now() - timers_.next();
  if (late > stall_ && on_stall_) on_stall_(late);
  timers_.RunDue();
}

void ControlLoop::Run() {
  base::ScopedExecutor here(this);
  epoll_event events[kEvents];
  while (!stopping_.load(std::memory_order_acquire)) {
    int count = epoll_wait(epoll_.get(), events, kEvents, WaitMs());
    RunDue();
    for (int i = 0; i < count; ++i) Deliver(events[i].data.u64, events[i].events);
    RunTasks();
  }
}

}  // namespace hawser::broker
