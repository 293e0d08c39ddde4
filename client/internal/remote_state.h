#ifndef CLIENT_INTERNAL_REMOTE_STATE_H_
#define CLIENT_INTERNAL_REMOTE_STATE_H_

#include <utility>

#include "client/internal/connection.h"
#include "hawser/base/mutex.h"
#include "hawser/remote.h"
#include "proto/link/proxy.h"

namespace hawser::internal {

// What the copies of a Remote share: when it goes, the program has no Remote of the session left.
class RemoteState {
 public:
  explicit RemoteState(Ref<Connection> connection)
      : connection_(std::move(connection)), root_(connection_->ImportRoot()) {}
  ~RemoteState() {
    root_.reset();
    process_.reset();
    connection_->OnLastRemote();
  }

  Connection& connection() const { return *connection_; }
  const ObjectRef& root() const { return root_; }

  ObjectRef process() const {
    base::MutexLock lock(mu_);
    return process_;
  }
  void set_process(ObjectRef process) {
    base::MutexLock lock(mu_);
    std::swap(process_, process);
  }

 private:
  const Ref<Connection> connection_;
  ObjectRef root_;
  mutable base::Mutex mu_;
  ObjectRef process_ HAWSER_GUARDED_BY(mu_);
};

// A Remote of a session however it was made; tests use connections in memory.
Remote MakeRemote(Ref<Connection> connection);

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_REMOTE_STATE_H_
