#ifndef TESTS_SCENARIOS_SOCKET_RELAY_H_
#define TESTS_SCENARIOS_SOCKET_RELAY_H_

// SocketRelay: a Unix socket between a client and the broker that can be cut, so that a transport
// breaks while both processes live on.

#include <map>
#include <string>
#include <thread>

#include "hawser/base/mutex.h"
#include "tests/support/temp_dir.h"

namespace hawser::scenarios {

// Thread-safe.
class SocketRelay {
 public:
  // Passes on to `endpoint`, "unix:PATH".
  explicit SocketRelay(const std::string& endpoint);
  ~SocketRelay();
  SocketRelay(const SocketRelay&) = delete;
  SocketRelay& operator=(const SocketRelay&) = delete;

  std::string endpoint() const { return "unix:" + path(); }
  // Closes every connection, and each new one at once.
  void Cut() HAWSER_EXCLUDES(mu_);
  // Lets new ones through again.
  void Mend() HAWSER_EXCLUDES(mu_);

 private:
  std::string path() const { return folder_.path() + "/relay.sock"; }
  void Run();
  void Accept();
  void Pass(int from);
  void CloseAll();
  void Wake();

  const tests::TempDir folder_;
  const std::string broker_path_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::map<int, int> peers_;  // each descriptor -> the one its bytes go to; of the thread
  base::Mutex mu_;
  bool open_ HAWSER_GUARDED_BY(mu_) = true;
  bool stop_ HAWSER_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace hawser::scenarios

#endif  // TESTS_SCENARIOS_SOCKET_RELAY_H_
