#include "client/internal/connection.h"

#include <pthread.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/client_function.h"
#include "hawser/base/string_view.h"
#include "hawser/call_check.h"
#include "proto/link/incoming_call.h"
#include "proto/link/proxy.h"

// What a session does with the calls and objects of its peer. Its connections and its end are in
// connection_state.cc, what its reader does by the clock in housekeeping.cc.

namespace hawser::internal {
namespace {

// Only its address matters: what makes an endpoint known as a Connection.
constexpr char kTag = 0;

// Promises awaited at a time for nobody but ConnectOptions::on_unhandled_rejection. Each holds its
// object in the broker, so a program that drops promises by the thousand must not hold them all.
constexpr int kMaxOrphans = 256;

// How many forks are between the first process that connected and this one.
std::atomic<uint32_t> generation{0};

uint32_t WatchForks() {
  [[maybe_unused]] static const int kWatched =
      pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });
  return generation.load(std::memory_order_relaxed);
}

link::LinkLimits ClientLimits() {
  link::LinkLimits limits;
  // A client may hold far more objects of the broker than a broker takes callbacks from a client.
  limits.imports = 64u << 20;
  return limits;
}

const base::Clock& ClockOf(const ConnectOptions& options) {
  return options.clock != nullptr ? *options.clock : base::SystemClock();
}

CallbackQueue::RunsOn WhereOf(const ConnectOptions& options) {
  return options.callbacks == ConnectOptions::Callbacks::kPoll ? CallbackQueue::RunsOn::kPoll
                                                               : CallbackQueue::RunsOn::kThread;
}

// A reference to a call that may never run.
class CallHolder {
 public:
  explicit CallHolder(link::IncomingCall* call) : call_(call) {}
  CallHolder(CallHolder&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
  CallHolder& operator=(CallHolder&&) = delete;
  ~CallHolder() {
    if (call_ != nullptr) call_->Unref();
  }
  link::IncomingCall* get() const { return call_; }

 private:
  link::IncomingCall* call_;
};

// Awaits a promise that nobody else did.
class OrphanAwait final : public ReplySink {
 public:
  OrphanAwait(Ref<Connection> connection, std::atomic<int>& pending)
      : connection_(std::move(connection)), pending_(pending) {}
  void Deliver(uint64_t /*token*/, Outcome outcome) override {
    std::unique_ptr<OrphanAwait> self(this);
    pending_.fetch_sub(1, std::memory_order_acq_rel);
    // The end of the session is no fault of the promise.
    if (outcome.ok() || connection_->ended()) return;
    connection_->callbacks().Post(
        [connection = connection_, error = outcome.error()] {
          const auto& tell = connection->options().on_unhandled_rejection;
          if (tell) {
            tell(error);
          } else {
            std::fprintf(stderr, "hawser: unhandled rejection: %s\n", error.ToString().c_str());
          }
        },
        "on_unhandled_rejection");
  }

 private:
  const Ref<Connection> connection_;
  std::atomic<int>& pending_;
};

}  // namespace

Connection::Connection(std::string endpoint, ConnectOptions options,
                       std::unique_ptr<Connector> connector)
    : link::Endpoint(ClientLimits(), ClockOf(options)),
      endpoint_name_(std::move(endpoint)),
      options_(std::move(options)),
      connector_(std::move(connector)),
      start_(clock().Now()),
      generation_(WatchForks()),
      session_id_(SessionId::Random()),
      leader_(connector_->events(), clock()),
      callbacks_(CallbackQueue::Make(WhereOf(options_), leader_, options_.on_callback_error)),
      tick_due_ns_(base::MonoTime::Max().ns),
      last_sent_ns_(start_.ns),
      last_heard_ns_(start_.ns),
      attacher_(options_, session_id_, start_) {}

Connection::~Connection() = default;

const void* Connection::kind_tag() const { return &kTag; }

Connection* Connection::Of(Object* target) {
  link::Proxy* proxy = link::Proxy::From(target);
  if (proxy == nullptr || proxy->endpoint()->kind_tag() != &kTag) return nullptr;
  return static_cast<Connection*>(proxy->endpoint().get());
}

bool Connection::forked() const {
  return generation.load(std::memory_order_relaxed) != generation_;
}

// Calls of the program

