#ifndef CLIENT_INTERNAL_PIPELINE_NODE_H_
#define CLIENT_INTERNAL_PIPELINE_NODE_H_

// PipelineNode: one step of a Pipeline: a call not sent yet, or its answer, there or to come.
// Thread-safe. Shared by the Pipelines that are it and by the steps made from it; keeps those it is
// made from, so locks are taken from later steps to earlier ones only. Under them no answer is
// waited for and no code of the program runs.
//
// A chain may be of any length: nothing here recurses along it.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/internal/calls.h"
#include "client/internal/future_state.h"
#include "hawser/base/mutex.h"
#include "hawser/call.h"

namespace hawser::internal {

class PipelineNode final : public std::enable_shared_from_this<PipelineNode> {
 public:
  // Where a chain starts: an object that is there.
  explicit PipelineNode(const ObjectRef& object);
  PipelineNode(std::shared_ptr<PipelineNode> base, const CallRequest& request);
  ~PipelineNode();

  // Sends this step, and before it those it needs. `keep_answer`: later calls may name its answer
  // before it is there, so the broker keeps it until this node is gone; kNo only where nobody else
  // has this node, or they would wait.
  std::shared_ptr<FutureState> Send(KeepAnswer keep_answer) HAWSER_EXCLUDES(mu_);

  // By what a later call names this step, which is sent if it was not.
  enum class Use { kTarget, kArgument };
  struct Reference {
    Outcome outcome;             // if it is there
    uint64_t answer = 0;         // else the call whose answer it is
    Ref<Connection> connection;  // of that call
  };
  // With kTarget and an answer, CallReturned must follow when the call made has returned. Waits in
  // the one case in which the answer is neither there nor kept: of a call inside this process.
  Reference Refer(Use use) HAWSER_EXCLUDES(mu_);
  void CallReturned() HAWSER_EXCLUDES(mu_);
  // A later call awaits the promise that this step, which was sent, answers.
  void NoteAwaited() HAWSER_EXCLUDES(mu_);

 private:
  using Pending = std::vector<std::pair<uint32_t, std::shared_ptr<PipelineNode>>>;

  // Null: not sent.
  std::shared_ptr<FutureState> sent() const HAWSER_EXCLUDES(mu_);
  // The `i`th of the steps that this needs to be sent; null if there is none, or this was sent.
  std::shared_ptr<PipelineNode> Needed(size_t i) const HAWSER_EXCLUDES(mu_);
  // Sends this step alone, if it was not: those it needs are sent, and can be named.
  void SendAlone(KeepAnswer keep_answer) HAWSER_EXCLUDES(mu_);
  // Says what is to happen at the answer of this call if it names those of earlier ones.
  void NoteNamed(bool base_by_answer, const CallPlan& plan, const Pending& needed)
      HAWSER_REQUIRES(mu_);
  // Waits until later calls can name this step, which was sent. False if they fail by its answer.
  bool AwaitUsable(Use use) HAWSER_EXCLUDES(mu_);

  std::shared_ptr<PipelineNode> base_;  // null for the first; changed by the destructor only
  const Op op_ = Op::kCall;
  const std::string member_;
  const CallOptions options_;

  mutable base::Mutex mu_;
  std::vector<Value> args_ HAWSER_GUARDED_BY(mu_);
  Pending pending_ HAWSER_GUARDED_BY(mu_);
  std::shared_ptr<FutureState> state_ HAWSER_GUARDED_BY(mu_);  // null: not sent
  Ref<Connection> connection_ HAWSER_GUARDED_BY(mu_);          // it was sent over this
  uint64_t kept_call_ HAWSER_GUARDED_BY(mu_) = 0;              // its id, if its answer is kept
  int through_ HAWSER_GUARDED_BY(mu_) = 0;  // calls through its answer that have not returned
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_PIPELINE_NODE_H_
