#ifndef TESTS_SCENARIOS_SCENARIO_H_
#define TESTS_SCENARIOS_SCENARIO_H_

// What every scenario starts from. A scenario is written once and run twice, against a broker in
// the test's own process and against the real daemon:
//
//   class Objects : public Scenario {};
//   TEST_P(Objects, S04_AnObjectReturnedStandsForAMainSideObject) { Remote remote = Connect(); ...
//   } HAWSER_RUN_SCENARIOS(Objects);
//
// What main does is seen only as any client sees it: through modules (above all "stage", which is
// made for this), and through the object `broker`. Nothing sleeps to make time pass: what happens
// by itself is waited for with EventuallyThat.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/base/mutex.h"
#include "hawser/remote.h"
#include "tests/scenarios/main_side.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser::scenarios {

using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using enum absl::StatusCode;

// How long what should happen is waited for, and how often it is looked at.
inline constexpr absl::Duration kPatience = absl::Seconds(10);
inline constexpr absl::Duration kLook = absl::Milliseconds(2);

// True as soon as what `observe` gives matches; else a failure that shows what it gave last.
//   EXPECT_TRUE(EventuallyThat([&] { return LiveThings(); }, Eq(0)));
template <typename Observe, typename Matcher>
::testing::AssertionResult EventuallyThat(Observe observe, Matcher matcher) {
  using Seen = std::decay_t<std::invoke_result_t<Observe&>>;
  const ::testing::Matcher<const Seen&> wanted = ::testing::SafeMatcherCast<const Seen&>(matcher);
  for (absl::Time until = absl::Now() + kPatience;;) {
    Seen seen = observe();
    ::testing::StringMatchResultListener explanation;
    if (wanted.MatchAndExplain(seen, &explanation)) return ::testing::AssertionSuccess();
    if (absl::Now() > until) {
      return ::testing::AssertionFailure()
             << "after " << absl::FormatDuration(kPatience) << ": "
             << ::testing::PrintToString(seen) << " " << explanation.str()
             << ", which is no value that " << ::testing::DescribeMatcher<const Seen&>(wanted);
    }
    absl::SleepFor(kLook);
  }
}

// Remembers what listeners and callbacks were called with. Copies are the same inbox. Thread-safe.
class Inbox {
 public:
  // A function to be handed to On or Callback.
  auto Listener() const {
    return [state = state_](Args args) {
      base::MutexLock lock(state->mu);
      state->heard.emplace_back(args.begin(), args.end());
    };
  }
  std::vector<Array> heard() const {
    base::MutexLock lock(state_->mu);
    return state_->heard;
  }
  size_t size() const { return heard().size(); }

 private:
  struct State {
    base::Mutex mu;
    std::vector<Array> heard HAWSER_GUARDED_BY(mu);
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class Scenario : public ::testing::TestWithParam<Where> {
 protected:
  // Starts main with `plugins`.
  explicit Scenario(const std::vector<std::string>& plugins = Plugins());
  ~Scenario() override;
  // What scenarios usually have.
  static std::vector<std::string> Plugins();

  MainSide& main() { return *main_; }
  // A session of its own. A failure ends the test.
  Remote Connect(std::map<std::string, std::string> attributes = {}) {
    return ConnectWith(ConnectOptions{.attributes = std::move(attributes)});
  }
  Remote ConnectWith(ConnectOptions options);

  // Main, as seen by a session other than those under test.
  Remote& observer() { return observer_; }
  // The module "stage".
  RemoteObject& stage() { return stage_; }
  int64_t LiveThings() { return thing_.Get<int64_t>("live").value(); }
  // Of the module "stage": {live, detached, sites: {site: count}}.
  Record Listeners() { return stage_.Call<Record>("listeners").value(); }
  int64_t LiveListeners() { return Listeners()["live"].AsInt(); }
  // What the `broker` object tells of `object`: a record for each holder.
  Array HoldersOf(const RemoteObject& object);

  // EventuallyThat, with `time` passing in the broker at each look: for what the end of a lease or
  // of a deadline brings.
  template <typename Observe, typename Matcher>
  ::testing::AssertionResult InTimeThat(absl::Duration time, Observe observe, Matcher matcher) {
    return EventuallyThat(
        [&] {
          main_->PassTime(time);
          return observe();
        },
        matcher);
  }

 private:
  std::unique_ptr<MainSide> main_;
  Remote observer_;
  RemoteObject stage_;
  RemoteConstructor thing_;
};

// The shortest lease a broker grants.
inline constexpr absl::Duration kShortLease = absl::Seconds(1);

#define HAWSER_RUN_SCENARIOS(fixture)                                                  \
  INSTANTIATE_TEST_SUITE_P(InProcess, fixture,                                         \
                           ::testing::Values(::hawser::scenarios::Where::kInProcess)); \
  INSTANTIATE_TEST_SUITE_P(Daemon, fixture, ::testing::Values(::hawser::scenarios::Where::kDaemon))

}  // namespace hawser::scenarios

#endif  // TESTS_SCENARIOS_SCENARIO_H_
