#ifndef HAWSER_TESTS_SUPPORT_TEST_CLIENT_H_
#define HAWSER_TESTS_SUPPORT_TEST_CLIENT_H_

// TestClient: a client of the broker without threads: a session's other end over PacketPipes. It
// reads only while the test waits for something, on the test's own thread; callbacks run there too.
// What the public SDK hides (when to attach, with which token, in which epoch) the test decides.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "hawser/base/clock.h"
#include "proto/link/endpoint.h"
#include "tests/support/packet_pipe.h"

namespace hawser::tests {

class TestClient {
 public:
  explicit TestClient(std::map<std::string, std::string> attributes = {},
                      const base::Clock& clock = base::SystemClock());
  // Cuts the connection; the session lives on in the broker until its lease ends.
  ~TestClient();

  // What the next Attach will say; change it to say something else.
  wire::Attach attach;

  // Opens a connection with the next attach number, and gives the broker's answer, or the status
  // the connection ended with.
  absl::StatusOr<wire::AttachReply> Attach(std::unique_ptr<PacketPipe> pipe);
  // Sends End and waits until the broker has closed the connection; gives with what.
  absl::Status Leave();
  void Cut();
  PacketPipe& pipe() { return *pipe_; }

  // Calls. Each waits for the answer; a failure is its status.
  ObjectRef root();
  absl::StatusOr<Value> Call(const ObjectRef& target, std::string_view member, Array args = {});
  absl::StatusOr<Value> Get(const ObjectRef& target, std::string_view member);
  absl::Status Set(const ObjectRef& target, std::string_view member, Value value);
  absl::StatusOr<ObjectRef> New(const ObjectRef& target, Array args = {});
  absl::StatusOr<Value> Await(const ObjectRef& promise);
  absl::StatusOr<ObjectRef> Require(std::string_view module);
  // Without waiting: the answer is in `*outcome` once it came.
  uint64_t Start(const ObjectRef& target, Op op, std::string_view member, Array args,
                 std::shared_ptr<std::optional<Outcome>> outcome,
                 std::optional<base::MonoTime> deadline = std::nullopt);

  // Reads until `done`, false if it does not come to be.
  bool AwaitThat(const std::function<bool()>& done);
  // Reads what is there now.
  void Pump();
  // Sends an empty packet, as an idle client does.
  void Heartbeat();

  link::Endpoint& endpoint();
  SessionId id() const { return attach.session; }
  // Why the session ended here, once it did.
  const absl::Status& end_status() const;
  bool ended() const;

 private:
  class Session;
  class Carrier;

  bool ReadOne(absl::Duration timeout);

  Ref<Session> end_;
  std::shared_ptr<PacketPipe> pipe_;
  std::shared_ptr<Carrier> carrier_;
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_SUPPORT_TEST_CLIENT_H_
