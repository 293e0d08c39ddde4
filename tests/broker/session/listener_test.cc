#include "broker/session/listener.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "broker/session/tcp_socket.h"
#include "broker/session/unix_socket.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace hawser::tests {
namespace {

using broker::BrokerLimits;
using broker::ControlLoop;
using broker::Listener;
using broker::PeerTable;
using broker::TcpSocket;
using broker::TimerQueue;
using broker::UniqueFd;
using broker::UnixSocket;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(20);

class ListenerTest : public ::testing::Test {
 protected:
  ListenerTest() : timers_(clock_), control_(clock_, timers_), peers_(limits_, control_) {
    control_.Start();
  }

  void Listen() {
    socket_.emplace(UnixSocket::Listen(path_).value());
    ListenAt(socket_->fd(), "unix:" + path_);
  }
  void ListenAt(int socket, std::string address) {
    listener_.emplace(socket, std::move(address), control_, timers_, clock_, peers_,
                      [this](UniqueFd connection) {
                        base::MutexLock lock(mu_);
                        served_.push_back(std::move(connection));
                      });
  }
  static UniqueFd ConnectTcp(int port) {
    UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return client;
  }
  UniqueFd Connect() {
    UniqueFd client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, path_.c_str(), path_.size());
    if (connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      return UniqueFd();
    }
    return client;
  }
  size_t served() {
    base::MutexLock lock(mu_);
    return served_.size();
  }
  bool AwaitServed(size_t count) {
    for (absl::Time until = absl::Now() + kPatience; absl::Now() < until;) {
      if (served() == count) return true;
      absl::SleepFor(absl::Milliseconds(1));
    }
    return false;
  }
  static bool IsClosed(const UniqueFd& client) {
    char byte;
    return read(client.get(), &byte, 1) == 0;
  }

  const TempDir folder_;
  const std::string path_ = folder_.path() + "/hawser.sock";
  FakeClock clock_;
  TimerQueue timers_;
  ControlLoop control_;
  BrokerLimits limits_{.connections = 2};
  PeerTable peers_;
  base::Mutex mu_;
  std::vector<UniqueFd> served_ HAWSER_GUARDED_BY(mu_);
  std::optional<UnixSocket> socket_;
  std::optional<Listener> listener_;
};

TEST_F(ListenerTest, AConnectionIsHandedOnWithItsPeerKnown) {
  Listen();
  UniqueFd client = Connect();
  ASSERT_TRUE(AwaitServed(1));
  base::MutexLock lock(mu_);
  std::optional<broker::Peer> peer = peers_.Find(absl::StrCat("fd:", served_[0].get()));
  ASSERT_TRUE(peer.has_value());
  EXPECT_EQ(peer->pid, getpid());
  EXPECT_EQ(peer->address, "unix:" + path_);
}

TEST_F(ListenerTest, AConnectionOverTheLimitIsClosedAndTheNextIsServedWhenThereIsRoom) {
  Listen();
  UniqueFd first = Connect();
  UniqueFd second = Connect();
  ASSERT_TRUE(AwaitServed(2));
  EXPECT_TRUE(IsClosed(Connect()));
  first = UniqueFd();
  for (absl::Time until = absl::Now() + kPatience; peers_.size() == 2 && absl::Now() < until;) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  UniqueFd fourth = Connect();
  EXPECT_TRUE(AwaitServed(3));
}

TEST_F(ListenerTest, WhoConnectsBeforeThereIsAListenerIsServedByTheFirst) {
  socket_.emplace(UnixSocket::Listen(path_).value());
  UniqueFd early = Connect();
  ASSERT_TRUE(early.ok());
  ListenAt(socket_->fd(), "unix:" + path_);
  EXPECT_TRUE(AwaitServed(1));
}

TEST_F(ListenerTest, WhoComesOverTcpIsKnownByTheirAddressAndCountedWithAllOthers) {
  std::vector<TcpSocket> sockets = TcpSocket::Listen("127.0.0.1:0").value();
  ASSERT_EQ(sockets.size(), 1u);
  ListenAt(sockets[0].fd(), "tcp:127.0.0.1");
  UniqueFd first = ConnectTcp(sockets[0].port());
  UniqueFd second = ConnectTcp(sockets[0].port());
  ASSERT_TRUE(AwaitServed(2));
  {
    base::MutexLock lock(mu_);
    std::optional<broker::Peer> peer = peers_.Find(absl::StrCat("fd:", served_[0].get()));
    ASSERT_TRUE(peer.has_value());
    EXPECT_EQ(peer->uid, std::nullopt);
    EXPECT_EQ(peer->pid, 0);
    EXPECT_EQ(peer->address.rfind("tcp:127.0.0.1:", 0), 0u) << peer->address;
  }
  EXPECT_TRUE(IsClosed(ConnectTcp(sockets[0].port())));
  first = UniqueFd();
  for (absl::Time until = absl::Now() + kPatience; peers_.size() == 2 && absl::Now() < until;) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  UniqueFd fourth = ConnectTcp(sockets[0].port());
  EXPECT_TRUE(AwaitServed(3));
  listener_.reset();
}

TEST_F(ListenerTest, AllWhoComeOverTcpAreBoundAsOneUser) {
  limits_.connections_per_uid = 1;
  std::vector<TcpSocket> sockets = TcpSocket::Listen("127.0.0.1:0").value();
  ListenAt(sockets[0].fd(), "tcp:127.0.0.1");
  UniqueFd first = ConnectTcp(sockets[0].port());
  ASSERT_TRUE(AwaitServed(1));
  EXPECT_TRUE(IsClosed(ConnectTcp(sockets[0].port())));
  listener_.reset();
}

TEST_F(ListenerTest, APortThatIsTakenIsUnavailableInTheSystemsWords) {
  std::vector<TcpSocket> taken = TcpSocket::Listen("127.0.0.1:0").value();
  EXPECT_THAT(TcpSocket::Listen(absl::StrCat("127.0.0.1:", taken[0].port())),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("Address already in use")));
  EXPECT_THAT(TcpSocket::Listen("[::bad]:0"), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ListenerTest, WithoutDescriptorsItWaitsAMomentAndServesWhoWaited) {
  Listen();
  UniqueFd first = Connect();
  ASSERT_TRUE(AwaitServed(1));
  UniqueFd client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // All numbers below this one are in use.
  int free = dup(client.get());
  close(free);
  rlimit files{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  rlimit none = files;
  none.rlim_cur = static_cast<rlim_t>(free);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, path_.c_str(), path_.size());
  ASSERT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  // It has seen the connection and set its timer.
  bool paused = false;
  for (absl::Time until = absl::Now() + kPatience; !paused && absl::Now() < until;) {
    absl::SleepFor(absl::Milliseconds(1));
    paused = timers_.size() == 1;
  }
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
  ASSERT_TRUE(paused);
  EXPECT_EQ(served(), 1u);
  clock_.Advance(absl::Seconds(1));
  control_.RunTimers();
  EXPECT_TRUE(AwaitServed(2));
}

TEST_F(ListenerTest, AListenerThatGoesServesNobodyMoreAndLeavesTheSocketToItsOwner) {
  Listen();
  UniqueFd client = Connect();
  ASSERT_TRUE(AwaitServed(1));
  listener_.reset();
  UniqueFd waits = Connect();
  EXPECT_TRUE(waits.ok());
  EXPECT_EQ(served(), 1u);
  EXPECT_EQ(peers_.size(), 1u) << "who is connected stays";
}

}  // namespace
}  // namespace hawser::tests
