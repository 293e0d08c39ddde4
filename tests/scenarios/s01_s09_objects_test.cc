// Remote objects: what they are, how they are used, and what of them can be reached.

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/scenarios/scenario.h"

namespace hawser::scenarios {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class Objects : public Scenario {};
HAWSER_RUN_SCENARIOS(Objects);

// Names of the members that can be used.
std::vector<std::string> Enumerable(const RemoteObject& object) {
  std::vector<std::string> names;
  for (const Member& member : object.members()) {
    if (!member.hidden) names.push_back(member.name);
  }
  return names;
}

TEST_P(Objects, S01_ClientsUseModulesThatLiveOnlyInMain) {
  Remote remote = Connect();
  RemoteObject map_numbers = remote.Require("map_numbers").value();
  EXPECT_EQ(map_numbers.kind(), ObjectKind::kObject);
  EXPECT_THAT(Enumerable(map_numbers), Contains("withLocalCallback"));
  EXPECT_THAT(map_numbers.Call("withLocalCallback"), IsOkAndHolds(Value(Array{2, 3, 4})));
}

TEST_P(Objects, S02_AClassIsConstructedWithOptionsAndItsMethodsCalled) {
  Remote remote = Connect();
  RemoteConstructor browser_window =
      remote.Require("window")->Get<RemoteConstructor>("BrowserWindow").value();
  RemoteObject win = browser_window.New(Record{{"width", 800}, {"height", 600}}).value();
  EXPECT_THAT(win.Call("loadURL", "https://github.com"), IsOk());

  // Main's instance, through another session.
  Array windows = observer()
                      .Require("window")
                      ->Get<RemoteConstructor>("BrowserWindow")
                      ->Call<Array>("getAllWindows")
                      .value();
  std::vector<RemoteObject> same;
  for (const Value& window : windows) {
    RemoteObject candidate = window.As<RemoteObject>().value();
    if (candidate.id() == win.id()) same.push_back(candidate);
  }
  ASSERT_THAT(same, SizeIs(1));
  EXPECT_THAT(same[0].Call("getSize"), IsOkAndHolds(Value(Array{800, 600})));
  EXPECT_THAT(same[0].Call("getURL"), IsOkAndHolds(Value("https://github.com")));
}

TEST_P(Objects, S03_MainReachesIntoAClientOnlyThroughWhatTheClientGave) {
  Remote remote = Connect();
  RemoteObject thing = remote.Require("stage")->NewOf("Thing", "a").value();
  EXPECT_THAT(thing.Call("touch"), IsOk());
  // Nothing handed over: main has nothing to call.
  EXPECT_EQ(remote.stats().exported_objects, 0);
  EXPECT_EQ(remote.stats().calls_received, 0);

  // An explicit export is a facility of its own.
  Callback greet([](std::string name) { return "hello " + name; }, CallbackMode::kCall);
  ASSERT_THAT(remote.Provide("greeter", greet), IsOk());
  RemoteFunction provided = observer().Require<RemoteFunction>("greeter").value();
  absl::StatusOr<Value> answer = provided("main");
  if (answer.ok() && answer->is_object()) answer = answer->As<RemotePromise>()->Await();
  EXPECT_THAT(answer, IsOkAndHolds(Value("hello main")));
  EXPECT_EQ(remote.stats().exported_objects, 1);
}

TEST_P(Objects, S04_AnObjectReturnedStandsForAMainSideObject) {
  Remote remote = Connect();
  RemoteObject thing = remote.Require("stage")->NewOf("Thing", "a").value();
  RemoteObject twin = thing.Call<RemoteObject>("twin").value();
  EXPECT_EQ(twin.class_name(), "Thing");
  EXPECT_THAT(twin.Call("touch"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(twin.Call("touch"), IsOkAndHolds(Value(2)));
  EXPECT_THAT(twin.Get("touched"), IsOkAndHolds(Value(2)));
  EXPECT_THAT(thing.Get("touched"), IsOkAndHolds(Value(0)));
  EXPECT_THAT(stage().Get("touches"), IsOkAndHolds(Value(2)));
}

TEST_P(Objects, S05_AReturnedFunctionRunsInMain) {
  Remote remote = Connect();
  RemoteFunction pid = remote.Require("stage")->Call<RemoteFunction>("pid").value();
  EXPECT_EQ(pid.kind(), ObjectKind::kFunction);
  EXPECT_THAT(pid(), IsOkAndHolds(Value(int64_t{main().pid()})));
  // A method read like a property is a function too, bound to its object.
  RemoteObject thing = remote.Require("stage")->NewOf("Thing", "a").value();
  RemoteFunction touch = thing.Get<RemoteFunction>("touch").value();
  EXPECT_THAT(touch(), IsOkAndHolds(Value(1)));
  EXPECT_THAT(stage().Get("touches"), IsOkAndHolds(Value(1)));
}

TEST_P(Objects, S06_CallsFunctionCallsAndConstructsAreSynchronousAndOneMessageEachWay) {
  Remote remote = Connect();
  RemoteObject module = remote.Require("stage").value();
  RemoteConstructor make = module.Get<RemoteConstructor>("Thing").value();
  RemoteFunction pid = module.Call<RemoteFunction>("pid").value();
  std::vector<RemoteObject> things;  // kept, so that no release is sent meanwhile

  auto expect_one_each_way = [&](auto operation) {
    SessionStats before = remote.stats();
    EXPECT_THAT(operation(), IsOk());
    SessionStats after = remote.stats();
    EXPECT_EQ(after.frames_sent - before.frames_sent, 1);
    EXPECT_EQ(after.frames_received - before.frames_received, 1);
  };
  expect_one_each_way([&]() -> absl::Status {
    absl::StatusOr<RemoteObject> made = make.New("a");
    if (made.ok()) things.push_back(*made);
    return made.status();
  });
  // Main has it when the client goes on.
  EXPECT_EQ(LiveThings(), 1);
  expect_one_each_way([&] { return things[0].Call("touch"); });
  EXPECT_THAT(stage().Get("touches"), IsOkAndHolds(Value(1)));
  expect_one_each_way([&] { return pid(); });
  expect_one_each_way([&] { return things[0].Set("name", "b"); });
  EXPECT_THAT(stage().Get("touches"), IsOkAndHolds(Value(1)));
  expect_one_each_way([&] { return things[0].Get("name"); });
}

TEST_P(Objects, S07_RemoteConstructorMakesTheObjectInMain) {
  Remote remote = Connect();
  RemoteObject module = remote.Require("stage").value();
  EXPECT_EQ(LiveThings(), 0);
  RemoteConstructor make = module.Get<RemoteConstructor>("Thing").value();
  EXPECT_EQ(make.kind(), ObjectKind::kConstructor);
  size_t references = remote.stats().remote_objects;
  RemoteObject thing = make.New("a").value();
  EXPECT_EQ(LiveThings(), 1);
  EXPECT_EQ(thing.kind(), ObjectKind::kObject);
  // Of the class the client has a reference and the members it shows; the instance is one
  // reference more.
  EXPECT_EQ(remote.stats().remote_objects, references + 1);
  EXPECT_EQ(remote.stats().exported_objects, 0);
  EXPECT_NE(make.id(), thing.id());
  EXPECT_THAT(thing.Get("name"), IsOkAndHolds(Value("a")));
}

TEST_P(Objects, S08_AMemberThatIsNotEnumerableCannotBeReached) {
  Remote remote = Connect();
  RemoteObject thing = remote.Require("stage")->NewOf("Thing", "a").value();
  EXPECT_THAT(Enumerable(thing), AllOf(Contains("touch"), Not(Contains("secret"))));
  EXPECT_THAT(thing.Get("secret"), StatusIs(kNotFound, HasSubstr("not enumerable")));
  EXPECT_THAT(thing.Call("secret"), StatusIs(kNotFound, HasSubstr("not enumerable")));
  // Nor can it by a client that sends the name unchecked.
  EXPECT_THAT(remote.Pipeline().Require("stage").Call("echo", thing).Call("secret").Await(),
              StatusIs(kNotFound, HasSubstr("not enumerable")));
}

TEST_P(Objects, S09_AMemberAddedAfterTheFirstReferenceStaysInvisible) {
  Remote remote = Connect();
  RemoteObject module = remote.Require("stage").value();
  RemoteObject settings = module.Get<RemoteObject>("settings").value();
  ASSERT_THAT(stage().Call("define", "volume", 11), IsOk());
  EXPECT_THAT(Enumerable(settings), Not(Contains("volume")));
  EXPECT_THAT(settings.Get("volume"), StatusIs(kNotFound));
  // The same object, asked for anew while it is still referenced, is the same reference.
  RemoteObject again = module.Get<RemoteObject>("settings").value();
  EXPECT_EQ(again, settings);
  EXPECT_THAT(again.Get("volume"), StatusIs(kNotFound));
  // A refreshed reference shows it, the old one never does.
  RemoteObject refreshed = settings.Refresh().value();
  EXPECT_EQ(refreshed, settings);
  EXPECT_THAT(refreshed.Get("volume"), IsOkAndHolds(Value(11)));
  EXPECT_THAT(settings.Get("volume"), StatusIs(kNotFound));
}

}  // namespace
}  // namespace hawser::scenarios
