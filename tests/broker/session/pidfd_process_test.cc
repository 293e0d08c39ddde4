#include "broker/session/pidfd_process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace hawser::tests {
namespace {

using broker::ControlLoop;
using broker::PeerProcess;
using broker::PidfdProcess;
using broker::TimerQueue;
using broker::UniqueFd;

constexpr absl::Duration kPatience = absl::Seconds(20);

// A process that connects to a socket of the test and then does nothing until it is killed.
class Client {
 public:
  Client() {
    std::string path = folder_.path() + "/s";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, path.c_str(), path.size());
    const auto* at = reinterpret_cast<const sockaddr*>(&address);
    UniqueFd listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(listening.get(), at, sizeof(address)), 0);
    EXPECT_EQ(listen(listening.get(), 1), 0);
    pid_ = fork();
    if (pid_ == 0) {
      // Only what is safe after fork in a process with threads.
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
      if (connect(fd, at, sizeof(address)) != 0) _exit(1);
      for (;;) pause();
    }
    socket = UniqueFd(accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  ~Client() { Reap(); }

  pid_t pid() const { return pid_; }
  void Kill() { kill(pid_, SIGKILL); }
  void Reap() {
    if (pid_ <= 0) return;
    Kill();
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  UniqueFd socket;

 private:
  const TempDir folder_;
  pid_t pid_ = 0;
};

class PidfdProcessTest : public ::testing::Test {
 protected:
  PidfdProcessTest() : timers_(clock_), control_(clock_, timers_) { control_.Start(); }

  std::shared_ptr<PeerProcess> Of(const Client& client) {
    return PidfdProcess::OfSocket(client.socket.get(), client.pid(), control_);
  }

  FakeClock clock_;
  TimerQueue timers_;
  ControlLoop control_;
};

TEST_F(PidfdProcessTest, AKilledProcessIsGoneAndWhoWatchesIsToldOnce) {
  Client client;
  std::shared_ptr<PeerProcess> process = Of(client);
  ASSERT_NE(process, nullptr);
  EXPECT_FALSE(process->gone());
  absl::Notification told;
  std::atomic<int> times{0};
  process->Watch([&] {
    ++times;
    told.Notify();
  });
  client.Kill();
  ASSERT_TRUE(told.WaitForNotificationWithTimeout(kPatience));
  EXPECT_TRUE(process->gone());
  control_.RunAndWait([] {});
  EXPECT_EQ(times, 1);
  client.Reap();
  EXPECT_TRUE(process->gone()) << "for ever";
}

TEST_F(PidfdProcessTest, EveryOneWhoWatchesIsTold) {
  Client client;
  std::shared_ptr<PeerProcess> process = Of(client);
  absl::Notification first;
  absl::Notification second;
  process->Watch([&] { first.Notify(); });
  process->Watch([&] { second.Notify(); });
  client.Kill();
  EXPECT_TRUE(first.WaitForNotificationWithTimeout(kPatience));
  EXPECT_TRUE(second.WaitForNotificationWithTimeout(kPatience));
}

TEST_F(PidfdProcessTest, WhoComesAfterTheEndIsToldToo) {
  Client client;
  std::shared_ptr<PeerProcess> process = Of(client);
  client.Reap();
  absl::Notification told;
  process->Watch([&] { told.Notify(); });
  EXPECT_TRUE(told.WaitForNotificationWithTimeout(kPatience));
}

TEST_F(PidfdProcessTest, WhoNoLongerWatchesIsNotTold) {
  Client client;
  std::shared_ptr<PeerProcess> process = Of(client);
  std::atomic<int> times{0};
  absl::Notification told;
  uint64_t given_up = process->Watch([&] { ++times; });
  process->Watch([&] { told.Notify(); });
  process->Unwatch(given_up);
  process->Unwatch(given_up);
  client.Kill();
  ASSERT_TRUE(told.WaitForNotificationWithTimeout(kPatience));
  EXPECT_EQ(times, 0);
}

TEST_F(PidfdProcessTest, AProcessNobodyKnowsAnyMoreTellsNobody) {
  Client client;
  std::atomic<int> times{0};
  Of(client)->Watch([&] { ++times; });
  client.Reap();
  control_.RunAndWait([] {});
  EXPECT_EQ(times, 0) << "the watch ended with the object";
}

TEST_F(PidfdProcessTest, AProcessThatWasGoneBeforeItWasAskedForIsNeverTakenForAnother) {
  Client client;
  pid_t pid = client.pid();
  client.Reap();
  std::shared_ptr<PeerProcess> process = PidfdProcess::OfSocket(client.socket.get(), pid, control_);
  EXPECT_TRUE(process == nullptr || process->gone());
}

TEST(ProgramOf, NamesAProcessAndIsEmptyForNone) {
  EXPECT_FALSE(broker::ProgramOf(getpid()).empty());
  EXPECT_EQ(broker::ProgramOf(-1), "");
}

}  // namespace
}  // namespace hawser::tests
