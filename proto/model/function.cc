#include "hawser/function.h"

#include <atomic>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include "hawser/dispatch.h"
#include "hawser/promise.h"

namespace hawser {
namespace {

class Function final : public Object {
 public:
  Function(std::function<absl::StatusOr<Value>(Args)> body, FunctionOptions options)
      : shape_(Shape::Build(ObjectKind::kFunction, std::move(options.name), {},
                            std::move(options.signature), options.mode)),
        body_(std::move(body)),
        constant_(std::move(options.constant)),
        site_(std::move(options.site)),
        home_(options.home) {}

  ShapeRef shape() const override { return shape_; }
  base::Executor* home() const override { return home_; }
  std::string_view site() const override { return site_; }
  Value constant() const override { return constant_; }

  void Invoke(Invocation call, Reply reply) override {
    if (call.op == Op::kDescribe) {
      reply.Return(ObjectRef(this));
    } else if (call.op != Op::kCall || !call.member_name().empty()) {
      reply.Fail(absl::UnimplementedError("a function can only be called"));
    } else if (shape_->mode() == CallbackMode::kConst) {
      reply.Return(constant_);
    } else {
      reply.Answer(Run(call.args));
    }
  }

 private:
  Outcome Run(Args args) {
    try {
      return Outcome(body_(args));
    } catch (...) {
      return Outcome::Failed(CatchException());
    }
  }

  const ShapeRef shape_;
  const std::function<absl::StatusOr<Value>(Args)> body_;
  const Value constant_;
  const std::string site_;
  base::Executor* const home_;
};

// Where the answer of a call meets its caller. The answer, on whatever thread, and the caller, once
// Invoke has returned, each take one step; who comes second finds what the other left, and deletes
// the meeting.
class Meeting final : public ReplySink {
 public:
  void Deliver(uint64_t /*token*/, Outcome outcome) override {
    outcome_ = std::move(outcome);
    if (second_.exchange(true, std::memory_order_acq_rel)) {
      std::unique_ptr<Meeting> self(this);
      later_->Settle(std::move(outcome_));
    }
  }

  // The caller's step, taken once.
  absl::StatusOr<Value> Take() {
    if (!second_.load(std::memory_order_acquire)) {
      Ref<Promise> later = MakeRef<Promise>();
      later_ = later;
      if (!second_.exchange(true, std::memory_order_acq_rel)) return Value(std::move(later));
    }
    std::unique_ptr<Meeting> self(this);
    return std::move(outcome_).ToStatusOr();
  }

 private:
  ~Meeting() = default;
  friend std::default_delete<Meeting>;

  Outcome outcome_;
  Ref<Promise> later_;
  std::atomic<bool> second_ = false;  // the next one is the second
};

}  // namespace

ObjectRef MakeFunction(std::function<absl::StatusOr<Value>(Args)> body, FunctionOptions options) {
  return MakeRef<Function>(std::move(body), std::move(options));
}

std::string SiteOf(const base::SourceLocation& location) {
  std::string_view file = location.file_name();
  size_t slash = file.rfind('/');
  if (slash != std::string_view::npos && slash > 0) slash = file.rfind('/', slash - 1);
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  return std::string(file) + ":" + std::to_string(location.line());
}

Exception::Exception(Error error) : error_(std::move(error)), what_(error_.message()) {}

Exception::~Exception() = default;

Error CatchException() {
  using enum absl::StatusCode;
  try {
    throw;
  } catch (const Exception& e) {
    return e.error();
  } catch (const Error& e) {  // what is meant is clear
    return e;
  } catch (const absl::Status& e) {
    return e.ok() ? Error(kInternal, "an OK status was thrown") : Error::FromStatus(e);
  } catch (const absl::BadStatusOrAccess& e) {
    return Error::FromStatus(e.status());
  } catch (const std::invalid_argument& e) {
    return Error(kInvalidArgument, e.what());
  } catch (const std::out_of_range& e) {
    return Error(kNotFound, e.what());
  } catch (const std::bad_alloc&) {
    return Error(kResourceExhausted, "out of memory");
  } catch (const std::exception& e) {
    return Error(kUnknown, e.what());
  } catch (...) {
    return Error(kInternal, "something was thrown that is no std::exception");
  }
}

absl::StatusOr<Value> CallNow(Object& target, std::string_view member, Array args, Op op) {
  if (op == Op::kCall && member.empty() && target.gone() == GoneReason::kAlive) {
    ShapeRef shape = target.shape();
    CallbackMode mode = shape == nullptr ? CallbackMode::kPlain : shape->mode();
    if (mode == CallbackMode::kConst) return target.constant();
    if (mode == CallbackMode::kNotify) {
      internal::Dispatch(target, op, member, std::move(args), Reply());
      return Value();
    }
  }
  auto* meeting = new Meeting;
  internal::Dispatch(target, op, member, std::move(args), Reply(meeting, 0));
  return meeting->Take();
}

}  // namespace hawser
