#ifndef HAWSER_BROKER_SESSION_GRPC_CALL_H_
#define HAWSER_BROKER_SESSION_GRPC_CALL_H_

// What all calls on the one completion queue have in common. Only the gRPC sources include this.

#include <memory>
#include <utility>

#include "hawser/base/mutex.h"

namespace hawser::broker {

// Counts the calls the server has, posted ones included: the queue may be shut down only when there
// are none. Thread-safe.
class CallCount {
 public:
  void Add() {
    base::MutexLock lock(mu_);
    ++count_;
  }
  void Remove() {
    base::MutexLock lock(mu_);
    if (--count_ == 0) none_.NotifyAll();
  }
  void AwaitNone() {
    base::MutexLock lock(mu_);
    while (count_ > 0) none_.Wait(mu_);
  }

 private:
  base::Mutex mu_;
  base::CondVar none_;
  int count_ HAWSER_GUARDED_BY(mu_) = 0;
};

// One call. It lives as long as an operation of it is under way or somebody else holds it.
class GrpcCall : public std::enable_shared_from_this<GrpcCall> {
 public:
  explicit GrpcCall(CallCount& count) : count_(count) { count_.Add(); }
  virtual ~GrpcCall() { count_.Remove(); }
  GrpcCall(const GrpcCall&) = delete;
  GrpcCall& operator=(const GrpcCall&) = delete;

 private:
  CallCount& count_;
};

// An operation: the tag under which the completion queue reports it. While it is under way it holds
// its call.
class GrpcOperation {
 public:
  virtual ~GrpcOperation() = default;
  // Starts: gives the tag. At most one at a time.
  void* Begin(std::shared_ptr<GrpcCall> call) {
    call_ = std::move(call);
    return this;
  }
  // It will never be reported.
  void Forget() { call_ = nullptr; }
  // From the queue.
  void Complete(bool ok) {
    std::shared_ptr<GrpcCall> call = std::exchange(call_, nullptr);
    Run(ok);
  }

 private:
  virtual void Run(bool ok) = 0;
  std::shared_ptr<GrpcCall> call_;
};

// An operation that reports to a member function.
template <typename Call>
class GrpcOperationOf final : public GrpcOperation {
 public:
  GrpcOperationOf(Call* call, void (Call::*done)(bool ok)) : call_(call), done_(done) {}

 private:
  void Run(bool ok) override { (call_->*done_)(ok); }
  Call* const call_;
  void (Call::*const done_)(bool);
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_GRPC_CALL_H_