std::optional<base::MonoTime> Connection::DeadlineOf(const CallOptions& call) const {
  absl::Duration duration = call.deadline.value_or(options_.default_deadline);
  if (duration == absl::InfiniteDuration()) return std::nullopt;
  return clock().Now() + duration;
}

bool Connection::Wait(Leader::Slot& slot, base::MonoTime until) {
  if (forked()) return slot.filled();
  CallbackQueue::Waiter waiter(*callbacks_, leader_, slot);
  return leader_.Wait(slot, until, waiter.work());
}

Connection::Activity::Activity(Connection& connection) : connection_(connection) {
  if (connection.options_.heartbeat == ConnectOptions::Heartbeat::kAutomatic) return;
  if (connection.active_.fetch_add(1, std::memory_order_acq_rel) > 0) return;
  std::shared_ptr<ClientTransport> transport;
  {
    base::MutexLock lock(connection.state_mu_);
    transport = connection.transport_;
  }
  if (transport != nullptr) transport->Resume();
}

Connection::Activity::~Activity() {
  if (connection_.options_.heartbeat == ConnectOptions::Heartbeat::kAutomatic) return;
  connection_.active_.fetch_sub(1, std::memory_order_acq_rel);
}

int Connection::Poll(absl::Duration wait) {
  if (forked()) return 0;
  Activity activity(*this);
  bool manual = options_.heartbeat == ConnectOptions::Heartbeat::kManual;
  base::MonoTime last_sent{last_sent_ns_.load(std::memory_order_relaxed)};
  if (manual && clock().Now() - last_sent >= ttl() / 6) Heartbeat();
  return callbacks_->Poll(wait);
}

// Calls of the peer

void Connection::StartCall(link::IncomingCall* call) {
  CallHolder holder(call);
  Object& target = call->target();
  // What never blocks and runs no code of the program is done here.
  bool inert = link::Proxy::From(&target) != nullptr;
  CallbackMode mode = CallbackMode::kPlain;
  if (!inert) {
    ShapeRef shape = target.shape();
    inert = shape->kind() == ObjectKind::kPromise;
    mode = shape->mode();
  }
  if (inert) {
    RunCall(call);
    return;
  }
  auto task = [self = Ref<Connection>(this), holder = std::move(holder)] {
    self->RunCall(holder.get());
  };
  if (base::Executor* home = target.home()) {
    home->Post(std::move(task));
  } else {
    callbacks_->PostCall(std::move(task), mode != CallbackMode::kNotify && !call->no_reply());
  }
}

void Connection::RunCall(link::IncomingCall* call) {
  Object& target = call->target();
  Invocation invocation = call->invocation();
  Reply reply = call->TakeReply();
  if (callbacks_->abandoned()) {
    reply.Fail(absl::FailedPreconditionError(
        "the program that has this function polls no more: its last Remote is gone"));
    return;
  }
  if (callbacks_->TooDeepHere()) {
    reply.Fail(absl::ResourceExhaustedError(
        absl::StrCat("callbacks that wait for each other are nested too deep (limit ",
                     CallbackQueue::kMaxNested, ")")));
    return;
  }
  if (ClientFunction* function = ClientFunction::From(&target);
      function != nullptr && call->op() == Op::kCall && invocation.member_name().empty()) {
    Outcome outcome = function->Run(invocation.args);
    if (!outcome.ok() && call->no_reply()) callbacks_->Report(outcome.error(), function->site());
    reply.Answer(std::move(outcome));
    return;
  }
  ShapeRef shape = invocation.shape == nullptr ? target.shape() : nullptr;
  const Shape& shown = invocation.shape != nullptr ? *invocation.shape : *shape;
  absl::Status status = CheckCall(shown, invocation);
  if (!status.ok()) {
    reply.Fail(status);
    return;
  }
  target.Invoke(invocation, std::move(reply));
}

void Connection::OnExport(Object* object, uint64_t /*handle*/) {
  if (ClientFunction* function = ClientFunction::From(object)) function->SetHome(callbacks_);
}

// Objects of the peer

void Connection::NoteAwaited(const link::Proxy& promise) {
  base::MutexLock lock(state_mu_);
  awaited_.insert(promise.handle());
}

