#ifndef HAWSER_BROKER_SESSION_HEALTH_SERVICE_H_
#define HAWSER_BROKER_SESSION_HEALTH_SERVICE_H_

// HealthService: grpc.health.v1, Check and Watch, as calls on the broker's one completion queue.
// Only the gRPC sources include this. Thread-safe.

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>

#include <memory>
#include <vector>

#include "broker/session/grpc_call.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {

class HealthService {
 public:
  explicit HealthService(CallCount& count) : count_(count) {}

  grpc::Service& service() { return service_; }
  // Takes calls from `queue` on. Once, after the server has started.
  void Start(grpc::ServerCompletionQueue* queue);
  // Those who watch are told.
  void SetServing(bool serving) HAWSER_EXCLUDES(mu_);
  // Ends the watches, and takes no more.
  void Stop() HAWSER_EXCLUDES(mu_);

 private:
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;
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

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_HEALTH_SERVICE_H_
