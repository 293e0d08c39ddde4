#include "hawser/callback.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "client/internal/client_function.h"
#include "hawser/base/mutex.h"
#include "hawser/base/string_view.h"

namespace hawser::internal {
namespace {

// Only its address matters: what makes a ClientFunction known.
constexpr char kTag = 0;

// A session sends each shape once and then names it, so functions of one kind share theirs; there
// are as many kinds as the program has signatures. Thread-safe.
class Shapes {
 public:
  ShapeRef Get(Signature signature, CallbackMode mode) HAWSER_EXCLUDES(mu_) {
    std::string key = absl::StrCat(static_cast<int>(mode), ",", static_cast<int>(signature.result),
                                   ",", signature.required);
    for (Type param : signature.params) absl::StrAppend(&key, ",", static_cast<int>(param));
    base::MutexLock lock(mu_);
    ShapeRef& shape = shapes_[key];
    if (shape == nullptr) {
      shape = Shape::Build(ObjectKind::kFunction, "", {}, std::move(signature), mode);
    }
    return shape;
  }

 private:
  base::Mutex mu_;
  absl::flat_hash_map<std::string, ShapeRef> shapes_ HAWSER_GUARDED_BY(mu_);
};

Shapes& AllShapes() {
  static Shapes& shapes = *new Shapes;
  return shapes;
}

Signature SignatureOf(std::span<const Parameter> params, Type result) {
  Signature signature;
  signature.result = result;
  signature.variadic = true;  // surplus arguments are ignored
  for (const Parameter& param : params) {
    signature.params.push_back(param.type);
    if (!param.may_miss) signature.required = static_cast<uint32_t>(signature.params.size());
  }
  // Before one that must be given, a signature has no word for one that may be undefined.
  for (uint32_t i = 0; i < signature.required; ++i) {
    if (params[i].may_miss) signature.params[i] = Type::kAny;
  }
  return signature;
}

}  // namespace

ObjectRef MakeCallback(CallbackBody body, std::span<const Parameter> params, Type result,
                       CallbackMode mode, std::string site) {
  mode = mode == CallbackMode::kPlain || mode == CallbackMode::kCall ? CallbackMode::kCall
                                                                     : CallbackMode::kNotify;
  return MakeRef<ClientFunction>(std::move(body),
                                 AllShapes().Get(SignatureOf(params, result), mode), Value(),
                                 std::move(site));
}

ObjectRef MakeConstant(Value answer, std::string site) {
  return MakeRef<ClientFunction>(CallbackBody(),
                                 AllShapes().Get(SignatureOf({}, Type::kAny), CallbackMode::kConst),
                                 std::move(answer), std::move(site));
}

absl::Status ArgumentError(size_t position, const absl::Status& why) {
  return absl::InvalidArgumentError(absl::StrCat("argument ", position + 1, ": ", why.message()));
}

// ClientFunction

ClientFunction* ClientFunction::From(Object* object) {
  return object != nullptr && object->type_tag() == &kTag ? static_cast<ClientFunction*>(object)
                                                          : nullptr;
}

const void* ClientFunction::type_tag() const { return &kTag; }

Outcome ClientFunction::Run(Args args) {
  if (*body_ == nullptr) return Outcome(constant_);
  if (silent_.load(std::memory_order_acquire)) return Outcome();
  has_run_.store(true, std::memory_order_release);
  try {
    return Outcome((*body_)(args));
  } catch (...) {
    return Outcome::Failed(CatchException());
  }
}

void ClientFunction::Invoke(Invocation call, Reply reply) {
  if (call.op == Op::kDescribe) {
    reply.Return(ObjectRef(this));
  } else if (call.op != Op::kCall || !call.member_name().empty()) {
    reply.Fail(absl::UnimplementedError("a function can only be called"));
  } else {
    reply.Answer(Run(call.args));
  }
}

Ref<ClientFunction> ClientFunction::MakeStandIn(Place place) {
  auto stand_in = MakeRef<ClientFunction>(*this);
  std::vector<StandIn> used_up;  // goes without the lock
  base::MutexLock lock(mu_);
  used_up = TakeUsedUp();
  stand_ins_.push_back({std::move(place), stand_in});
  return stand_in;
}

Ref<ClientFunction> ClientFunction::StandInAt(const Place& place) {
  std::vector<StandIn> used_up;  // goes without the lock
  base::MutexLock lock(mu_);
  used_up = TakeUsedUp();
  auto found = std::find_if(stand_ins_.rbegin(), stand_ins_.rend(),
                            [&](const StandIn& candidate) { return candidate.place == place; });
  return found == stand_ins_.rend() ? nullptr : found->function;
}

bool ClientFunction::used_up() const {
  if (has_run() || silent_.load(std::memory_order_acquire)) return true;
  base::MutexLock lock(mu_);
  return has_home_ && home_.expired();
}

std::vector<ClientFunction::StandIn> ClientFunction::TakeUsedUp() {
  auto first =
      std::stable_partition(stand_ins_.begin(), stand_ins_.end(),
                            [](const StandIn& stand_in) { return !stand_in.function->used_up(); });
  std::vector<StandIn> used_up(std::make_move_iterator(first),
                               std::make_move_iterator(stand_ins_.end()));
  stand_ins_.erase(first, stand_ins_.end());
  return used_up;
}

void ClientFunction::SetHome(const std::shared_ptr<CallbackQueue>& queue) {
  base::MutexLock lock(mu_);
  if (!std::exchange(has_home_, true)) home_ = queue;
}

std::shared_ptr<CallbackQueue> ClientFunction::home_queue() const {
  base::MutexLock lock(mu_);
  return home_.lock();
}

void ClientFunction::Dispose() {
  std::unique_ptr<ClientFunction> self(this);
  std::shared_ptr<CallbackQueue> home = home_queue();
  if (home != nullptr && !home->RunsHere()) home->PostDrop([self = std::move(self)] {});
}

}  // namespace hawser::internal
