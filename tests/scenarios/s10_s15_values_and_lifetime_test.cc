// What is copied, what is referred to, and how long what is referred to lives.

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "tests/scenarios/scenario.h"

namespace hawser::scenarios {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Values : public Scenario {};
HAWSER_RUN_SCENARIOS(Values);

class Lifetime : public Scenario {};
HAWSER_RUN_SCENARIOS(Lifetime);

TEST_P(Values, S10_ArraysAreCopiedBothWays) {
  Remote remote = Connect();
  RemoteObject module = remote.Require("stage").value();
  // Main's array, changed in the client.
  Value items = module.Get("items").value();
  items.MutableArray().push_back(4);
  EXPECT_THAT(module.Get("items"), IsOkAndHolds(Value(Array{1, 2, 3})));
  // ... and in main.
  EXPECT_THAT(stage().Call("addItem", 5), IsOk());
  EXPECT_EQ(items, Value(Array{1, 2, 3, 4}));
  EXPECT_THAT(module.Get("items"), IsOkAndHolds(Value(Array{1, 2, 3, 5})));

  // The client's array, kept by main and changed in the client, however deep.
  Value mine(Array{1, Value(Array{2})});
  EXPECT_THAT(module.Call("keep", mine), IsOk());
  mine.MutableArray()[1].MutableArray().push_back(3);
  mine.MutableArray().push_back(4);
  EXPECT_THAT(stage().Call("kept"), IsOkAndHolds(Value(Array{1, Value(Array{2})})));
}

TEST_P(Values, S11_BuffersAreCopiedBothWays) {
  Remote remote = Connect();
  RemoteObject module = remote.Require("stage").value();
  std::string bytes = module.Get<Bytes>("bytes")->ToString();
  ASSERT_EQ(bytes, "\x0a\x14\x1e");
  bytes[0] = 'x';
  EXPECT_EQ(module.Get<Bytes>("bytes")->ToString(), "\x0a\x14\x1e");
  EXPECT_THAT(stage().Call("setByte", 1, 0x7f), IsOk());
  EXPECT_EQ(bytes, "x\x14\x1e");
  EXPECT_EQ(module.Get<Bytes>("bytes")->ToString(), "\x0a\x7f\x1e");

  // The client's buffer, kept by main.
  std::string mine = "mine";
  EXPECT_THAT(module.Call("keep", Bytes::Copy(mine)), IsOk());
  mine[0] = 'f';
  EXPECT_EQ(stage().Call<Bytes>("kept")->ToString(), "mine");
}

TEST_P(Values, S12_PrimitivesGoByCopyAndMakeNoHandle) {
  Remote remote = Connect();
  RemoteObject module = remote.Require("stage").value();
  const std::vector<float> numbers = {1.5F, -2.0F};
  const std::vector<Value> values = {
      Value(),
      Null(),
      true,
      false,
      0,
      std::numeric_limits<int64_t>::max(),
      std::numeric_limits<int64_t>::min(),
      0.1,
      -0.0,
      std::numeric_limits<double>::infinity(),
      std::nan(""),
      "",
      "plain",
      "Grüße, \xe4\xb8\x96\xe7\x95\x8c",
      std::string(100000, 'x'),
      Bytes::Copy(std::string_view("\0\xff", 2)),
      Date{1700000000123},
      Array{},
      Record{{"a", 1}, {"b", Array{Null(), "c"}}},
      TypedArray::Of<float>(numbers),
      Error(kNotFound, "an error as a value"),
  };
  SessionStats before = remote.stats();
  for (const Value& value : values) {
    EXPECT_THAT(module.Call("echo", value), IsOkAndHolds(value)) << value.ToString().substr(0, 80);
  }
  EXPECT_TRUE(std::signbit(module.Call<double>("echo", -0.0).value()));
  EXPECT_EQ(remote.stats().remote_objects, before.remote_objects);
  EXPECT_EQ(remote.stats().exported_objects, before.exported_objects);
  EXPECT_EQ(LiveThings(), 0);
}

TEST_P(Lifetime, S13_WhileTheProxyLivesTheObjectIsNotReleased) {
  Remote remote = Connect();
  RemoteObject module = remote.Require("stage").value();
  RemoteObject thing = module.NewOf("Thing", "held by main too").value();
  ASSERT_THAT(module.Call("keep", thing), IsOk());
  // Every reference in main is dropped, and every other one in the client.
  EXPECT_THAT(stage().Call("forget"), IsOk());
  { RemoteObject copy = thing; }
  EXPECT_THAT(thing.Call("touch"), IsOkAndHolds(Value(1)));
  EXPECT_EQ(LiveThings(), 1);
  EXPECT_THAT(thing.Get("name"), IsOkAndHolds(Value("held by main too")));
}

TEST_P(Lifetime, S14_WhenTheProxyIsGoneTheObjectIsDereferenced) {
  Remote remote = Connect();
  RemoteObject module = remote.Require("stage").value();
  RemoteObject thing = module.NewOf("Thing", "a").value();
  RemoteObject copy = thing;
  Value in_a_value = thing;
  EXPECT_EQ(LiveThings(), 1);
  thing.Release();
  copy.Release();
  EXPECT_THAT(in_a_value.As<RemoteObject>()->Call("touch"), IsOk());
  EXPECT_EQ(LiveThings(), 1);
  in_a_value = Value();
  EXPECT_TRUE(EventuallyThat([&] { return LiveThings(); }, Eq(0)));
  // What main keeps itself stays, whatever clients drop.
  RemoteObject kept = module.NewOf("Thing", "b").value();
  ASSERT_THAT(module.Call("keep", kept), IsOk());
  kept.Release();
  EXPECT_THAT(stage().Call<RemoteObject>("kept")->Get("name"), IsOkAndHolds(Value("b")));
  EXPECT_THAT(stage().Call("forget"), IsOk());
  EXPECT_TRUE(EventuallyThat([&] { return LiveThings(); }, Eq(0)));
}

// Keeps one of the things it makes, and forgets that it does.
struct LeakyClient {
  explicit LeakyClient(const Remote& session) : remote(session) {
    RemoteObject module = remote.Require("stage").value();
    for (int i = 0; i < 10; ++i) {
      RemoteObject thing = module.NewOf("Thing", std::to_string(i)).value();
      if (i == 7) cache.emplace("seven", thing);
    }
  }
  Remote remote;
  std::map<std::string, RemoteObject> cache;  // never emptied
};

TEST_P(Lifetime, S15_ALeakedProxyLeaksTheObjectForTheWholeSession) {
  LeakyClient client(Connect());
  // All others go, this one stays.
  EXPECT_TRUE(EventuallyThat([&] { return LiveThings(); }, Eq(1)));
  EXPECT_THAT(client.cache.at("seven").Get("name"), IsOkAndHolds(Value("7")));
  EXPECT_EQ(LiveThings(), 1);
  // ... and not longer.
  EXPECT_THAT(client.remote.Close(), IsOk());
  EXPECT_TRUE(EventuallyThat([&] { return LiveThings(); }, Eq(0)));
}

TEST_P(Lifetime, S15_TheToolsNameWhoLeaksSinceWhenAndWhy) {
  LeakyClient client(Connect({{"name", "leaky"}}));
  Array holders = HoldersOf(client.cache.at("seven"));
  ASSERT_THAT(holders, SizeIs(1));
  const Record& holder = holders[0].AsRecord();
  EXPECT_EQ(holder["session"], Value(client.remote.session_id().ToString()));
  // By main's clock, in whole seconds.
  absl::Time start = observer().broker()->Call<Record>("status").value()["since"].AsDate().ToTime();
  absl::Duration age = absl::Seconds(observer().process()->Call<double>("uptime").value());
  EXPECT_GE(holder["since"].AsDate().ToTime(), start - absl::Seconds(1));
  EXPECT_LE(holder["since"].AsDate().ToTime(), start + age + absl::Seconds(1));
  EXPECT_THAT(std::string(holder["via"].AsString()), HasSubstr("Thing"));
}

}  // namespace
}  // namespace hawser::scenarios
