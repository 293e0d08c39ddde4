#ifndef HAWSER_TESTS_BROKER_CORE_FAKES_H_
#define HAWSER_TESTS_BROKER_CORE_FAKES_H_

// Modules, objects and sessions with nothing in them but what a test puts there.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "hawser/module_host.h"
#include "tests/support/manual_executor.h"

namespace hawser::tests {

class FakeObject final : public Object {
 public:
  explicit FakeObject(bool* destroyed = nullptr, base::Executor* home = nullptr)
      : destroyed_(destroyed), home_(home) {}
  ~FakeObject() override {
    if (destroyed_ != nullptr) *destroyed_ = true;
  }
  ShapeRef shape() const override {
    static const ShapeRef shape =
        Shape::Build(ObjectKind::kObject, "Fake",
                     {Member{.name = "go"}, Member{.name = "secret", .hidden = true},
                      Member{.name = "wait", .blocking = true}});
    return shape;
  }
  void Invoke(Invocation call, Reply reply) override {
    ++calls;
    if (on_call) on_call();
    if (answer_never) {
      kept = std::move(reply);
    } else {
      reply.Return(Value(call.member_name()));
    }
  }
  base::Executor* home() const override { return home_; }
  GoneReason gone() const override { return gone_reason; }

  int calls = 0;
  std::function<void()> on_call;
  bool answer_never = false;
  Reply kept;
  GoneReason gone_reason = GoneReason::kAlive;

 private:
  bool* const destroyed_;
  base::Executor* const home_;
};

class FakeSession final : public SessionView {
 public:
  explicit FakeSession(std::map<std::string, std::string> attributes = {})
      : id_(SessionId::Random()), attributes_(std::move(attributes)) {}
  SessionId id() const override { return id_; }
  const std::map<std::string, std::string>& attributes() const override { return attributes_; }
  pid_t pid() const override { return 0; }
  std::optional<uid_t> uid() const override { return std::nullopt; }
  absl::Time since() const override { return absl::UnixEpoch(); }
  bool ended() const override { return has_ended; }

  bool has_ended = false;

 private:
  const SessionId id_;
  const std::map<std::string, std::string> attributes_;
};

class FakeModule final : public HostedModule {
 public:
  explicit FakeModule(std::string name, Value exports = Value("exports"))
      : name_(std::move(name)), exports_(std::move(exports)) {}

  std::string_view name() const override { return name_; }
  std::string_view version() const override { return "1"; }
  base::Executor& strand() override { return executor; }
  int concurrency() const override { return 1; }
  Value exports() const override { return exports_; }
  Value Global(std::string_view name) const override {
    auto found = globals.find(name);
    return found == globals.end() ? Value() : found->second;
  }
  std::vector<std::string> GlobalNames() const override {
    std::vector<std::string> names;
    for (const auto& [name, value] : globals) names.push_back(name);
    return names;
  }
  bool builtin() const override { return is_builtin; }
  Claim OnSessionStart(const SessionRef& session) override {
    return claim ? claim(session) : Claim();
  }
  void OnSessionEnd(const SessionRef& session, EndReason reason, bool /*concerned*/) override {
    if (on_end) on_end(session, reason);
  }
  bool has_entry_hook() const override { return static_cast<bool>(on_entry); }
  EntryDecision OnEntry(const EntryRequest& request) override { return on_entry(request); }
  void OnUnload() override {}
  uint64_t pins() const override { return 0; }
  ListenerCounts listeners() const override { return {}; }

  ManualExecutor executor;
  bool is_builtin = false;
  std::map<std::string, Value, std::less<>> globals;
  std::function<Claim(const SessionRef&)> claim;
  std::function<void(const SessionRef&, EndReason)> on_end;
  std::function<EntryDecision(const EntryRequest&)> on_entry;

 private:
  const std::string name_;
  const Value exports_;
};

// Takes one answer.
class Answer final : public ReplySink {
 public:
  Reply reply() { return Reply(this, 0); }
  void Deliver(uint64_t /*token*/, Outcome outcome) override {
    ++times;
    outcome_ = std::move(outcome);
  }
  bool there() const { return outcome_.has_value(); }
  absl::StatusOr<Value> result() const {
    if (!outcome_) return absl::InternalError("no answer yet");
    Outcome copy = *outcome_;
    return std::move(copy).ToStatusOr();
  }
  int times = 0;

 private:
  std::optional<Outcome> outcome_;
};

// The circumstances of a call from a session.
class FakeContext final : public CallContext {
 public:
  explicit FakeContext(SessionRef session) : session_(std::move(session)) {}
  SessionRef session() const override { return session_; }
  std::stop_token stop_token() override { return {}; }

 private:
  const SessionRef session_;
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_BROKER_CORE_FAKES_H_
