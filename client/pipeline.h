#ifndef HAWSER_PIPELINE_H_
#define HAWSER_PIPELINE_H_

// Pipeline: an answer that is not there yet, used as if it were. Each step names the one before it,
// so that a whole chain costs one round trip:
//
//   auto title = remote.Pipeline().Require("window").Get("BrowserWindow").New().Get("title")
//                    .Await<std::string>();
//
// Steps may be used more than once, and be arguments of other calls:
//
//   hawser::Pipeline db = remote.Pipeline().Require("sqlite").Call("open", path);
//   auto users = db.Call("query", "select * from users").Future();
//   auto posts = db.Call("query", "select * from posts").Future();
//
// Nothing is sent until Await, Future or Send; then the step is sent together with the steps it
// needs, each once, and none of their answers is waited for but that of an object of this program.
// If a step fails, those that need it fail with the same error; a step used as an object whose
// answer is none fails with INVALID_ARGUMENT. Steps are checked by the broker, since their shapes
// are not known here; errors are those of RemoteObject.
//
// If an answer turns out to be an object of this very program, later steps keep going through the
// broker until those sent before have come back, so that their order stays. A Callback of mode kCall
// that is called through a step answers with a promise, as it does in the broker: use Settled().
//
// Copies are the same step. A step is kept by the broker until all its copies, and the steps made
// from it, are gone. A Pipeline that was moved from is of nothing: its steps fail with
// FAILED_PRECONDITION. Thread-safe.

#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hawser/call.h"
#include "hawser/future.h"
#include "hawser/options.h"
#include "hawser/value.h"

namespace hawser {

namespace internal {

std::shared_ptr<PipelineNode> FirstStep(const ObjectRef& object);
std::shared_ptr<PipelineNode> NextStep(const std::shared_ptr<PipelineNode>& base,
                                       const CallRequest& request);
// What a Pipeline is that was moved from: calls on it fail.
const std::shared_ptr<PipelineNode>& NoStep();
std::shared_ptr<FutureState> SendStep(PipelineNode& step);
// The same by one that will not use the step again. Its answer is kept only if others may.
std::shared_ptr<FutureState> SendLast(std::shared_ptr<PipelineNode> step);

}  // namespace internal

class Pipeline {
 public:
  explicit Pipeline(std::shared_ptr<internal::PipelineNode> node) : node_(std::move(node)) {}

  // On the root only: what Remote::Require gives.
  Pipeline Require(std::string_view module) const { return Step(Op::kCall, "require", module); }
  Pipeline GetGlobal(std::string_view name) const { return Step(Op::kCall, "getGlobal", name); }

  Pipeline Get(std::string_view member) const { return Step(Op::kGet, member); }
  template <typename V>
  Pipeline Set(std::string_view member, V&& value) const {
    return Step(Op::kSet, member, std::forward<V>(value));
  }
  template <typename... A>
  Pipeline Call(std::string_view method, A&&... args) const {
    return Step(Op::kCall, method, std::forward<A>(args)...);
  }
  template <typename... A>
  Pipeline Invoke(A&&... args) const {
    return Step(Op::kCall, {}, std::forward<A>(args)...);
  }
  template <typename... A>
  Pipeline New(A&&... args) const {
    return Step(Op::kNew, {}, std::forward<A>(args)...);
  }
  // What the promise that this step answers settles with.
  Pipeline Settled() const { return Step(Op::kAwait, {}); }

  // Sends this step and waits for its answer. Again: gives the same answer. An rvalue is of nothing
  // afterwards, as if moved from.
  template <typename T = Value>
  absl::StatusOr<T> Await() const& {
    return internal::ConvertAnswer<T>(
        internal::Await(internal::SendStep(*node()), absl::InfiniteDuration()));
  }
  template <typename T = Value>
  absl::StatusOr<T> Await() && {
    return internal::ConvertAnswer<T>(
        internal::Await(internal::SendLast(TakeNode()), absl::InfiniteDuration()));
  }
  // Sends this step and gives its answer to come.
  template <typename T = Value>
  hawser::Future<T> Future() const& {
    return hawser::Future<T>(internal::SendStep(*node()));
  }
  template <typename T = Value>
  hawser::Future<T> Future() && {
    return hawser::Future<T>(internal::SendLast(TakeNode()));
  }
  // Sends this step, if it was not.
  void Send() const { internal::SendStep(*node()); }

  // The same step, from which later steps are made with `options`.
  Pipeline With(CallOptions options) const {
    Pipeline copy = *this;
    copy.options_ = options;
    return copy;
  }

 private:
  friend internal::PipelineNode* internal::NodeOf(const Pipeline& pipeline);

  template <typename... A>
  Pipeline Step(Op op, std::string_view member, A&&... args) const {
    internal::Arguments<sizeof...(A)> arguments(std::forward<A>(args)...);
    Pipeline next(internal::NextStep(node(), arguments.Request(op, member, options_)));
    next.options_ = options_;
    return next;
  }

  const std::shared_ptr<internal::PipelineNode>& node() const {
    return node_ != nullptr ? node_ : internal::NoStep();
  }
  std::shared_ptr<internal::PipelineNode> TakeNode() {
    if (node_ == nullptr) return internal::NoStep();
    return std::move(node_);
  }

  std::shared_ptr<internal::PipelineNode> node_;  // null: moved from
  CallOptions options_;
};

namespace internal {
inline PipelineNode* NodeOf(const Pipeline& pipeline) { return pipeline.node().get(); }
}  // namespace internal

}  // namespace hawser

#endif  // HAWSER_PIPELINE_H_
