#ifndef HAWSER_BOUND_H_
#define HAWSER_BOUND_H_

// Bound: one C++ callable together with the code that unpacks a call for it and answers with its
// result. Authors do not use this header; binding.h makes these.

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "hawser/caller.h"
#include "hawser/late_reply.h"
#include "hawser/object.h"

namespace hawser::internal {

// One call on its way into a callable.
struct CallFrame {
  Object* self;  // the object the member belongs to; null for functions
  std::span<Value> args;
  Caller& caller;
  Reply reply;
  const Signature& signature;  // of the member
  // For messages.
  std::string_view owner;  // class, module or ""
  std::string_view member;
  Ref<PendingReply> pending;  // set once the reply was handed to the method as a LateReply

  // "Owner.member".
  std::string Name() const;
  // Answers, wherever the reply is by now. A failure nobody waits for is logged.
  void Answer(Outcome outcome);
  void Fail(const absl::Status& status) { Answer(Outcome::Failed(status)); }

  // True if the number of arguments fits; answers otherwise.
  bool CheckCount(size_t most) {
    if (args.size() >= signature.required && args.size() <= most) return true;
    FailCount();
    return false;
  }
  void FailCount();
  // Answers that argument `index` is no good because of `why`.
  void FailArgument(size_t index, const absl::Status& why);
  LateReply TakeReply();
};

// Small callables (member function pointers, lambdas with little in them) live inside; there is no
// further indirection than the one call through `run`. Move-only.
class Bound {
 public:
  using Run = void (*)(Bound& bound, CallFrame& frame);

  Bound() = default;
  template <typename F>
  Bound(F callable, Run run) : run_(run) {
    if constexpr (kInline<F>) {
      new (storage_) F(std::move(callable));
    } else {
      F* heap = new F(std::move(callable));
      std::memcpy(storage_, &heap, sizeof(void*));
      destroy_ = [](Bound& bound) { delete &bound.as<F>(); };
    }
  }
  Bound(Bound&& other) noexcept { *this = std::move(other); }
  Bound& operator=(Bound&& other) noexcept {
    std::swap(storage_, other.storage_);
    std::swap(run_, other.run_);
    std::swap(destroy_, other.destroy_);
    return *this;
  }
  ~Bound() {
    if (destroy_ != nullptr) destroy_(*this);
  }

  explicit operator bool() const { return run_ != nullptr; }
  // Answers the frame in every case; what the callable throws becomes the answer.
  void operator()(CallFrame& frame) const;

  template <typename F>
  F& as() {
    if constexpr (kInline<F>) {
      return *std::launder(reinterpret_cast<F*>(storage_));
    } else {
      F* heap;
      std::memcpy(&heap, storage_, sizeof(void*));
      return *heap;
    }
  }

 private:
  template <typename F>
  static constexpr bool kInline = std::is_trivially_copyable_v<F> && sizeof(F) <= 16 &&
                                  alignof(F) <= alignof(void*);

  alignas(void*) std::byte storage_[16] = {};
  Run run_ = nullptr;
  void (*destroy_)(Bound&) = nullptr;
};

}  // namespace hawser::internal

#endif  // HAWSER_BOUND_H_
