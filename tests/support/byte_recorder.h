#ifndef HAWSER_TESTS_SUPPORT_BYTE_RECORDER_H_
#define HAWSER_TESTS_SUPPORT_BYTE_RECORDER_H_

// ByteRecorder: a Unix socket in front of a broker's that passes bytes on, both ways, and remembers
// what the client sent: for tests that send the same bytes again, whole or in part.

#include <string>
#include <thread>

#include "hawser/base/mutex.h"
#include "tests/support/temp_dir.h"

namespace hawser::tests {

// Thread-safe. Takes one connection.
class ByteRecorder {
 public:
  // `broker_path` is where the broker listens.
  explicit ByteRecorder(std::string broker_path);
  // Waits until either side has hung up.
  ~ByteRecorder();

  // "unix:/..." for the client to connect to.
  std::string endpoint() const { return "unix:" + path(); }
  std::string sent() const HAWSER_EXCLUDES(mu_);

  // A connected socket, made by hand; -1 if nobody listens at `path`.
  static int Connect(const std::string& path);

 private:
  std::string path() const { return folder_.path() + "/s"; }
  void Run() HAWSER_EXCLUDES(mu_);

  const TempDir folder_;
  const std::string broker_path_;
  int listening_;
  std::thread thread_;
  mutable base::Mutex mu_;
  std::string sent_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_SUPPORT_BYTE_RECORDER_H_
