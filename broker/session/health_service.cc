#include "broker/session/health_service.h"

#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grpc/health/v1/health.grpc.pb.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

class GrpcHealth final : public HealthService {
 public:
  explicit GrpcHealth(CallCount& count) : count_(count) {}

  grpc::Service& service() override { return service_; }
  void Start(grpc::ServerCompletionQueue* queue) override;
  void SetServing(bool serving) override HAWSER_EXCLUDES(mu_);
  void Stop() override HAWSER_EXCLUDES(mu_);

 private:
  using Status = HealthCheckResponse::ServingStatus;
  class CheckCall;
  class WatchCall;

  // What is said of service `name`.
  Status StatusOf(const std::string& name) const HAWSER_EXCLUDES(mu_);

  CallCount& count_;
  grpc::health::v1::Health::AsyncService service_;
  grpc::ServerCompletionQueue* queue_ = nullptr;
  mutable base::Mutex mu_;
  bool serving_ HAWSER_GUARDED_BY(mu_) = false;
  bool stopped_ HAWSER_GUARDED_BY(mu_) = false;
  std::vector<std::weak_ptr<WatchCall>> watches_ HAWSER_GUARDED_BY(mu_);
};

class GrpcHealth::CheckCall final : public GrpcCall {
 public:
  static void Await(GrpcHealth& health) {
    auto call = std::make_shared<CheckCall>(health);
    health.service_.RequestCheck(&call->context_, &call->request_, &call->responder_, health.queue_,
                                 health.queue_, call->accepted_.Begin(call));
  }
  explicit CheckCall(GrpcHealth& health) : GrpcCall(health.count_), health_(health) {}

 private:
  void OnAccepted(bool ok) {
    if (!ok) return;
    Await(health_);
    HealthCheckResponse response;
    response.set_status(health_.StatusOf(request_.service()));
    if (response.status() == HealthCheckResponse::SERVICE_UNKNOWN) {
      responder_.FinishWithError(
          grpc::Status(grpc::StatusCode::NOT_FOUND, "no service '" + request_.service() + "'"),
          finished_.Begin(shared_from_this()));
    } else {
      responder_.Finish(response, grpc::Status::OK, finished_.Begin(shared_from_this()));
    }
  }
  void OnFinished(bool /*ok*/) {}

  GrpcHealth& health_;
  grpc::ServerContext context_;
  HealthCheckRequest request_;
  grpc::ServerAsyncResponseWriter<HealthCheckResponse> responder_{&context_};
  GrpcOperationOf<CheckCall> accepted_{this, &CheckCall::OnAccepted};
  GrpcOperationOf<CheckCall> finished_{this, &CheckCall::OnFinished};
};

class GrpcHealth::WatchCall final : public GrpcCall {
 public:
  static void Await(GrpcHealth& health) {
    auto call = std::make_shared<WatchCall>(health);
    call->context_.AsyncNotifyWhenDone(call->done_.Begin(call));
    health.service_.RequestWatch(&call->context_, &call->request_, &call->writer_, health.queue_,
                                 health.queue_, call->accepted_.Begin(call));
  }
  explicit WatchCall(GrpcHealth& health) : GrpcCall(health.count_), health_(health) {}

  // Says the present status if it is not the one said last.
  void Update() HAWSER_EXCLUDES(mu_) {
    Status status = health_.StatusOf(request_.service());
    base::MutexLock lock(mu_);
    if (writing_ || ending_ || over_ || said_ == status) return;
    said_ = status;
    writing_ = true;
    HealthCheckResponse response;
    response.set_status(status);
    writer_.Write(response, written_.Begin(shared_from_this()));
  }

  void End() HAWSER_EXCLUDES(mu_) {
    base::MutexLock lock(mu_);
    ending_ = true;
    if (!writing_) Finish();
  }

 private:
  void OnAccepted(bool ok) {
    if (!ok) {
      done_.Forget();
      return;
    }
    Await(health_);
    bool stopped = false;
    {
      base::MutexLock lock(health_.mu_);
      stopped = health_.stopped_;
      std::erase_if(health_.watches_, [](const auto& watch) { return watch.expired(); });
      health_.watches_.push_back(std::static_pointer_cast<WatchCall>(shared_from_this()));
    }
    stopped ? End() : Update();
  }
  void OnWritten(bool ok) HAWSER_EXCLUDES(mu_) {
    {
      base::MutexLock lock(mu_);
      writing_ = false;
      if (ending_ || !ok) {
        Finish();
        return;
      }
    }
    Update();
  }
  void Finish() HAWSER_REQUIRES(mu_) {
    if (over_ || std::exchange(finishing_, true)) return;
    writer_.Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the broker is shutting down"),
                   finished_.Begin(shared_from_this()));
  }
  void OnFinished(bool /*ok*/) {}
  void OnDone(bool /*ok*/) HAWSER_EXCLUDES(mu_) {
    base::MutexLock lock(mu_);
    over_ = true;
  }

  GrpcHealth& health_;
  grpc::ServerContext context_;
  HealthCheckRequest request_;
  grpc::ServerAsyncWriter<HealthCheckResponse> writer_{&context_};
  GrpcOperationOf<WatchCall> accepted_{this, &WatchCall::OnAccepted};
  GrpcOperationOf<WatchCall> written_{this, &WatchCall::OnWritten};
  GrpcOperationOf<WatchCall> finished_{this, &WatchCall::OnFinished};
  GrpcOperationOf<WatchCall> done_{this, &WatchCall::OnDone};

  base::Mutex mu_;
  std::optional<Status> said_ HAWSER_GUARDED_BY(mu_);
  bool writing_ HAWSER_GUARDED_BY(mu_) = false;
  bool ending_ HAWSER_GUARDED_BY(mu_) = false;
  bool finishing_ HAWSER_GUARDED_BY(mu_) = false;
  bool over_ HAWSER_GUARDED_BY(mu_) = false;
};

void GrpcHealth::Start(grpc::ServerCompletionQueue* queue) {
  queue_ = queue;
  CheckCall::Await(*this);
  WatchCall::Await(*this);
}

GrpcHealth::Status GrpcHealth::StatusOf(const std::string& name) const {
  if (!name.empty() && name != "hawser.v1.Broker") return HealthCheckResponse::SERVICE_UNKNOWN;
  base::MutexLock lock(mu_);
  return serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

void GrpcHealth::SetServing(bool serving) {
  std::vector<std::weak_ptr<WatchCall>> watches;
  {
    base::MutexLock lock(mu_);
    serving_ = serving;
    watches = watches_;
  }
  for (const auto& weak : watches) {
    if (std::shared_ptr<WatchCall> watch = weak.lock()) watch->Update();
  }
}

void GrpcHealth::Stop() {
  std::vector<std::weak_ptr<WatchCall>> watches;
  {
    base::MutexLock lock(mu_);
    stopped_ = true;
    watches = watches_;
  }
  for (const auto& weak : watches) {
    if (std::shared_ptr<WatchCall> watch = weak.lock()) watch->End();
  }
}

}  // namespace

std::unique_ptr<HealthService> HealthService::Make(CallCount& count) {
  return std::make_unique<GrpcHealth>(count);
}

}  // namespace hawser::broker
