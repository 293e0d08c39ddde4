#ifndef CLIENT_INTERNAL_GRPC_TRANSPORT_H_
#define CLIENT_INTERNAL_GRPC_TRANSPORT_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/internal/client_transport.h"
#include "hawser/options.h"

namespace hawser::internal {

// Connections over gRPC to `endpoint`, "unix:/path" or "tcp:host:port". INVALID_ARGUMENT if it is
// neither; the errors of reading the files that `tls` names.
absl::StatusOr<std::unique_ptr<Connector>> MakeGrpcConnector(std::string_view endpoint,
                                                             const std::optional<TlsOptions>& tls);

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_GRPC_TRANSPORT_H_