void Connection::OnDropped(link::Proxy* proxy) {
  if (forked()) return;
  if (proxy->shape()->kind() == ObjectKind::kPromise && !ended()) {
    base::MutexLock lock(state_mu_);
    if (phase_ != Phase::kOver && awaited_.erase(proxy->handle()) == 0 &&
        orphans_pending_.load(std::memory_order_acquire) < kMaxOrphans) {
      // Nobody looked at what becomes of it: so we do. It gets a reference again.
      orphans_pending_.fetch_add(1, std::memory_order_acq_rel);
      orphans_.push_back(ObjectRef(proxy));
      proxy = nullptr;
    }
  }
  if (proxy != nullptr) {
    if (watched_.load(std::memory_order_acquire) != 0) DropWatchers(*proxy);
    Endpoint::OnDropped(proxy);
  } else {
    WantFlush();
  }
}

void Connection::AwaitOrphans() {
  std::vector<ObjectRef> orphans;
  {
    base::MutexLock lock(state_mu_);
    if (orphans_.empty()) return;
    orphans.swap(orphans_);
    for (const ObjectRef& orphan : orphans) {
      awaited_.insert(link::Proxy::From(orphan.get())->handle());
    }
  }
  for (ObjectRef& orphan : orphans) {
    if (orphan->gone() != GoneReason::kAlive || remote_gone_) {
      orphans_pending_.fetch_sub(1, std::memory_order_acq_rel);
      continue;
    }
    link::OutgoingCall call;
    // Waits behind no call and uses none of the session's credit for calls, which is the program's.
    call.nested = true;
    call.target = std::move(orphan);
    call.op = Op::kAwait;
    Call(std::move(call), Reply(new OrphanAwait(Ref<Connection>(this), orphans_pending_), 0));
  }
}

uint64_t Connection::Watch(const link::Proxy& proxy, std::function<void(GoneReason)> fn) {
  uint64_t number = 0;
  {
    base::MutexLock lock(state_mu_);
    number = next_watch_++;
    watchers_[proxy.handle()].push_back({number, &proxy, std::move(fn)});
    watched_.fetch_add(1, std::memory_order_acq_rel);
  }
  // It may have gone before it was watched.
  if (proxy.gone() != GoneReason::kAlive) {
    OnPeerGone(Ref<link::Proxy>(const_cast<link::Proxy*>(&proxy)), proxy.gone());
  }
  return number;
}

void Connection::Unwatch(const link::Proxy& proxy, uint64_t watch) {
  if (forked()) return;
  Watcher removed{};
  base::MutexLock lock(state_mu_);
  auto found = watchers_.find(proxy.handle());
  if (found == watchers_.end()) return;
  std::vector<Watcher>& watchers = found->second;
  for (Watcher& watcher : watchers) {
    if (watcher.number != watch) continue;
    std::swap(removed, watcher);
    std::swap(watcher, watchers.back());
    watchers.pop_back();
    watched_.fetch_sub(1, std::memory_order_acq_rel);
    break;
  }
  if (watchers.empty()) watchers_.erase(found);
}

void Connection::DropWatchers(const link::Proxy& proxy) {
  std::vector<Watcher> dropped;
  {
    base::MutexLock lock(state_mu_);
    auto found = watchers_.find(proxy.handle());
    if (found == watchers_.end()) return;
    // A newer proxy may have the handle already, and watchers of its own.
    std::vector<Watcher>& watchers = found->second;
    auto first =
        std::stable_partition(watchers.begin(), watchers.end(),
                              [&](const Watcher& watcher) { return watcher.proxy != &proxy; });
    dropped.assign(std::make_move_iterator(first), std::make_move_iterator(watchers.end()));
    watchers.erase(first, watchers.end());
    if (watchers.empty()) watchers_.erase(found);
    watched_.fetch_sub(dropped.size(), std::memory_order_acq_rel);
  }
  if (dropped.empty()) return;
  callbacks_->PostDrop([dropped = std::move(dropped)] {});
}

void Connection::OnPeerGone(const Ref<link::Proxy>& proxy, GoneReason reason) {
  std::vector<Watcher> watchers;
  {
    base::MutexLock lock(state_mu_);
    auto found = watchers_.find(proxy->handle());
    if (found == watchers_.end()) return;
    watchers = std::move(found->second);
    watchers_.erase(found);
    watched_.fetch_sub(watchers.size(), std::memory_order_acq_rel);
  }
  for (Watcher& watcher : watchers) {
    callbacks_->Post([fn = std::move(watcher.fn), reason] { fn(reason); }, "RemoteObject::Watch");
  }
}

}  // namespace hawser::internal
