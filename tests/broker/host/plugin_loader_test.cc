#include "broker/host/plugin_loader.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/manual_host.h"
#include "hawser/testing/test_session.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser::broker {
namespace {

using ::hawser::testing::ManualHost;
using ::hawser::testing::TestObject;
using ::hawser::testing::TestSession;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using enum absl::StatusCode;

std::string Broken(const std::string& name) {
  return "tests/testdata/plugins/broken/" + name + ".so";
}

bool IsMapped(const std::string& file) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("/" + file) != std::string::npos) return true;
  }
  return false;
}

// A refused plugin, and what its refusal says.
struct Refusal {
  const char* plugin;
  absl::StatusCode code;
  const char* says;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.plugin; }

std::string NameOf(const ::testing::TestParamInfo<Refusal>& info) { return info.param.plugin; }

class RefusedPlugin : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedPlugin, IsRefusedWithAReasonAndLeavesNothingBehind) {
  std::string path = Broken(GetParam().plugin);
  EXPECT_THAT(Plugin::Load(path),
              StatusIs(GetParam().code, AllOf(HasSubstr(path), HasSubstr(GetParam().says))));
  EXPECT_FALSE(IsMapped(std::string(GetParam().plugin) + ".so"));
}

INSTANTIATE_TEST_SUITE_P(
    PluginLoader, RefusedPlugin,
    ::testing::Values(Refusal{"no_such_file", kNotFound, "No such file"},
                      Refusal{"not_elf", kInvalidArgument, "cannot be loaded"},
                      Refusal{"unresolved_symbol", kInvalidArgument,
                              "hawser_tests_no_such_function"},
                      Refusal{"no_entry", kInvalidArgument,
                              "exports no hawser_plugin; define it with HAWSER_MODULE"},
                      Refusal{"null_info", kInvalidArgument, "describes nothing"},
                      Refusal{"describe_throws", kInvalidArgument, "threw"},
                      Refusal{"bad_abi", kFailedPrecondition,
                              "built for plugin ABI 0, this broker has ABI 3; build it again"},
                      Refusal{"bad_size", kFailedPrecondition, "build it again"},
                      Refusal{"bad_fingerprint", kFailedPrecondition,
                              "built with [hawser-1 absl-20200225 ptr-4]"},
                      Refusal{"bad_name", kInvalidArgument, "\"../etc/passwd\""},
                      Refusal{"no_create", kInvalidArgument, "no create function"}),
    NameOf);

class FailedModule : public ::testing::TestWithParam<Refusal> {};

TEST_P(FailedModule, IsAnErrorWithItsReasonAndLeavesNothingBehind) {
  ManualHost host;
  {
    absl::StatusOr<Plugin> plugin = Plugin::Load(Broken(GetParam().plugin));
    ASSERT_THAT(plugin, IsOk());
    EXPECT_EQ(plugin->name(), GetParam().plugin);
    EXPECT_THAT(Plugin::CreateModule(*std::move(plugin), host),
                StatusIs(GetParam().code,
                         AllOf(HasSubstr(GetParam().plugin), HasSubstr("could not be made"),
                               HasSubstr(GetParam().says))));
  }
  host.Run();
  EXPECT_FALSE(IsMapped(std::string(GetParam().plugin) + ".so"));
}

INSTANTIATE_TEST_SUITE_P(
    PluginLoader, FailedModule,
    ::testing::Values(Refusal{"create_fails", kInternal, "there is no database at /nowhere"},
                      Refusal{"create_silent", kInternal, "it gave no reason"},
                      Refusal{"create_throws", kInternal, "it threw: no display"},
                      Refusal{"create_throws_oddly", kInternal, "no std::exception"}),
    NameOf);

TEST(PluginLoader, ALoadedModuleRunsAndLeavesMemoryWithItsLastUser) {
  ManualHost host;
  bool told = false;
  bool left = false;
  auto on_unloaded = [&](bool gone) {
    told = true;
    left = gone;
  };
  std::shared_ptr<HostedModule> module =
      *Plugin::CreateModule(*Plugin::Load("plugins/counter/counter.so"), host, on_unloaded);
  EXPECT_EQ(module->name(), "counter");
  EXPECT_EQ(module->version(), "1.0");
  {
    TestSession session(host, *module, {});
    TestObject exports = session.module_exports();
    TestObject counter = *exports.New("Counter", 5);
    testing::TestCallback changed = *counter.Listen("changed");
    EXPECT_THAT(counter.Call("increment"), IsOkAndHolds(Value(6)));
    EXPECT_THAT(changed.calls(), ElementsAre(Array{6}));
    EXPECT_THAT(counter.Call("increment", "x"), StatusIs(kInvalidArgument));
    EXPECT_THAT(exports.Call("failWithException", "thrown"), StatusIs(kUnknown, "thrown"));
    EXPECT_THAT(exports.Call("later"), StatusIs(kDeadlineExceeded));
    EXPECT_THAT(exports.Call("keep", counter), IsOk());
  }
  module->OnUnload();
  host.Run();
  EXPECT_EQ(module->pins(), 0);
  EXPECT_FALSE(told);
  EXPECT_TRUE(IsMapped("counter.so"));
  module.reset();
  EXPECT_TRUE(told);
  EXPECT_TRUE(left);
  EXPECT_FALSE(IsMapped("counter.so"));
}

