// The daemon itself, as a process: how it starts beside another, after a crash, and how it ends.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/base/mutex.h"
#include "hawser/remote.h"
#include "tests/support/child_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace hawser::tests {
namespace {

using ::testing::HasSubstr;
using enum absl::StatusCode;

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kDrain = absl::Seconds(1);
constexpr char kPlugins[] = "tests/testdata/plugins";

class HawserdTest : public ::testing::Test {
 protected:
  std::string socket_path() const { return folder_.path() + "/hawser.sock"; }
  std::string endpoint() const { return "unix:" + socket_path(); }

  std::unique_ptr<ChildProcess> StartProcess(
      ChildProcess::Stderr errors = ChildProcess::Stderr::kOurs) {
    return std::make_unique<ChildProcess>(
        "broker/hawserd",
        std::vector<std::string>{
            "--listen", endpoint(), "--plugin", absl::StrCat(kPlugins, "/stage/stage.so"),
            "--plugin", absl::StrCat(kPlugins, "/slow/slow.so"), "--drain",
            absl::StrCat(absl::ToInt64Seconds(kDrain)), "--log-level", "warning"},
        errors);
  }
  // ... that listens.
  std::unique_ptr<ChildProcess> Start() {
    std::unique_ptr<ChildProcess> process = StartProcess();
    EXPECT_EQ(process->ReadLine(), "hawserd: listening on " + endpoint());
    return process;
  }
  absl::StatusOr<Remote> Connect() { return Remote::Connect(endpoint(), {.reconnect = false}); }
  void ExpectServes() {
    absl::StatusOr<Remote> remote = Connect();
    ASSERT_THAT(remote, IsOk());
    EXPECT_THAT(remote->Require("stage")->Call("echo", 42), IsOkAndHolds(Value(42)));
    EXPECT_THAT(remote->Close(), IsOk());
  }

  const TempDir folder_;
};

TEST_F(HawserdTest, ASecondOneOnTheSameSocketIsRefusedAndTheFirstGoesOn) {
  std::unique_ptr<ChildProcess> first = Start();
  std::unique_ptr<ChildProcess> second = StartProcess(ChildProcess::Stderr::kRead);
  std::string said = second->ReadAll();
  EXPECT_EQ(second->AwaitExit(kPatience), 1);
  EXPECT_THAT(said, HasSubstr(absl::StrCat("another hawserd (pid ", first->pid(), ") serves ",
                                           socket_path())));
  EXPECT_THAT(said, Not(HasSubstr("listening on")));
  ExpectServes();
  EXPECT_TRUE(first->Terminate(kPatience));
}

TEST_F(HawserdTest, ASocketIsFoundWhateverItsPathHasInItButAComma) {
  for (const char* name : {"100%", "%41", "what?", "no#1", "with space", "f\xc3\xbcr", "x:y"}) {
    const std::string path = absl::StrCat("unix:", folder_.path(), "/", name);
    ChildProcess process("broker/hawserd", {"--listen", path, "--log-level", "warning"});
    EXPECT_EQ(process.ReadLine(), "hawserd: listening on " + path);
    EXPECT_THAT(Remote::Connect(path), IsOk()) << path;
    EXPECT_TRUE(process.Terminate(kPatience));
  }
  EXPECT_THAT(Remote::Connect("unix:/tmp/a,b"), StatusIs(kInvalidArgument, HasSubstr("comma")));
}

TEST_F(HawserdTest, StartedWithoutStandardDescriptorsWhateverItPrintsGoesNowhere) {
  ChildProcess process("/bin/sh",
                       {"-c", "exec broker/hawserd --listen " + endpoint() + " 0<&- 1>&- 2>&-"});
  EXPECT_THAT(Remote::Connect(endpoint(), {.connect_timeout = kPatience, .wait_for_broker = true}),
              IsOk());
  for (int number : {0, 1, 2}) {
    EXPECT_EQ(std::filesystem::read_symlink(absl::StrCat("/proc/", process.pid(), "/fd/", number)),
              "/dev/null");
  }
  EXPECT_TRUE(process.Terminate(kPatience));
}

TEST_F(HawserdTest, WhileItLoadsPluginsClientsWaitAndASecondOneLoadsNone) {
  const std::string gate = folder_.path() + "/gate";
  ASSERT_EQ(mkfifo(gate.c_str(), 0600), 0);
  setenv("HAWSER_TEST_GATE", gate.c_str(), 1);
  const std::vector<std::string> args = {"--listen", endpoint(), "--plugin",
                                         absl::StrCat(kPlugins, "/slow/slow_to_load.so")};
  ChildProcess first("broker/hawserd", args);
  // Opens when the plugin's code does.
  std::ofstream opened(gate);
  EXPECT_THAT(Remote::Connect(endpoint(), {.connect_timeout = absl::Milliseconds(100)}),
              StatusIs(kDeadlineExceeded));
  // It would wait at the gate too.
  ChildProcess second("broker/hawserd", args, ChildProcess::Stderr::kRead);
  EXPECT_THAT(second.ReadAll(), HasSubstr("another hawserd"));
  EXPECT_EQ(second.AwaitExit(kPatience), 1);
  // One that came before anything was there.
  absl::StatusOr<Value> said;
  std::thread early([&] {
    absl::StatusOr<Remote> remote = Connect();
    ASSERT_THAT(remote, IsOk());
    absl::StatusOr<RemoteObject> module = remote->Require("slow_to_load");
    ASSERT_THAT(module, IsOk());
    said = module->Get("said");
  });
  opened << "open" << std::endl;
  opened.close();
  early.join();
  EXPECT_THAT(said, IsOkAndHolds(Value("open")));
  EXPECT_EQ(first.ReadLine(), "hawserd: listening on " + endpoint());
  EXPECT_TRUE(first.Terminate(kPatience));
}

TEST_F(HawserdTest, WhatACrashLeftBehindIsNoObstacle) {
  Start()->Kill();
  ASSERT_TRUE(std::filesystem::exists(socket_path()));
  std::unique_ptr<ChildProcess> next = Start();
  ExpectServes();
  EXPECT_TRUE(next->Terminate(kPatience));
  EXPECT_FALSE(std::filesystem::exists(socket_path()));
}

TEST_F(HawserdTest, AFileInItsPlaceIsKeptAndNamed) {
  std::ofstream(socket_path()) << "precious";
  std::unique_ptr<ChildProcess> process = StartProcess(ChildProcess::Stderr::kRead);
  std::string said = process->ReadAll();
  EXPECT_EQ(process->AwaitExit(kPatience), 1);
  EXPECT_THAT(said, HasSubstr(socket_path() + " exists and is no socket"));
  EXPECT_EQ(std::filesystem::file_size(socket_path()), 8u);
}

TEST_F(HawserdTest, AnIdleOneEndsAtOnceWhenItIsTold) {
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) {
    std::unique_ptr<ChildProcess> process = Start();
    Remote remote = Connect().value();
    absl::Time begin = absl::Now();
    process->Signal(signal);
    EXPECT_EQ(process->AwaitExit(kPatience), 0);
    EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
  }
}

