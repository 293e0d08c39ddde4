#include "hawser/promise.h"

#include <algorithm>
#include <stop_token>
#include <unordered_map>
#include <utility>

#include "hawser/base/executor.h"
#include "hawser/base/unnest.h"
#include "hawser/dispatch.h"

// A Reply into a promise owns one reference of it, which Deliver takes back. Its token says what
// the answer means: 0, the answer is what to settle with; above, it is the answer of the token-th
// promise that this one follows.
//
// A call that waits here holds the promise, and the promise its Reply. What breaks that circle is
// the call's stop token. Its callback takes mu_, so it is registered and given up outside of mu_:
// giving it up waits until it is not running.
//
// A promise that follows another one of this process waits there without a Reply. The one followed
// holds it, not the other way round, so a chain lives as long as its end. Any number may follow in
// a row: nothing here calls itself for each of them.

namespace hawser {
namespace {

constexpr uint64_t kSettles = 0;
// Promises of other processes that one follows in a row.
constexpr uint64_t kMaxSteps = 32;
// Answers given by answers given by answers ... on one stack.
constexpr int kMaxAnswerDepth = 8;

bool IsPromise(const Outcome& outcome) {
  if (!outcome.ok() || !outcome.value().is_object()) return false;
  ShapeRef shape = outcome.value().AsObject()->shape();
  return shape != nullptr && shape->kind() == ObjectKind::kPromise;
}

// Waits for one answer, passes it on and deletes itself.
class Continuation final : public ReplySink {
 public:
  Continuation(base::Executor* executor, std::function<void(Outcome)> then)
      : executor_(executor), then_(std::move(then)) {}

  void Deliver(uint64_t /*token*/, Outcome outcome) override {
    std::unique_ptr<Continuation> self(this);
    if (executor_ == nullptr) {
      then_(std::move(outcome));
    } else {
      executor_->Post([then = std::move(then_), outcome = std::move(outcome)]() mutable {
        then(std::move(outcome));
      });
    }
  }

 private:
  base::Executor* executor_;
  std::function<void(Outcome)> then_;
};

// Which unsettled promises of this process follow which others of it. Its lock is taken before the
// mu_ of any promise, and held while one starts to follow: of two threads that close a circle, the
// second sees it.
class Links {
 public:
  static Links& Get() {
    static Links& links = *new Links;
    return links;
  }

  base::Mutex& mu() HAWSER_LOCK_RETURNED(mu_) { return mu_; }

  void Add(const Promise* promise, const Promise* follower) HAWSER_REQUIRES(mu_) {
    Link& above = links_[promise];
    Link& below = links_[follower];
    above.followers.push_back(&below);
    below.promise = follower;
    below.follows = &above;
  }

  // Nobody follows `promise` any more.
  void RemoveFollowers(const Promise* promise) HAWSER_REQUIRES(mu_) {
    auto link = links_.find(promise);
    if (link == links_.end()) return;
    for (Link* follower : std::exchange(link->second.followers, {})) {
      follower->follows = nullptr;
      if (follower->followers.empty()) links_.erase(follower->promise);
    }
    if (link->second.follows == nullptr) links_.erase(link);
  }

  // Whether `promise` is `end`, which follows none, or follows it, be it through others. Searches
  // from both, a step each in turn, so it takes no longer than the smaller side: chains linked in
  // whatever order take n log n steps in all.
  bool EndsIn(const Promise* promise, const Promise* end) const HAWSER_REQUIRES(mu_) {
    if (promise == end) return true;
    auto first = links_.find(promise);
    auto last = links_.find(end);
    if (first == links_.end() || last == links_.end()) return false;
    const Link* up = &first->second;
    std::vector<Visit> down = {{&last->second}};
    while (up != &last->second) {
      up = up->follows;
      while (!down.empty() && down.back().next == down.back().of->followers.size()) down.pop_back();
      if (up == nullptr || down.empty()) return false;
      const Link* below = down.back().of->followers[down.back().next++];
      if (below == &first->second) return true;
      down.push_back({below});
    }
    return true;
  }

 private:
  struct Link {
    const Promise* promise = nullptr;  // of one that follows
    Link* follows = nullptr;
    std::vector<Link*> followers;
  };
  struct Visit {
    const Link* of;
    size_t next = 0;
  };

  base::Mutex mu_;
  std::unordered_map<const Promise*, Link> links_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace

// One call that waits, or a promise that follows.
struct Promise::Waiter {
  Reply reply;
  Ref<Promise> follower;
  bool stopped = false;  // before it got into waiting_
  std::optional<std::stop_callback<std::function<void()>>> on_stop;