TEST(PluginLoader, EveryShippedModuleLeavesMemory) {
  for (const char* name : {"map_numbers", "sqlite", "window"}) {
    ManualHost host;
    bool left = false;
    std::string path = std::string("plugins/") + name + "/" + name + ".so";
    std::shared_ptr<HostedModule> module =
        *Plugin::CreateModule(*Plugin::Load(path), host, [&left](bool gone) { left = gone; });
    { TestSession session(host, *module, {}); }
    module->OnUnload();
    host.Run();
    EXPECT_EQ(module->pins(), 0) << name;
    module.reset();
    EXPECT_TRUE(left) << name;
  }
}

TEST(PluginLoader, ALibraryThatStaysInMemoryIsReportedAsPinned) {
  ManualHost host;
  bool left = true;
  std::shared_ptr<HostedModule> module = *Plugin::CreateModule(
      *Plugin::Load(Broken("pinned")), host, [&left](bool gone) { left = gone; });
  module.reset();
  EXPECT_FALSE(left);
  EXPECT_TRUE(IsMapped("pinned.so"));
}

TEST(PluginLoader, AModuleThatThrowsEverywhereOnlyFailsItsCalls) {
  ManualHost host;
  std::shared_ptr<HostedModule> module =
      *Plugin::CreateModule(*Plugin::Load(Broken("throws")), host);
  {
    TestSession session(host, *module, {});
    TestObject exports = session.module_exports();
    EXPECT_THAT(exports.New("Thrower", true), StatusIs(kUnknown, "constructor"));
    TestObject thrower = *exports.New("Thrower", false);
    EXPECT_THAT(thrower.Call("method"), StatusIs(kUnknown, "method"));
    EXPECT_THAT(thrower.Get("property"), StatusIs(kNotFound, "getter"));
    EXPECT_THAT(thrower.Set("property", 1), StatusIs(kInvalidArgument, "setter"));
    EXPECT_THAT(exports.Call("function"), StatusIs(kResourceExhausted));
    EXPECT_THAT(exports.Call("odd"), StatusIs(kInternal));
    EXPECT_THAT(exports.Call("later"), StatusIs(kUnknown, "late"));
    EXPECT_THAT(exports.Call("timer"), IsOk());
    EXPECT_THAT(exports.Call("cleanup"), IsOk());
    host.Advance(absl::Seconds(1));
  }
  module->OnUnload();
  host.Run();
  EXPECT_THAT(host.log(),
              ElementsAre(HasSubstr("session start"), HasSubstr("timer"), HasSubstr("cleanup"),
                          HasSubstr("session end"), HasSubstr("unload")));
}

TEST(PluginLoader, AModuleThatForgetsToAnswerFailsTheCall) {
  ManualHost host;
  std::shared_ptr<HostedModule> module =
      *Plugin::CreateModule(*Plugin::Load(Broken("returns_nothing")), host);
  TestSession session(host, *module, {});
  TestObject exports = session.module_exports();
  EXPECT_THAT(exports.Call("drop"), StatusIs(kInternal, HasSubstr("dropped the call")));
  absl::StatusOr<TestObject> promise = exports.CallObject("promise");
  ASSERT_THAT(promise, IsOk());
  EXPECT_THAT(promise->Do(Op::kAwait, "", {}), StatusIs(kDeadlineExceeded));
}

// As one that is being copied while it is looked for.
TEST(PluginLoader, AFileThatIsNotWholeIsNotThereYetAndEndsNobody) {
  std::ifstream source("plugins/counter/counter.so", std::ios::binary);
  std::string whole{std::istreambuf_iterator<char>(source), std::istreambuf_iterator<char>()};
  std::string path = ::testing::TempDir() + "/partial.so";
  for (size_t size : {size_t{0}, size_t{2}, size_t{30}, size_t{100}, size_t{5000}, whole.size() / 5,
                      whole.size() / 2}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    EXPECT_THAT(Plugin::Load(path),
                StatusIs(kUnavailable, AllOf(HasSubstr(path), HasSubstr("is not whole"))))
        << size;
  }
  std::string foreign = whole.substr(0, 5000);
  foreign[4] = 1;  // of a machine of 32 bits, whose headers are others
  std::ofstream(path, std::ios::binary | std::ios::trunc) << foreign;
  EXPECT_THAT(Plugin::Load(path), StatusIs(kInvalidArgument, HasSubstr("cannot be loaded")));
  std::ofstream(path, std::ios::binary | std::ios::trunc) << whole;
  EXPECT_THAT(Plugin::Load(path), IsOk());
}

TEST(PluginFiles, AreThoseWithTheRightEndingSorted) {
  EXPECT_THAT(PluginFilesIn("no/such/folder"), StatusIs(kNotFound, HasSubstr("no/such/folder")));
  std::string folder = "/tmp/hawser-plugins-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  EXPECT_THAT(PluginFilesIn(folder), IsOkAndHolds(IsEmpty()));
  for (const char* name : {"b.so", "a.so", "notes.txt", "c.so.1", ".hidden.so"}) {
    std::ofstream(folder + "/" + name) << "x";
  }
  std::filesystem::create_directory(folder + "/d");
  EXPECT_THAT(PluginFilesIn(folder),
              IsOkAndHolds(ElementsAre(EndsWith("/a.so"), EndsWith("/b.so"))));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace hawser::broker
