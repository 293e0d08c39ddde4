#ifndef HAWSER_TESTS_BENCH_LINK_PAIR_H_
#define HAWSER_TESTS_BENCH_LINK_PAIR_H_

// LinkPair: a caller's and a callee's endpoint in one process, joined by a transport that costs
// next to nothing, so that what is measured is the link itself: numbering, tables, order, codec,
// dispatch by a virtual call. Calls run on the calling thread.

#include <memory>
#include <string>

#include "proto/link/endpoint.h"

namespace hawser::bench {

// Member 0: add(int64, int64) -> int64.
class Adder final : public Object {
 public:
  ShapeRef shape() const override;
  void Invoke(Invocation call, Reply reply) override {
    reply.Return(call.args[0].AsInt() + call.args[1].AsInt());
  }

 private:
  // What a module's object has besides: its class, its listeners, and one word of its author's.
  [[maybe_unused]] void* class_ = nullptr;
  [[maybe_unused]] void* listeners_ = nullptr;
  [[maybe_unused]] int64_t word_ = 0;
};

class LinkPair {
 public:
  LinkPair();
  ~LinkPair();

  // One call of `target`.add, to its answer.
  int64_t Add(const ObjectRef& target, int64_t a, int64_t b);
  // The same in its parts, for counting what each side does: Start, then Callee, then Finish.
  void Start(const ObjectRef& target, int64_t a, int64_t b);
  void Callee();
  Bytes TakeReply();
  int64_t Finish(Bytes reply);

  // A proxy, on the caller's side, of a fresh object of the callee's.
  ObjectRef Make();
  // The same; adds to `callee_bytes` what `live_bytes` grew by while the callee was at work.
  ObjectRef MakeCounting(const int64_t* live_bytes, int64_t* callee_bytes);

 private:
  class Side;
  struct Wire;
  Ref<Side> caller_;
  Ref<Side> callee_;
  std::shared_ptr<Wire> to_callee_;
  std::shared_ptr<Wire> to_caller_;
  ObjectRef root_;
};

}  // namespace hawser::bench

#endif  // HAWSER_TESTS_BENCH_LINK_PAIR_H_
