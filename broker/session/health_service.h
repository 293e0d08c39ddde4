#ifndef HAWSER_BROKER_SESSION_HEALTH_SERVICE_H_
#define HAWSER_BROKER_SESSION_HEALTH_SERVICE_H_

// HealthService: grpc.health.v1, Check and Watch, as calls on the broker's one completion queue.
// Thread-safe.

#include <grpcpp/grpcpp.h>

#include <memory>

#include "broker/session/grpc_call.h"

namespace hawser::broker {

class HealthService {
 public:
  // `count` outlives it, and it outlives its calls.
  static std::unique_ptr<HealthService> Make(CallCount& count);
  virtual ~HealthService() = default;

  virtual grpc::Service& service() = 0;
  // Takes calls from `queue` on. Once, after the server has started.
  virtual void Start(grpc::ServerCompletionQueue* queue) = 0;
  // Those who watch are told.
  virtual void SetServing(bool serving) = 0;
  // Ends the watches, and takes no more.
  virtual void Stop() = 0;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_HEALTH_SERVICE_H_
