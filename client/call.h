#ifndef HAWSER_CALL_H_
#define HAWSER_CALL_H_

// How RemoteObject, Remote and Pipeline hand calls to the library. Not for programs: nothing here
// is part of the API.

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "hawser/object.h"
#include "hawser/options.h"
#include "hawser/value.h"

namespace hawser {

class Pipeline;

namespace internal {

class FutureState;
class PipelineNode;

// Whether later calls may name an answer before it is there.
enum class KeepAnswer { kNo, kYes };

// An argument that is the answer of an earlier call.
struct PendingArgument {
  uint32_t position = 0;
  PipelineNode* node = nullptr;
};

struct CallRequest {
  Op op = Op::kCall;
  std::string_view member;  // "": the object itself
  std::span<Value> args;    // moved from
  std::span<const PendingArgument> pending;
  const CallOptions* options = nullptr;
};

absl::StatusOr<Value> CallSync(const ObjectRef& target, const CallRequest& request);
std::shared_ptr<FutureState> CallAsync(const ObjectRef& target, const CallRequest& request);
// Nobody is told how it went.
void CallNoReply(const ObjectRef& target, const CallRequest& request);

PipelineNode* NodeOf(const Pipeline& pipeline);

template <typename T>
inline constexpr bool kAlwaysFalse = false;

template <typename T>
Value ArgumentValue(T&& argument) {
  using D = std::remove_cvref_t<T>;
  if constexpr (std::is_convertible_v<T, Value>) {
    return Value(std::forward<T>(argument));
  } else if constexpr (requires { Convert<D>::To(std::forward<T>(argument)); }) {
    return Convert<D>::To(std::forward<T>(argument));
  } else {
    static_assert(kAlwaysFalse<T>,
                  "not a Value: specialise hawser::Convert for this type, or wrap a function in "
                  "hawser::Callback");
  }
}

// Arguments of one call, on the stack.
template <size_t N>
class Arguments {
 public:
  template <typename... A>
  explicit Arguments(A&&... args) {
    (Add(std::forward<A>(args)), ...);
  }

  CallRequest Request(Op op, std::string_view member, const CallOptions& options) {
    return {op, member, std::span<Value>(values_.data(), N),
            std::span<const PendingArgument>(pending_.data(), pending_count_), &options};
  }

 private:
  template <typename T>
  void Add(T&& argument) {
    if constexpr (std::is_same_v<std::remove_cvref_t<T>, Pipeline>) {
      pending_[pending_count_++] = {static_cast<uint32_t>(count_), NodeOf(argument)};
    } else {
      values_[count_] = ArgumentValue(std::forward<T>(argument));
    }
    ++count_;
  }

  std::array<Value, N> values_;
  std::array<PendingArgument, N> pending_;
  size_t count_ = 0;
  size_t pending_count_ = 0;
};

template <typename T>
absl::StatusOr<T> ConvertAnswer(absl::StatusOr<Value> answer) {
  if constexpr (std::is_same_v<T, Value>) {
    return answer;
  } else {
    static_assert(!std::is_same_v<T, std::string_view>,
                  "the answer does not outlive the call: ask for a std::string");
    if (!answer.ok()) return std::move(answer).status();
    return Convert<T>::From(*answer);
  }
}

}  // namespace internal
}  // namespace hawser

#endif  // HAWSER_CALL_H_