// What calls were answered with, over all clients. Thread-safe.
class Tally {
 public:
  void Add(const absl::Status& status) {
    base::MutexLock lock(mu_);
    ++counts_[status.code()];
  }
  std::map<absl::StatusCode, int> counts() const {
    base::MutexLock lock(mu_);
    return counts_;
  }

 private:
  mutable base::Mutex mu_;
  std::map<absl::StatusCode, int> counts_ HAWSER_GUARDED_BY(mu_);
};

TEST_F(HawserdTest, ToldToEndUnderLoadItAnswersEverythingAndLeavesInTime) {
  std::unique_ptr<ChildProcess> process = Start();
  Tally calls;
  Tally attaches;
  // Clients that call until they are refused, and others that come and go until nobody is there.
  std::vector<std::thread> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] {
      Remote remote = Connect().value();
      RemoteObject stage = remote.Require("stage").value();
      for (bool refused = false; !refused;) {
        absl::Status status = stage.Call("echo", "work").status();
        calls.Add(status);
        refused = !status.ok();
      }
    });
    clients.emplace_back([&] {
      for (bool refused = false; !refused;) {
        absl::StatusOr<Remote> remote = Connect();
        attaches.Add(remote.status());
        refused = !remote.ok();
        if (!refused) calls.Add(remote->Require("stage").status());
      }
    });
  }
  // One whose answers come only when the module pleases: some never, one during the drain.
  Remote remote = Connect().value();
  RemoteObject stage = remote.Require("stage").value();
  std::vector<Future<>> held;
  for (int i = 0; i < 100; ++i) held.push_back(stage.CallAsync("hold"));
  std::string pipe = folder_.path() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  Future<> line = remote.Require("slow")->CallAsync("readLineBlocking", pipe);
  std::ofstream writer(pipe);  // waits for the reader: the call is in work
  absl::Time until = absl::Now() + kPatience;
  while (calls.counts()[kOk] < 1000 || attaches.counts()[kOk] < 10) {
    ASSERT_LT(absl::Now(), until);
    absl::SleepFor(absl::Milliseconds(1));
  }

  absl::Time begin = absl::Now();
  process->Signal(SIGTERM);
  // It drains as soon as it refuses calls.
  while (stage.Call("echo", 1).ok()) ASSERT_LT(absl::Now(), until);
  writer << "in time\n" << std::flush;
  EXPECT_THAT(line.Await(kPatience), IsOkAndHolds(Value("in time")));
  for (const Future<>& call : held) EXPECT_THAT(call.Await(kPatience), StatusIs(kAborted));
  EXPECT_EQ(process->AwaitExit(kPatience), 0);
  EXPECT_GE(absl::Now() - begin, kDrain) << "the calls nobody answers had their time";
  EXPECT_LT(absl::Now() - begin, kDrain + absl::Seconds(5));
  for (std::thread& client : clients) client.join();

  for (const auto& [code, count] : calls.counts()) {
    EXPECT_TRUE(code == kOk || code == kUnavailable || code == kAborted ||
                code == kFailedPrecondition)
        << count << " calls ended with " << absl::Status(code, "");
  }
  for (const auto& [code, count] : attaches.counts()) {
    EXPECT_TRUE(code == kOk || code == kUnavailable)
        << count << " attaches ended with " << absl::Status(code, "");
  }
}

}  // namespace
}  // namespace hawser::tests
