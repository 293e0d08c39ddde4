// `remote` itself: modules, built-ins, globals, the current window, the process.

#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/scenarios/scenario.h"

namespace hawser::scenarios {
namespace {

using ::testing::HasSubstr;

class Root : public Scenario {};
HAWSER_RUN_SCENARIOS(Root);

TEST_P(Root, S26_RelativePathsResolveAgainstMainsEntryPoint) {
  Remote remote = Connect();
  // Wherever the client is.
  const std::filesystem::path here = std::filesystem::current_path();
  for (const std::filesystem::path& folder : {here, std::filesystem::path("/")}) {
    std::filesystem::current_path(folder);
    EXPECT_THAT(remote.Require<std::string>("./foo"), IsOkAndHolds("bar")) << folder;
    EXPECT_THAT(remote.Require<std::string>("foo"), IsOkAndHolds("bar")) << folder;
  }
  std::filesystem::current_path(here);
  // By path or by name: the same module is the same object.
  EXPECT_EQ(remote.Require("./stage").value(), remote.Require("stage").value());
  EXPECT_THAT(remote.Require<Value>("./no/such/module"), StatusIs(kNotFound));
}

TEST_P(Root, S27_BuiltInModulesAreGettersOnRemote) {
  Remote remote = Connect();
  RemoteObject app = remote.app().value();
  EXPECT_EQ(app.kind(), ObjectKind::kObject);
  EXPECT_EQ(remote.root().Get<RemoteObject>("app").value(), app);
  EXPECT_EQ(remote.GetBuiltin("app").value(), app);
  // They are members that the root shows.
  const Member* member = remote.root().Refresh()->shape()->FindMember("app");
  ASSERT_NE(member, nullptr);
  EXPECT_EQ(member->kind, MemberKind::kProperty);
  // Evaluated at each access, which is a message each.
  uint64_t sent = remote.stats().calls_sent;
  EXPECT_THAT(remote.app(), IsOk());
  EXPECT_THAT(remote.app(), IsOk());
  EXPECT_EQ(remote.stats().calls_sent, sent + 2);
  // What is no built-in is none.
  EXPECT_THAT(remote.GetBuiltin("stage"), StatusIs(kNotFound));
  EXPECT_THAT(remote.root().Get("stage"), StatusIs(kNotFound));
}

TEST_P(Root, S28_RequireReturnsWhateverTheModuleExports) {
  Remote remote = Connect();
  EXPECT_EQ(remote.Require<RemoteObject>("stage")->kind(), ObjectKind::kObject);
  EXPECT_THAT(remote.Require<Value>("foo"), IsOkAndHolds(Value("bar")));
  EXPECT_THAT(remote.Require<Value>("answer"), IsOkAndHolds(Value(42)));
  RemoteFunction greet = remote.Require<RemoteFunction>("greet").value();
  EXPECT_THAT(greet("you"), IsOkAndHolds(Value("hello you")));
  EXPECT_EQ(remote.Require<RemoteFunction>("greet").value(), greet);
}

TEST_P(Root, S29_TheCurrentWindowAndItsContentsDependOnTheCaller) {
  // A session that names no window has one of its own.
  Remote first = Connect();
  Remote second = Connect();
  RemoteObject window = first.GetCurrentWindow().value();
  RemoteObject contents = first.GetCurrentWebContents().value();
  EXPECT_EQ(window.class_name(), "BrowserWindow");
  EXPECT_EQ(contents.class_name(), "WebContents");
  EXPECT_EQ(window.Get<RemoteObject>("webContents").value(), contents);
  EXPECT_EQ(first.GetCurrentWindow().value(), window);
  EXPECT_EQ(first.GetCurrentWebContents().value(), contents);
  EXPECT_NE(second.GetCurrentWindow()->id(), window.id());
  EXPECT_NE(second.GetCurrentWebContents()->id(), contents.id());
  // Sessions of pages in one window share it.
  RemoteObject opened = first.Require("window")->NewOf("BrowserWindow").value();
  std::string id = std::to_string(opened.Get<int64_t>("id").value());
  Remote page = Connect({{"window", id}});
  Remote frame = Connect({{"window", id}});
  EXPECT_EQ(page.GetCurrentWindow()->id(), opened.id());
  EXPECT_EQ(frame.GetCurrentWindow()->id(), opened.id());
  EXPECT_NE(first.GetCurrentWindow()->id(), opened.id());
  // One that is closed is theirs no longer, and no other takes its place.
  ASSERT_THAT(opened.Call("close"), IsOk());
  ASSERT_THAT(window.Call("close"), IsOk());
  for (Remote* remote : {&first, &page, &frame}) {
    EXPECT_THAT(remote->GetCurrentWindow(), StatusIs(kNotFound, HasSubstr("window was closed")));
    EXPECT_THAT(remote->GetCurrentWebContents(),
                StatusIs(kNotFound, HasSubstr("window was closed")));
  }
  EXPECT_THAT(Connect({{"window", id}}).GetCurrentWindow(),
              StatusIs(kNotFound, HasSubstr("asked for window " + id)));
  EXPECT_THAT(Connect({{"window", "abc"}}).GetCurrentWebContents(),
              StatusIs(kNotFound, HasSubstr("asked for window abc")));
}

TEST_P(Root, S30_GetGlobalReadsAGlobalOfMain) {
  Remote remote = Connect();
  EXPECT_THAT(remote.GetGlobal("sharedObject"), StatusIs(kNotFound, HasSubstr("sharedObject")));
  ASSERT_THAT(stage().Call("setGlobal", "sharedObject", Record{{"someProperty", "default"}}),
              IsOk());
  EXPECT_THAT(remote.GetGlobal("sharedObject"),
              IsOkAndHolds(Value(Record{{"someProperty", "default"}})));
  // Read at each call: no copy is kept.
  ASSERT_THAT(stage().Call("setGlobal", "sharedObject", 7), IsOk());
  EXPECT_THAT(remote.GetGlobal<int64_t>("sharedObject"), IsOkAndHolds(7));
  // An object is the same object for everybody.
  RemoteObject thing = stage().NewOf("Thing", "global").value();
  ASSERT_THAT(stage().Call("setGlobal", "thing", thing), IsOk());
  RemoteObject global = remote.GetGlobal<RemoteObject>("thing").value();
  EXPECT_EQ(global.id(), thing.id());
  EXPECT_THAT(global.Call("touch"), IsOk());
  EXPECT_THAT(thing.Get("touched"), IsOkAndHolds(Value(1)));
  ASSERT_THAT(stage().Call("setGlobal", "thing", Value()), IsOk());
}

TEST_P(Root, S31_ProcessIsTheGlobalOfThatNameAndCached) {
  Remote remote = Connect();
  RemoteObject process = remote.process().value();
  EXPECT_EQ(process, remote.GetGlobal<RemoteObject>("process").value());
  EXPECT_EQ(process, remote.root().Get<RemoteObject>("process").value());
  EXPECT_THAT(process.Get("pid"), IsOkAndHolds(Value(int64_t{main().pid()})));
  // The second read sends nothing.
  SessionStats before = remote.stats();
  RemoteObject again = remote.process().value();
  SessionStats after = remote.stats();
  EXPECT_EQ(again, process);
  EXPECT_EQ(after.calls_sent, before.calls_sent);
  EXPECT_EQ(after.frames_sent, before.frames_sent);
}

TEST_P(Root, S32_ModuleAndGlobalNamesAreStrings) {
  Remote remote = Connect();
  const Value no_names[] = {
      Value(), Null(), 42, 1.5, true, Array{"stage"}, Record{{"name", "stage"}}};
  for (const char* method : {"require", "getGlobal", "getBuiltin"}) {
    for (const Value& no_name : no_names) {
      EXPECT_THAT(remote.root().Call(method, no_name),
                  StatusIs(kInvalidArgument, HasSubstr("string")))
          << method << "(" << no_name.ToString() << ")";
    }
    EXPECT_THAT(remote.root().Call(method), StatusIs(kInvalidArgument)) << method << "()";
    EXPECT_THAT(remote.root().Call(method, "stage", 2), StatusIs(kInvalidArgument)) << method;
    EXPECT_THAT(remote.root().Call(method, ""), StatusIs(kNotFound)) << method << "('')";
  }
  EXPECT_EQ(remote.state(), ConnectionState::kConnected);
}

}  // namespace
}  // namespace hawser::scenarios
