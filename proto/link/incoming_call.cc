#include "proto/link/incoming_call.h"

#include "proto/link/endpoint.h"

namespace hawser::link {

Invocation IncomingCall::invocation() {
  Invocation call;
  call.op = op_;
  call.member = member_;
  call.shape = shape_;
  call.name = name_;
  call.args = std::span(args_.data(), args_.size());
  call.context = this;
  call.no_reply = no_reply_;
  return call;
}

Reply IncomingCall::TakeReply() {
  AddRef();
  // A Reply may outlive the session; the endpoint must then still be there to drop it.
  endpoint_->AddRef();
  return Reply(this, 0);
}

void IncomingCall::Deliver(uint64_t /*token*/, Outcome outcome) {
  Endpoint* endpoint = endpoint_;
  endpoint->Answer(this, std::move(outcome));
  Unref();
  endpoint->Unref();
}

SessionRef IncomingCall::session() const { return endpoint_->session(); }

std::stop_token IncomingCall::stop_token() {
  base::MutexLock lock(stop_mu_);
  if (!stop_) {
    stop_.emplace();
    if (stop_requested_) stop_->request_stop();
  }
  return stop_->get_token();
}

void IncomingCall::RequestStop() {
  std::optional<std::stop_source> stop;
  {
    base::MutexLock lock(stop_mu_);
    stop_requested_ = true;
    stop = stop_;
  }
  // Outside the lock: it runs the callbacks of whoever listens.
  if (stop) stop->request_stop();
}

void IncomingCall::Hold() { endpoint_->AddRef(); }

void IncomingCall::Release() {
  Endpoint* endpoint = endpoint_;
  Unref();
  endpoint->Unref();
}

void IncomingCall::Unref() {
  // Who holds the only reference need not count down: nobody else can count up.
  if (refs_.load(std::memory_order_acquire) == 1 ||
      refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    delete this;
  }
}

}  // namespace hawser::link
