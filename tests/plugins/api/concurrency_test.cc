// Modules used from many threads at once, for ThreadSanitizer to look at.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/base/strand.h"
#include "hawser/module.h"

namespace hawser {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 300;

// Runs tasks on a few threads until it is told to finish.
class Pool final : public base::Executor {
 public:
  Pool() {
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Work(); });
  }
  ~Pool() override {
    {
      std::lock_guard<std::mutex> lock(mu_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void Post(base::Task task) override {
    std::lock_guard<std::mutex> lock(mu_);
    tasks_.push_back(std::move(task));
    changed_.notify_all();
  }
  // Until no task is queued or runs.
  void AwaitIdle() {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [this] { return tasks_.empty() && running_ == 0; });
  }

 private:
  void Work() {
    std::unique_lock<std::mutex> lock(mu_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      base::Task task = std::move(tasks_.front());
      tasks_.pop_front();
      ++running_;
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
      --running_;
      changed_.notify_all();
    }
  }

  std::mutex mu_;
  std::condition_variable changed_;
  std::deque<base::Task> tasks_;
  int running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

class ThreadedHost final : public ModuleHost {
 public:
  base::Executor& NewStrand() override {
    std::lock_guard<std::mutex> lock(mu_);
    return *strands_.emplace_back(base::Strand::Make(pool_));
  }
  base::Executor& pool() override { return pool_; }
  const base::Clock& clock() const override { return base::SystemClock(); }
  // At once: the tests do not look at the time.
  uint64_t StartTimer(base::MonoTime, base::Executor& executor, base::Task task) override {
    executor.Post(std::move(task));
    return 1;
  }
  void CancelTimer(uint64_t) override {}
  void Log(std::string_view, Severity, std::string_view message) override {
    std::lock_guard<std::mutex> lock(mu_);
    log_.emplace_back(message);
  }
  void ObjectGone(const Object&, GoneReason) override {}

  void AwaitIdle() { pool_.AwaitIdle(); }
  std::vector<std::string> log() {
    std::lock_guard<std::mutex> lock(mu_);
    return log_;
  }

 private:
  std::mutex mu_;
  std::vector<std::string> log_;
  std::vector<std::shared_ptr<base::Strand>> strands_;
  Pool pool_;  // last, so that its threads end first
};

class Session final : public SessionView {
 public:
  SessionId id() const override { return id_; }
  const std::map<std::string, std::string>& attributes() const override { return attributes_; }
  pid_t pid() const override { return 0; }
  std::optional<uid_t> uid() const override { return std::nullopt; }
  absl::Time since() const override { return absl::UnixEpoch(); }
  bool ended() const override { return ended_.load(); }
  void End() { ended_.store(true); }

 private:
  const SessionId id_ = SessionId::Random();
  const std::map<std::string, std::string> attributes_{};
  std::atomic<bool> ended_{false};
};

// A client's callback: may be called anywhere, dies with its session.
class Callback final : public Object {
 public:
  Callback(Ref<Session> session, std::atomic<int>* calls)
      : session_(std::move(session)), calls_(calls) {}
  ShapeRef shape() const override {
    return Shape::Build(ObjectKind::kFunction, "", {}, {.variadic = true}, CallbackMode::kNotify);
  }
  void Invoke(Invocation, Reply reply) override {
    calls_->fetch_add(1);
    reply.Return();
  }
  GoneReason gone() const override {
    return session_->ended() ? GoneReason::kSessionEnded : GoneReason::kAlive;
  }
  std::string_view site() const override { return "somewhere"; }

 private:
  const Ref<Session> session_;
  std::atomic<int>* const calls_;
};

// A call's circumstances and answer; counts the answers.
class Call final : public CallContext, public ReplySink {
 public:
  Call(Ref<Session> session, std::atomic<int>* answers)
      : session_(std::move(session)), answers_(answers) {}
  SessionRef session() const override { return session_; }
  std::stop_token stop_token() override { return {}; }
  void Deliver(uint64_t, Outcome outcome) override {
    EXPECT_TRUE(outcome.ok()) << outcome.error().ToString();
    answers_->fetch_add(1);
    delete this;
  }

 private:
  const Ref<Session> session_;
  std::atomic<int>* const answers_;
};

class Meter final : public EventEmitter {
 public:
  void Bump() { Emit("bumped", ++count_); }
  int64_t count() const { return count_; }

 private:
  std::atomic<int64_t> count_{0};  // guarded by the strand, except where calls are free
};

class ConcurrencyTest : public ::testing::TestWithParam<Concurrency> {
 protected:
  void Start(const ObjectRef& target, const Ref<Session>& session, std::string member, Array args) {
    ++started_;
    auto run = [this, target, session, member = std::move(member),
                args = std::move(args)]() mutable {
      auto* call = new Call(session, &answers_);
      Invocation invocation{.name = member, .args = args, .context = call};
      target->Invoke(invocation, Reply(call, 0));
    };
    base::Executor* home = target->home();
    ASSERT_NE(home, nullptr);
    home->Post(std::move(run));
  }

  std::atomic<int> started_{0};
  std::atomic<int> answers_{0};
  std::atomic<int> heard_{0};
};

TEST_P(ConcurrencyTest, CallsListenersEndsAndReleasesFromManyThreads) {
  ThreadedHost host;
  std::atomic<int> cleanups{0};
  std::unique_ptr<Module> module = *Module::Make(host, "meters", [&](Module& module) {
    module.Concurrency(GetParam());
    module.Class<Meter>("Meter")
        .Method("bump", &Meter::Bump)
        .Event<int64_t>("bumped")
        .Method("hang", [&cleanups](Meter&, Caller& caller) {
          caller.OnEnd([&cleanups](EndReason) { ++cleanups; });
        });
    module.Function("touch", [&module] {
      module.Global("touched", true);
      return module.Make<Meter>();
    });
  });
  std::vector<ObjectRef> meters;
  for (int i = 0; i < 8; ++i) meters.emplace_back(module->Make<Meter>());
  std::vector<std::thread> clients;
  for (int thread = 0; thread < kThreads; ++thread) {
    clients.emplace_back([&, thread] {
      for (int round = 0; round < kRounds; ++round) {
        auto session = MakeRef<Session>();
        auto callback = MakeRef<Callback>(session, &heard_);
        const ObjectRef& meter = meters[static_cast<size_t>(thread + round) % meters.size()];
        Start(meter, session, "on", {"bumped", Value(callback)});
        Start(meter, session, "hang", {});
        Start(meter, session, "bump", {});
        if (round % 3 == 0) Start(meter, session, "off", {"bumped", Value(callback)});
        if (round % 5 == 0) Start(module->exports().TakeObject(), session, "touch", {});
        ObjectRef passing(module->Make<Meter>());
        passing.reset();  // destroyed at its home, not here
        session->End();
        module->strand().Post([&module, view = SessionRef(session)] {
          module->OnSessionEnd(view, EndReason::kLeft, true);
        });
        (void)module->listeners();
      }
    });
  }
  for (std::thread& client : clients) client.join();
  host.AwaitIdle();
  EXPECT_EQ(answers_, started_);
  EXPECT_EQ(cleanups, kThreads * kRounds);
  EXPECT_EQ(module->Live<Meter>(), meters.size());
  int64_t bumps = 0;
  for (const ObjectRef& meter : meters) bumps += static_cast<Meter&>(*meter).count();
  EXPECT_EQ(bumps, kThreads * kRounds);
  // A listener registered by a call that ran after its session's end was dealt with is never alive.
  EXPECT_EQ(module->listeners().live, 0);
  meters.clear();
  host.AwaitIdle();
  module->strand().Post([&module] { module->OnUnload(); });
  host.AwaitIdle();
  EXPECT_EQ(module->pins(), 0);
  EXPECT_THAT(host.log(), ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Modules, ConcurrencyTest,
                         ::testing::Values(Concurrency::kSerial, Concurrency::kPerObject,
                                           Concurrency::kFree),
                         [](const auto& info) {
                           return std::string(info.param == Concurrency::kSerial      ? "Serial"
                                              : info.param == Concurrency::kPerObject ? "PerObject"
                                                                                      : "Free");
                         });

}  // namespace
}  // namespace hawser
