#include "broker/session/peer_table.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;
using broker::BrokerLimits;
using broker::ControlLoop;
using broker::Peer;
using broker::PeerTable;
using broker::TimerQueue;
using broker::UniqueFd;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr char kAddress[] = "unix:/run/hawser/hawser.sock";

// A connected pair; the kernel remembers this process as the peer of either end.
struct Pair {
  Pair() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours = UniqueFd(ends[0]);
    theirs = UniqueFd(ends[1]);
  }
  // Waits for the end of what comes from the other side.
  bool AwaitEnd() const {
    char byte;
    return read(theirs.get(), &byte, 1) == 0;
  }

  UniqueFd ours;
  UniqueFd theirs;
};

std::string NameOf(const UniqueFd& socket) { return absl::StrCat("fd:", socket.get()); }

class PeerTableTest : public ::testing::Test {
 protected:
  PeerTableTest() : timers_(clock_), control_(clock_, timers_) { control_.Start(); }

  bool AwaitSize(const PeerTable& peers, size_t size) {
    for (absl::Time until = absl::Now() + kPatience; absl::Now() < until;) {
      if (peers.size() == size) return true;
      absl::SleepFor(absl::Milliseconds(1));
    }
    return false;
  }

  FakeClock clock_;
  TimerQueue timers_;
  ControlLoop control_;
  BrokerLimits limits_;
};

TEST_F(PeerTableTest, AConnectionIsKnownByItsDescriptorWithWhoIsThere) {
  PeerTable peers(limits_, control_);
  Pair pair;
  absl::StatusOr<UniqueFd> socket = peers.Admit(std::move(pair.ours), kAddress);
  ASSERT_THAT(socket, IsOk());
  std::optional<Peer> peer = peers.Find(NameOf(*socket));
  ASSERT_TRUE(peer.has_value());
  EXPECT_EQ(peer->uid, getuid());
  EXPECT_EQ(peer->pid, getpid());
  EXPECT_EQ(peer->address, kAddress);
  EXPECT_FALSE(peer->program.empty());
  ASSERT_NE(peer->process, nullptr);
  EXPECT_FALSE(peer->process->gone());
}

TEST_F(PeerTableTest, NamesThatAreNoDescriptorOfOursFindNobody) {
  PeerTable peers(limits_, control_);
  for (std::string_view name :
       {"", "fd:", "fd:x", "fd:7", "fd:99999999999999999999", "fd:7x", "ipv4:127.0.0.1:7"}) {
    EXPECT_EQ(peers.Find(name), std::nullopt) << name;
    peers.Cut(name);
  }
}

TEST_F(PeerTableTest, DescriptorsAreMovedUpAndNumbersDoNotComeBackSoon) {
  PeerTable peers(limits_, control_);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  int last = 0;
  for (int i = 0; i < 10; ++i) {
    Pair pair;
    absl::StatusOr<UniqueFd> socket = peers.Admit(std::move(pair.ours), kAddress);
    ASSERT_THAT(socket, IsOk());
    EXPECT_GT(socket->get(), last) << "the one before is closed, but its number is not taken again";
    EXPECT_GE(socket->get(), static_cast<int>(std::min<rlim_t>(files.rlim_cur, 1 << 24) / 4) - 1);
    last = socket->get();
  }
}

TEST_F(PeerTableTest, AConnectionThatHangsUpIsForgotten) {
  PeerTable peers(limits_, control_);
  Pair pair;
  UniqueFd socket = peers.Admit(std::move(pair.ours), kAddress).value();
  EXPECT_EQ(peers.size(), 1u);
  pair.theirs = UniqueFd();
  EXPECT_TRUE(AwaitSize(peers, 0));
  EXPECT_EQ(peers.Find(NameOf(socket)), std::nullopt);
}

TEST_F(PeerTableTest, ACutEndsTheConnectionWhoeverElseHoldsItsDescriptor) {
  PeerTable peers(limits_, control_);
  Pair pair;
  UniqueFd socket = peers.Admit(std::move(pair.ours), kAddress).value();
  peers.Cut(NameOf(socket));
  EXPECT_TRUE(pair.AwaitEnd());
}

TEST_F(PeerTableTest, CutAllLeavesNobodyConnected) {
  PeerTable peers(limits_, control_);
  Pair first;
  Pair second;
  UniqueFd a = peers.Admit(std::move(first.ours), kAddress).value();
  UniqueFd b = peers.Admit(std::move(second.ours), kAddress).value();
  peers.CutAll();
  EXPECT_TRUE(first.AwaitEnd());
  EXPECT_TRUE(second.AwaitEnd());
}

TEST_F(PeerTableTest, ATableThatGoesCutsWhatIsLeft) {
  Pair pair;
  UniqueFd socket;
  {
    PeerTable peers(limits_, control_);
    socket = peers.Admit(std::move(pair.ours), kAddress).value();
  }
  EXPECT_TRUE(pair.AwaitEnd());
}

TEST_F(PeerTableTest, AConnectionOverTheLimitIsClosedWithTheLimitNamedUntilThereIsRoom) {
  limits_.connections = 1;
  PeerTable peers(limits_, control_);
  Pair first;
  Pair second;
  UniqueFd socket = peers.Admit(std::move(first.ours), kAddress).value();
  EXPECT_THAT(peers.Admit(std::move(second.ours), kAddress),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("connections: ")));
  EXPECT_TRUE(second.AwaitEnd());
  first.theirs = UniqueFd();
  ASSERT_TRUE(AwaitSize(peers, 0));
  EXPECT_THAT(peers.Admit(std::move(Pair().ours), kAddress), IsOk());
}

TEST_F(PeerTableTest, TheLimitOfAUserDoesNotBindTheBrokersOwn) {
  limits_.connections_per_uid = 1;
  PeerTable peers(limits_, control_);
  Pair first;
  Pair second;
  UniqueFd a = peers.Admit(std::move(first.ours), kAddress).value();
  EXPECT_THAT(peers.Admit(std::move(second.ours), kAddress), IsOk());
}

TEST_F(PeerTableTest, AnotherUserIsBoundByTheLimitOfAUser) {
  constexpr uid_t kOther = 65534;
  limits_.connections_per_uid = 1;
  PeerTable peers(limits_, control_);
  std::optional<Pair> pairs[2];
  // The kernel's call changes the user of one thread only, and notes it in the sockets made there.
  std::thread other([&] {
    if (syscall(SYS_setresuid, -1, kOther, -1) != 0) return;
    for (std::optional<Pair>& pair : pairs) pair.emplace();
  });
  other.join();
  if (!pairs[1]) GTEST_SKIP() << "this process may not become another user";
  UniqueFd first = peers.Admit(std::move(pairs[0]->ours), kAddress).value();
  EXPECT_EQ(peers.Find(NameOf(first))->uid, kOther);
  EXPECT_THAT(peers.Admit(std::move(pairs[1]->ours), kAddress),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("connections_per_uid: user")));
}

}  // namespace
}  // namespace hawser::tests
