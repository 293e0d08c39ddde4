#ifndef TESTS_CLIENT_CONNECTION_CASE_H_
#define TESTS_CLIENT_CONNECTION_CASE_H_

// ConnectionCase: a program's session with a scripted broker, which has a module "counter" with the
// methods increment and later (it answers when the test wants), and what the program heard of it.

#include <atomic>
#include <vector>

#include "gtest/gtest.h"
#include "hawser/remote.h"
#include "tests/client/kept_replies.h"
#include "tests/client/scripted_broker.h"

namespace hawser::tests {

class ConnectionCase : public ::testing::Test {
 protected:
  ConnectionCase() : counter_(MakeRef<ScriptedObject>(ObjectKind::kObject, "Counter")) {
    counter_
        ->AddFunction("increment",
                      [this](Args) -> absl::StatusOr<Value> { return Value(++increments_); })
        .Add("later", [this](Invocation, Reply reply) { later_.Keep(std::move(reply)); });
    broker_.modules["counter"] = counter_;
  }

  // Remembers what the connection went through.
  ConnectOptions Watched(ConnectOptions options = {}) {
    options.backoff_min = absl::Milliseconds(1);
    options.backoff_max = absl::Milliseconds(10);
    options.on_connection = [this](const ConnectionEvent& event) {
      base::MutexLock lock(mu_);
      events_.push_back(event);
    };
    return options;
  }
  std::vector<ConnectionEvent::Kind> kinds() {
    base::MutexLock lock(mu_);
    std::vector<ConnectionEvent::Kind> kinds;
    for (const ConnectionEvent& event : events_) kinds.push_back(event.kind);
    return kinds;
  }
  ConnectionEvent last_event() {
    base::MutexLock lock(mu_);
    return events_.back();
  }

  ScriptedBroker broker_;
  Ref<ScriptedObject> counter_;
  std::atomic<int> increments_ = 0;
  KeptReplies later_;
  base::Mutex mu_;
  std::vector<ConnectionEvent> events_;
};

}  // namespace hawser::tests

#endif  // TESTS_CLIENT_CONNECTION_CASE_H_
