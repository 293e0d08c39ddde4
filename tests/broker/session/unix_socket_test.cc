#include "broker/session/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace hawser::tests {
namespace {

namespace fs = std::filesystem;

using absl::StatusCode;
using broker::UniqueFd;
using broker::UnixSocket;
using ::testing::AllOf;
using ::testing::HasSubstr;

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

bool Connects(const std::string& path) {
  UniqueFd client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = AddressOf(path);
  return connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
}

// A socket bound to `path` by hand, without what a broker does around it.
UniqueFd Bind(const std::string& path) {
  UniqueFd bound(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = AddressOf(path);
  EXPECT_EQ(bind(bound.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return bound;
}

mode_t ModeOf(const std::string& path) {
  struct stat there {};
  EXPECT_EQ(lstat(path.c_str(), &there), 0);
  return there.st_mode & 0777;
}

class UnixSocketTest : public ::testing::Test {
 protected:
  const TempDir folder_;
  const std::string path_ = folder_.path() + "/hawser.sock";
};

TEST_F(UnixSocketTest, TakesConnectionsAndIsForItsUserAndGroup) {
  absl::StatusOr<UnixSocket> socket = UnixSocket::Listen(path_);
  ASSERT_THAT(socket, IsOk());
  EXPECT_EQ(socket->path(), path_);
  EXPECT_TRUE(Connects(path_));
  EXPECT_EQ(ModeOf(path_), 0660u);
}

TEST_F(UnixSocketTest, LeavesNothingBehind) {
  { ASSERT_THAT(UnixSocket::Listen(path_), IsOk()); }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(UnixSocketTest, MakesTheFolderIfOnlyThatIsMissing) {
  std::string inner = folder_.path() + "/run";
  EXPECT_THAT(UnixSocket::Listen(inner + "/hawser.sock"), IsOk());
  EXPECT_EQ(
      ModeOf(inner), 0750u & ~[] {
        mode_t mask = umask(0);
        umask(mask);
        return mask;
      }());
  EXPECT_THAT(UnixSocket::Listen(folder_.path() + "/no/such/hawser.sock"),
              StatusIs(StatusCode::kNotFound, HasSubstr("cannot make the folder")));
}

TEST_F(UnixSocketTest, ASecondBrokerIsRefusedAndToldWhoIsThere) {
  absl::StatusOr<UnixSocket> first = UnixSocket::Listen(path_);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(UnixSocket::Listen(path_),
              StatusIs(StatusCode::kAlreadyExists,
                       AllOf(HasSubstr(absl::StrCat("pid ", getpid())), HasSubstr(path_))));
  EXPECT_TRUE(Connects(path_)) << "the first is as it was";
}

TEST_F(UnixSocketTest, AnotherProgramThatListensThereIsLeftAlone) {
  UniqueFd other = Bind(path_);
  ASSERT_EQ(listen(other.get(), 1), 0);
  EXPECT_THAT(UnixSocket::Listen(path_),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr(absl::StrCat("pid ", getpid()))));
  EXPECT_TRUE(Connects(path_));
  EXPECT_FALSE(fs::exists(path_ + ".lock"));
}

TEST_F(UnixSocketTest, ASocketNobodyListensAtIsReplaced) {
  Bind(path_) = UniqueFd();
  ASSERT_FALSE(Connects(path_));
  absl::StatusOr<UnixSocket> socket = UnixSocket::Listen(path_);
  ASSERT_THAT(socket, IsOk());
  EXPECT_TRUE(Connects(path_));
}

TEST_F(UnixSocketTest, FilesOfABrokerThatDiedAreNoObstacle) {
  Bind(path_) = UniqueFd();
  Bind(path_ + ".~") = UniqueFd();
  std::ofstream(path_ + ".lock") << "4711";
  absl::StatusOr<UnixSocket> socket = UnixSocket::Listen(path_);
  ASSERT_THAT(socket, IsOk());
  EXPECT_TRUE(Connects(path_));
}

TEST_F(UnixSocketTest, AFileThatIsNoSocketIsKept) {
  std::ofstream(path_) << "precious";
  EXPECT_THAT(UnixSocket::Listen(path_),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("is no socket")));
  EXPECT_EQ(fs::file_size(path_), 8u);
  EXPECT_FALSE(fs::exists(path_ + ".lock"));
}

TEST_F(UnixSocketTest, APathThatCanBeNoSocketIsInvalid) {
  EXPECT_THAT(UnixSocket::Listen(""), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(UnixSocket::Listen("hawser.sock"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("not absolute")));
  EXPECT_THAT(UnixSocket::Listen("/" + std::string(200, 'x')),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("limit")));
}

TEST_F(UnixSocketTest, WhatAnotherPutInItsPlaceIsNotRemoved) {
  std::optional<UnixSocket> socket = UnixSocket::Listen(path_).value();
  ASSERT_EQ(rename(path_.c_str(), (folder_.path() + "/elsewhere").c_str()), 0);
  std::ofstream(path_) << "of somebody else";
  socket.reset();
  EXPECT_TRUE(fs::exists(path_));
}

TEST_F(UnixSocketTest, TheLockOfAnotherIsNotRemoved) {
  std::optional<UnixSocket> socket = UnixSocket::Listen(path_).value();
  ASSERT_TRUE(fs::remove(path_ + ".lock"));
  std::ofstream(path_ + ".lock") << "of somebody else";
  socket.reset();
  EXPECT_TRUE(fs::exists(path_ + ".lock"));
}

TEST_F(UnixSocketTest, APathTooLongForTheNameItIsMadeUnderIsNamedAsItWasGiven) {
  std::string longest = folder_.path() + "/";
  longest.append(105 - longest.size(), 's');
  EXPECT_THAT(UnixSocket::Listen(longest), IsOk());
  for (const std::string& path : {longest + "s", longest + "ss"}) {
    EXPECT_THAT(UnixSocket::Listen(path),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("(limit 105)"), HasSubstr(path), Not(HasSubstr("~")))));
  }
}

}  // namespace
}  // namespace hawser::tests