  // Those of `waiting` that follow `promise` no longer do. To be called while it still exists, for
  // its address tells it apart.
  static void Unlink(const Promise* promise, const Waiters& waiting) {
    if (std::ranges::none_of(waiting, [](const auto& waiter) { return !!waiter->follower; }))
      return;
    Links& links = Links::Get();
    base::MutexLock lock(links.mu());
    links.RemoveFollowers(promise);
  }
};

Promise::Promise() = default;

Promise::~Promise() {
  Waiters waiting;
  {
    base::MutexLock lock(mu_);
    waiting.swap(waiting_);
  }
  Waiter::Unlink(this, waiting);
  AnswerAll(std::move(waiting),
            Outcome::Failed(absl::InternalError("the promise was dropped before it settled")));
}

void Promise::AnswerAll(Waiters waiting, const Outcome& outcome) {
  // All first: an answer may let go of the promise their callbacks use.
  for (const std::unique_ptr<Waiter>& waiter : waiting) waiter->on_stop.reset();
  if (waiting.empty()) return;

  struct Batch {
    Waiters waiting;
    Outcome outcome;
  };
  base::Unnest<kMaxAnswerDepth>(Batch{std::move(waiting), outcome}, [](Batch batch) {
    for (const std::unique_ptr<Waiter>& waiter : batch.waiting) {
      if (Ref<Promise> follower = std::move(waiter->follower); follower != nullptr) {
        follower->Finish(State::kFollowing, batch.outcome);
      } else {
        waiter->reply.Answer(batch.outcome);
      }
    }
  });
}

void Promise::OnStopped(Waiter* waiter) {
  std::unique_ptr<Waiter> stopped;
  {
    base::MutexLock lock(mu_);
    auto found = std::ranges::find(waiting_, waiter, &std::unique_ptr<Waiter>::get);
    if (found == waiting_.end()) {
      waiter->stopped = true;
      return;
    }
    stopped = std::move(*found);
    waiting_.erase(found);
  }
  // Its answer may be the end of this promise.
  Reply reply = std::move(stopped->reply);
  stopped.reset();
  reply.Fail(absl::CancelledError("nobody waits for the promise any more"));
}

void Promise::Settle(Outcome outcome) {
  if (!IsPromise(outcome)) {
    Finish(State::kPending, std::move(outcome));
    return;
  }
  {
    base::MutexLock lock(mu_);
    if (state_ != State::kPending) return;
    state_ = State::kFollowing;
  }
  Follow(outcome.value().TakeObject(), 1);
}

void Promise::Finish(State from, Outcome outcome) {
  Waiters waiting;
  {
    base::MutexLock lock(mu_);
    if (state_ != from) return;
    state_ = State::kSettled;
    outcome_ = outcome;
    waiting.swap(waiting_);
  }
  Waiter::Unlink(this, waiting);
  // From here on `this` may be gone: one of those who wait may have been its last owner.
  AnswerAll(std::move(waiting), outcome);
}

void Promise::Follow(ObjectRef promise, uint64_t step) {
  if (auto* local = dynamic_cast<Promise*>(promise.get()); local != nullptr) {
    std::optional<Outcome> outcome = local->outcome();
    if (!outcome.has_value()) {
      auto waiter = std::make_unique<Waiter>();
      waiter->follower = Ref<Promise>(this);
      Links& links = Links::Get();
      base::MutexLock links_lock(links.mu());
      if (links.EndsIn(local, this)) {
        outcome = Outcome::Failed(
            absl::InvalidArgumentError("a promise cannot resolve with itself or one following it"));
      } else {
        base::MutexLock lock(local->mu_);
        if (local->state_ != State::kSettled) {
          local->waiting_.push_back(std::move(waiter));
          links.Add(local, this);
          return;
        }
        outcome = local->outcome_;
      }
    }
    Finish(State::kFollowing, *std::move(outcome));
  } else if (promise->Same(*this)) {
    Finish(State::kFollowing,
           Outcome::Failed(absl::InvalidArgumentError("a promise cannot resolve with itself")));
  } else if (step > kMaxSteps) {
    Finish(State::kFollowing,
           Outcome::Failed(absl::InvalidArgumentError("a promise follows too many others")));
  } else {
    AddRef();
    internal::Dispatch(*promise, Op::kAwait, {}, {}, Reply(this, step));
  }
}

void Promise::Deliver(uint64_t token, Outcome outcome) {
  Ref<Promise> self = Ref<Promise>::Adopt(this);
  if (token == kSettles) {
    Settle(std::move(outcome));
  } else if (IsPromise(outcome)) {
    Follow(outcome.value().TakeObject(), token + 1);
  } else {
    Finish(State::kFollowing, std::move(outcome));
  }
}

bool Promise::settled() const {
  base::MutexLock lock(mu_);
  return state_ == State::kSettled;
}

std::optional<Outcome> Promise::outcome() const {
  base::MutexLock lock(mu_);
  if (state_ != State::kSettled) return std::nullopt;
  return outcome_;
}

void Promise::Then(const ObjectRef& promise, base::Executor* executor,
                   std::function<void(Outcome)> then) {
  Reply reply(new Continuation(executor, std::move(then)), 0);
  if (promise == nullptr) {
    reply.Fail(absl::InvalidArgumentError("there is no promise to wait for"));
  } else {
    internal::Dispatch(*promise, Op::kAwait, {}, {}, std::move(reply));
  }
}

Reply Promise::ReplyInto(Ref<Promise> promise) { return Reply(promise.Leak(), kSettles); }

ShapeRef Promise::shape() const {
  static const ShapeRef& shape = *new ShapeRef(Shape::Build(ObjectKind::kPromise, ""));
  return shape;
}

void Promise::Invoke(Invocation call, Reply reply) {
  if (call.op == Op::kDescribe) {
    reply.Return(ObjectRef(this));
    return;
  }
  if (call.op != Op::kAwait || !call.member_name().empty()) {
    reply.Fail(absl::UnimplementedError("a promise can only be awaited"));
    return;
  }
  if (std::optional<Outcome> settled = outcome()) {
    reply.Answer(*std::move(settled));
    return;
  }
  auto waiter = std::make_unique<Waiter>();
  waiter->reply = std::move(reply);
  if (call.context != nullptr) {
    waiter->on_stop.emplace(call.context->stop_token(),
                            [this, waiter = waiter.get()] { OnStopped(waiter); });
  }
  Outcome outcome;
  {
    base::MutexLock lock(mu_);
    if (state_ != State::kSettled && !waiter->stopped) {
      waiting_.push_back(std::move(waiter));
      return;
    }
    outcome = state_ == State::kSettled
                  ? outcome_
                  : Outcome::Failed(absl::CancelledError("the call was stopped before it began"));
  }
  Waiters one;
  one.push_back(std::move(waiter));
  AnswerAll(std::move(one), outcome);
}

}  // namespace hawser
