#include "hawser/testing/test_session.h"

#include <stop_token>

#include "absl/strings/str_cat.h"
#include "hawser/base/check.h"
#include "hawser/base/string_view.h"
#include "hawser/call_check.h"
#include "hawser/collect_objects.h"

namespace hawser::testing {
namespace internal {

class SessionState final : public SessionView {
 public:
  explicit SessionState(std::map<std::string, std::string> attributes)
      : id_(SessionId::Random()), attributes_(std::move(attributes)) {}

  SessionId id() const override { return id_; }
  const std::map<std::string, std::string>& attributes() const override { return attributes_; }
  pid_t pid() const override { return 0; }
  std::optional<uid_t> uid() const override { return std::nullopt; }
  absl::Time since() const override { return absl::FromUnixSeconds(1'893'456'000); }
  bool ended() const override { return ended_; }

  std::vector<CallState*>& calls() { return calls_; }
  void set_ended() { ended_ = true; }

 private:
  const SessionId id_;
  const std::map<std::string, std::string> attributes_;
  bool ended_ = false;
  std::vector<CallState*> calls_;  // not answered yet
};

// A call under way: holds what the call refers to, takes the answer.
class CallState final : public ReplySink, public CallContext {
 public:
  CallState(Ref<SessionState> session, ObjectRef target, ShapeRef shape, int member, Op op,
            Array args)
      : session_(std::move(session)),
        target_(std::move(target)),
        shape_(std::move(shape)),
        member_(member),
        op_(op),
        args_(std::move(args)) {}

  void Start() {
    session_->calls().push_back(this);
    AddRef();  // until it is answered
    base::Executor* home = target_->home();
    if (home == nullptr) {
      Run();
    } else {
      home->Post([self = Ref<CallState>(this)] { self->Run(); });
    }
  }

  void Deliver(uint64_t /*token*/, Outcome outcome) override {
    if (!outcome_.has_value()) {
      // Who made the value is at fault, not the caller.
      std::vector<Object*> objects;
      absl::Status status = CollectObjectsOf(outcome.value(), &objects);
      if (!status.ok()) {
        outcome = Outcome::Failed(absl::Status(
            absl::IsResourceExhausted(status) ? absl::StatusCode::kResourceExhausted
                                              : absl::StatusCode::kInternal,
            absl::StrCat("the answer of ", Name(), " cannot be sent: ", status.message())));
      }
      outcome_ = std::move(outcome);
      std::erase(session_->calls(), this);
    }
    Unref();
  }

  // The broker gives up on the call: whatever the module answers later is dropped.
  void Abandon(const absl::Status& status) {
    stop_.request_stop();
    if (outcome_.has_value()) return;
    outcome_ = Outcome::Failed(status);
    std::erase(session_->calls(), this);
  }

  void Cancel() { Abandon(absl::CancelledError("the call was cancelled")); }
  const std::optional<Outcome>& outcome() const { return outcome_; }

  // "new shop.Cart", "Cart.add", "function".
  std::string Name() const {
    std::string name =
        shape_->name().empty() ? std::string(ObjectKindName(shape_->kind())) : shape_->name();
    if (member_ >= 0)
      absl::StrAppend(&name, ".", shape_->members()[static_cast<size_t>(member_)].name);
    return op_ == Op::kNew ? "new " + name : name;
  }

  SessionRef session() const override { return session_; }
  std::stop_token stop_token() override { return stop_.get_token(); }

  void AddRef() const { ++refs_; }
  void Unref() const {
    if (--refs_ == 0) delete this;
  }

 private:
  ~CallState() = default;

  void Run() {
    Reply reply(this, 0);
    Invocation call{
        .op = op_, .member = member_, .shape = shape_.get(), .args = args_, .context = this};
    absl::Status status =
        target_->gone() == GoneReason::kAlive ? CheckCall(*shape_, call) : GoneStatus(*target_);
    if (status.ok()) {
      target_->Invoke(call, std::move(reply));
    } else {
      reply.Fail(status);
    }
  }

  mutable int refs_ = 1;
  const Ref<SessionState> session_;
  const ObjectRef target_;
  const ShapeRef shape_;
  const int member_;
  const Op op_;
  Array args_;
  std::stop_source stop_;
  std::optional<Outcome> outcome_;
};

namespace {

class CallbackObject final : public Object {
 public:
  CallbackObject(Ref<SessionState> session, base::Executor& client, std::function<void(Args)> body,
                 std::string site)
      : session_(std::move(session)),
        client_(client),
        body_(std::move(body)),
        site_(std::move(site)),
        shape_(Shape::Build(ObjectKind::kFunction, "", {}, {.params = {}, .variadic = true},
                            CallbackMode::kNotify)) {}

  ShapeRef shape() const override { return shape_; }
  std::string_view site() const override { return site_; }
  const void* type_tag() const override { return &kTag; }
  GoneReason gone() const override {
    return session_->ended() ? GoneReason::kSessionEnded : GoneReason::kAlive;
  }

  void Invoke(Invocation call, Reply reply) override {
    if (session_->ended()) {
      reply.Fail(GoneStatus(*this));
      return;
    }
    std::vector<Object*> objects;
    if (absl::Status status = CollectObjects(call.args, &objects); !status.ok()) {
      reply.Fail(status);
      return;
    }
    calls_.emplace_back(call.args.begin(), call.args.end());
    if (body_ != nullptr) {
      client_.Post([self = Ref<CallbackObject>(this), args = calls_.back()]() mutable {
        self->body_(args);
      });
    }
    reply.Return();
  }

  std::vector<Array>& calls() { return calls_; }
  uint32_t refs() const { return ref_count(); }

  static constexpr char kTag = 0;

 private:
  ~CallbackObject() override = default;

  const Ref<SessionState> session_;
  base::Executor& client_;
  const std::function<void(Args)> body_;
  const std::string site_;
  const ShapeRef shape_;
  std::vector<Array> calls_;
};

CallbackObject& CallbackOf(const ObjectRef& object) {
  return static_cast<CallbackObject&>(*object);
}

}  // namespace
}  // namespace internal

// PendingCall

PendingCall::PendingCall(Ref<internal::CallState> state) : state_(std::move(state)) {}
PendingCall::PendingCall(PendingCall&&) noexcept = default;
PendingCall& PendingCall::operator=(PendingCall&&) noexcept = default;
PendingCall::~PendingCall() = default;

bool PendingCall::answered() const { return state_->outcome().has_value(); }

absl::StatusOr<Value> PendingCall::result() const {
  if (!answered()) {
    return absl::DeadlineExceededError(
        "the module has not answered yet; let time pass, or use Start");
  }
  return Outcome(*state_->outcome()).ToStatusOr();
}

void PendingCall::Cancel() { state_->Cancel(); }

// TestCallback

TestCallback::TestCallback(ObjectRef object) : object_(std::move(object)) {
  HAWSER_CHECK(object_ != nullptr && object_->type_tag() == &internal::CallbackObject::kTag,
               "a TestCallback is made of what TestSession::Callback gave, and of nothing else");
}

const std::vector<Array>& TestCallback::calls() const {
  return internal::CallbackOf(object_).calls();
}
void TestCallback::Clear() { internal::CallbackOf(object_).calls().clear(); }
bool TestCallback::held() const { return internal::CallbackOf(object_).refs() > 1; }

// TestObject

TestObject::TestObject(TestSession& session, ObjectRef object)
    : session_(&session),
      object_(std::move(object)),
      shape_(object_ == nullptr ? Shape::Build(ObjectKind::kObject, "null") : object_->shape()) {}

PendingCall TestObject::StartOp(Op op, std::string_view member, Array args) const {
  int index = member.empty() ? Invocation::kSelf : shape_->Find(member);
  ShapeRef shape = shape_;
  if (object_ == nullptr) {
    auto state = Ref<internal::CallState>::Adopt(
        new internal::CallState(session_->state_, object_, shape, Invocation::kSelf, op, {}));
    state->Abandon(absl::InvalidArgumentError(
        absl::StrCat("there is no object to ", base::ToAbsl(OpName(op)), member.empty() ? "" : " ",
                     base::ToAbsl(member), member.empty() ? "" : " of", ": the handle is null")));
    return PendingCall(std::move(state));
  }
  if (!member.empty() && index == Shape::kNotFound) {
    // What the client's SDK answers by itself.
    auto state = Ref<internal::CallState>::Adopt(
        new internal::CallState(session_->state_, object_, shape, index, op, {}));
    state->Abandon(CheckCall(*shape_, {.op = op, .name = member, .args = args}));
    return PendingCall(std::move(state));
  }
  std::vector<Object*> objects;
  absl::Status sendable = CollectObjects(args, &objects);
  auto state = Ref<internal::CallState>::Adopt(new internal::CallState(
      session_->state_, object_, std::move(shape), index, op, std::move(args)));
  if (session_->ended()) {
    state->Abandon(absl::UnavailableError("the session has ended"));
  } else if (!sendable.ok()) {
    state->Abandon(
        absl::Status(sendable.code(), absl::StrCat(state->Name(), ": ", sendable.message())));
  } else {
    state->Start();
    session_->host_.Run();
  }
  return PendingCall(std::move(state));
}

absl::StatusOr<Value> TestObject::Do(Op op, std::string_view member, Array args) const {
  return StartOp(op, member, std::move(args)).result();
}

absl::Status TestObject::Set(std::string_view member, Value value) const {
  return Do(Op::kSet, member, internal::MakeArgs(std::move(value))).status();
}

absl::StatusOr<TestObject> TestObject::NewArray(std::string_view member, Array args) const {
  return ToObject(Do(Op::kNew, member, std::move(args)));
}

absl::StatusOr<TestObject> TestObject::GetObject(std::string_view member) const {
  return ToObject(Get(member));
}

absl::StatusOr<TestObject> TestObject::ToObject(absl::StatusOr<Value> value) const {
  if (!value.ok()) return value.status();
  if (!value->is_object())
    return absl::NotFoundError(absl::StrCat("no object: ", value->ToString()));
  return TestObject(*session_, value->TakeObject());
}

absl::StatusOr<TestCallback> TestObject::Listen(std::string_view event) const {
  TestCallback callback = session_->Callback();
  absl::StatusOr<Value> result = Call("on", event, Value(callback));
  if (!result.ok()) return result.status();
  return callback;
}

// TestSession

TestSession::TestSession(ManualHost& host, HostedModule& module,
                         std::map<std::string, std::string> attributes)
    : host_(host), module_(module), state_(MakeRef<internal::SessionState>(std::move(attributes))) {
  module_.strand().Post([this] { claim_ = module_.OnSessionStart(state_); });
  host_.Run();
}

TestSession::~TestSession() { End(); }

TestObject TestSession::module_exports() {
  Value exports = module_.exports();
  ObjectRef object = exports.TakeObject();
  if (object == nullptr) {
    // Something all members are unknown of.
    FunctionOptions options;
    options.name = exports.ToString();
    object = MakeFunction([](Args) { return Value(); }, std::move(options));
  }
  return TestObject(*this, std::move(object));
}

TestCallback TestSession::Callback(std::function<void(Args)> body, std::string site) {
  return TestCallback(
      MakeRef<internal::CallbackObject>(state_, host_.pool(), std::move(body), std::move(site)));
}

SessionRef TestSession::view() const { return state_; }
bool TestSession::ended() const { return state_->ended(); }

void TestSession::End(EndReason reason) {
  if (state_->ended()) return;
  std::vector<internal::CallState*> calls = state_->calls();
  for (internal::CallState* call : calls) {
    Ref<internal::CallState> keep(call);
    call->Abandon(absl::UnavailableError("the session has ended"));
  }
  state_->set_ended();
  claim_ = {};
  module_.strand().Post([this, reason] { module_.OnSessionEnd(state_, reason, true); });
  host_.Run();
}

}  // namespace hawser::testing
