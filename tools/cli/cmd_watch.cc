// Events arrive on the SDK's thread of callbacks, which prints them; the command's own thread only
// waits for the end: the count, the time, a closed pipe, the object's or the session's. A
// connection that breaks is resumed by the SDK without a loss; after the loss of the session itself
// (the lease ran out, the broker was restarted) the object is looked up anew by its name.

#include <atomic>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "tools/cli/commands.h"
#include "tools/cli/connection_news.h"
#include "tools/cli/context.h"
#include "tools/cli/failure.h"
#include "tools/cli/resolve.h"
#include "tools/cli/suggest.h"
#include "tools/cli/value_text.h"
#include "tools/cli/waiter.h"

namespace hawser::cli {
namespace {

constexpr Column kColumns[] = {
    {"time", "TIME", Format::kTime},
    {"object", "OBJECT", Format::kText, Column::Detail::kWide},
    {"event", "EVENT"},
    {"args", "ARGUMENTS", Format::kValue},
};
constexpr View kView = {.name = {"event", "EVENT"}, .columns = kColumns};

// The names between the commas of --event, none of them empty.
absl::StatusOr<std::vector<std::string>> EventsAskedFor(const CommandLine& line) {
  std::vector<std::string> events;
  if (!line.Has("--event")) return events;
  std::string_view list = line.Get("--event");
  for (size_t begin = 0; begin <= list.size();) {
    size_t comma = std::min(list.find(',', begin), list.size());
    if (comma == begin) {
      return Fail(Exit::kUsage, fmt::format("--event '{}': the name of an event is missing", list),
                  "without --event it is all that the object declares");
    }
    events.emplace_back(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return events;
}

class Watcher {
 public:
  // `events`: none for all that the object declares.
  Watcher(Context& context, Address address, std::vector<std::string> events, int64_t count)
      : context_(context),
        address_(std::move(address)),
        asked_(std::move(events)),
        count_(count),
        left_(count) {}

  absl::Status Run() {
    context_.session.OnInterrupt([waiters = waiters_] {
      waiters->interrupted = true;
      waiters->wake.Wake();
      waiters->stopped.Wait(kStopWithin);
    });
    absl::Status status = Follow();
    StopListening();
    waiters_->stopped.Wake();
    return status;
  }

 private:
  static constexpr absl::Duration kStopWithin = absl::Seconds(1);

  // Shared with the thread of signals, which may still be at it when the watcher is gone.
  struct Waiters {
    std::atomic<bool> interrupted{false};
    Waiter wake, stopped;
  };

  absl::Status Follow() {
    context_.session.OnConnection([this](const ConnectionEvent& event) { Told(event); });
    HAWSER_RETURN_IF_ERROR(Start());
    while (true) {
      Waiter::Woken woken = waiters_->wake.Wait(context_.session.TimeLeft(), 1);
      if (waiters_->interrupted) return absl::OkStatus();
      if (count_ > 0 && left_ <= 0) return absl::OkStatus();
      if (woken == Waiter::Woken::kByClosedPipe) return absl::OkStatus();
      if (woken == Waiter::Woken::kByTime) return InTime();
      if (lost_.exchange(false)) {
        HAWSER_RETURN_IF_ERROR(StartAgain());
      } else if (gone_ != GoneReason::kAlive && gone_ != GoneReason::kSessionEnded) {
        return Gone(gone_);
      }
    }
  }

  absl::Status Gone(GoneReason reason) const {
    return Fail(Exit::kExpired,
                fmt::format("{} is gone: {}", address_.ToString(), GoneReasonName(reason)));
  }

  // A listener that is still there when its session ends counts as one that was forgotten. Calls on
  // one object keep their order: who has the answer knows that the listeners are gone.
  void StopListening() {
    if (subscriptions_.empty()) return;
    subscriptions_.clear();
    object_.With({.deadline = kStopWithin}).Apply(Op::kDescribe, "", {}).status().IgnoreError();
  }

  // Without --count the time is an end as good as any.
  absl::Status InTime() const {
    if (count_ == 0) return absl::OkStatus();
    return Fail(Exit::kDeadline,
                fmt::format("{} of {} events came in time", count_ - left_, count_));
  }

  absl::Status Start() {
    subscriptions_.clear();
    gone_ = GoneReason::kAlive;
    HAWSER_ASSIGN_OR_RETURN(object_, ResolveObject(context_.session, address_));
    if (object_.gone() != GoneReason::kAlive) return Gone(object_.gone());
    HAWSER_ASSIGN_OR_RETURN(std::vector<std::string> events, Events());
    HAWSER_ASSIGN_OR_RETURN(Subscription watch, object_.Watch([this](GoneReason reason) {
      gone_ = reason;
      waiters_->wake.Wake();
    }));
    subscriptions_.push_back(std::move(watch));
    for (const std::string& event : events) {
      absl::StatusOr<Subscription> subscription =
          object_.On(event, [this, event](Args args) { Print(event, args); });
      if (!subscription.ok()) {
        // It may have gone since.
        if (object_.gone() != GoneReason::kAlive) return Gone(object_.gone());
        return WithPrefix(subscription.status(),
                          fmt::format("cannot listen to '{}' of {}: ", event, address_.ToString()));
      }
      subscriptions_.push_back(*std::move(subscription));
    }
    return absl::OkStatus();
  }

  absl::Status StartAgain() {
    std::string why = context_.session.LossText();
    if (address_.root == Address::Root::kObject) {
      LossReason loss = context_.session.remote().loss();
      bool ran = loss != LossReason::kBrokerStopped && loss != LossReason::kBrokerRestarted;
      return Fail(
          Exit::kExpired,
          fmt::format("the session is over ({}), and with it {}", why, address_.ToString()),
          ran ? ""
              : "an id names an object only as long as the broker runs; watch it by a name to go "
                "on after that");
    }
    context_.output.Say(
        fmt::format("the session is over ({}); looking for {} again", why, address_.ToString()));
    constexpr absl::Duration kPause = absl::Milliseconds(500);
    while (true) {
      absl::Status status = context_.session.ConnectAgain();
      if (status.ok()) break;
      if (ExitOf(status) != Exit::kUnreachable) return status;
      if (context_.session.TimeLeft() == absl::ZeroDuration()) return InTime();
      absl::SleepFor(kPause);
    }
    HAWSER_RETURN_IF_ERROR(Start());
    context_.output.Say(fmt::format("watching {} again", address_.ToString()));
    return absl::OkStatus();
  }

  // Those asked for, or all that the object declares.
  absl::StatusOr<std::vector<std::string>> Events() const {
    std::vector<std::string> declared;
    for (const Member& member : object_.members()) {
      if (member.kind == MemberKind::kEvent && !member.hidden) declared.push_back(member.name);
    }
    for (const std::string& event : asked_) {
      if (declared.empty() || std::find(declared.begin(), declared.end(), event) != declared.end())
        continue;
      return WithHint(
          Fail(Exit::kNotFound, fmt::format("{} has no event '{}'", address_.ToString(), event),
               DidYouMean(event, declared)),
          fmt::format("its events: {}", fmt::join(declared, ", ")));
    }
    ShapeRef shape = object_.shape();
    if (shape == nullptr || shape->FindMember("on") == nullptr ||
        (asked_.empty() && declared.empty())) {
      return Fail(Exit::kUsage, fmt::format("{} declares no events", address_.ToString()),
                  shape != nullptr && shape->FindMember("on") != nullptr
                      ? "it can be listened to; name the event: --event NAME"
                      : fmt::format("its members: hawser describe {}", address_.ToString()));
    }
    return asked_.empty() ? declared : asked_;
  }

  // On the thread of callbacks, one at a time.
  void Print(const std::string& event, Args args) {
    if (count_ > 0 && left_ <= 0) return;
    context_.printer.Event(kView, Record{{"time", Date::From(context_.output.now())},
                                         {"object", address_.ToString()},
                                         {"event", event},
                                         {"args", Array(args.begin(), args.end())}});
    if (count_ > 0 && --left_ == 0) waiters_->wake.Wake();
  }

  void Told(const ConnectionEvent& event) {
    TellNews(event, context_.output);
    if (event.kind != ConnectionEvent::Kind::kLost || event.loss == LossReason::kClosed) return;
    lost_ = true;
    waiters_->wake.Wake();
  }

  Context& context_;
  const Address address_;
  const std::vector<std::string> asked_;
  const int64_t count_;  // 0: no end
  std::atomic<int64_t> left_;
  const std::shared_ptr<Waiters> waiters_ = std::make_shared<Waiters>();
  std::atomic<GoneReason> gone_{GoneReason::kAlive};
  std::atomic<bool> lost_{false};
  RemoteObject object_;
  std::vector<Subscription> subscriptions_;
};

absl::Status Run(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(context.line.arguments[0]));
  int64_t count = 0;
  if (context.line.Has("--count")) {
    HAWSER_ASSIGN_OR_RETURN(count, ParseCount("--count", context.line.Get("--count"), 1));
  }
  HAWSER_ASSIGN_OR_RETURN(std::vector<std::string> events, EventsAskedFor(context.line));
  Watcher watcher(context, std::move(address), std::move(events), count);
  absl::Status status = watcher.Run();
  // No listener may run into a watcher that is gone.
  context.session.Leave();
  return status;
}

constexpr Flag kFlags[] = {
    {"--event", 0, "EVENT",
     "only this event, or several: resize,close; default: all that the object declares"},
    {"--count", 'n', "N", "end after N events"},
};
constexpr Example kExamples[] = {
    {"hawser watch @7", "an object that some session holds, such as a window"},
    {"hawser watch @7 --event resize,move -o json | jq .args", ""},
    {"hawser watch @7 --event closed --count 1 --timeout 1m",
     "wait for one event, at most a minute"},
};
constexpr Exit kExits[] = {Exit::kNotFound, Exit::kExpired};

constexpr Shown kShown[] = {{"", &kView}};

}  // namespace

constexpr Command kWatchCommand = {
    .name = "watch",
    .group = Group::kFollow,
    .summary = "print the events of an object as they come",
    .arguments = "NAME",
    .least = 1,
    .most = 1,
    .details =
        "One event a line: when, which, its arguments. With -o json one object a line. A lost "
        "connection is made again without a "
        "loss; after a restart of the broker the object is looked up anew by its name. Ends by "
        "--count, with --timeout, with Ctrl-C, "
        "or when the object is gone. Meanwhile this command holds the object like any other "
        "client, "
        "so a 'hawser wait --gone' of it ends only after this, unless it is destroyed.",
    .flags = kFlags,
    .examples = kExamples,
    .exits = kExits,
    .shown = kShown,
    .run = Run,
};

}  // namespace hawser::cli
