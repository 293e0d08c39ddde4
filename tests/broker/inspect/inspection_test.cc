#include "broker/inspect/inspection.h"

#include <unistd.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/base/string_view.h"
#include "hawser/function.h"
#include "tests/support/broker_harness.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Widget : public ModuleObject {};

class InspectionTest : public ::testing::Test {
 protected:
  InspectionTest() {
    harness_.AddModule("shop", [](Module& module) {
      module.Class<Widget>("Widget").Constructor<>().Method("destroy",
                                                            [](Widget& self) { Destroy(self); });
      module.Global("answer", 42);
    });
    EXPECT_THAT(broker::AddInspection(harness_.broker()), IsOk());
    admin_ = harness_.Connect({{"name", "admin"}});
    broker_ = admin_->Get(admin_->root(), "broker").value().TakeObject();
    client_ = harness_.Connect({{"name", "customer"}, {"program", "node"}});
    ObjectRef shop = client_->Require("shop").value();
    widget_ = client_->New(client_->Get(shop, "Widget").value().TakeObject()).value();
  }

  absl::StatusOr<Value> Ask(std::string_view method, Array args = {}) {
    return admin_->Call(broker_, method, std::move(args));
  }
  Value Oid() const { return Value(widget_->oid().value()); }

  BrokerHarness harness_;
  std::unique_ptr<TestClient> admin_;
  ObjectRef broker_;
  std::unique_ptr<TestClient> client_;
  ObjectRef widget_;
};

TEST_F(InspectionTest, StatusCountsWhatThereIs) {
  Value status = Ask("status").value();
  EXPECT_EQ(status.AsRecord()["sessions"], Value(2));
  EXPECT_EQ(status.AsRecord()["modules"], Value(2));
  EXPECT_EQ(status.AsRecord()["state"], Value("serving"));
}

TEST_F(InspectionTest, AModuleThatIsHandedAMethodOfTheBrokerInspectsNothingWithIt) {
  harness_.AddModule("eager", [](Module& module) {
    module.Function("callBack", [](Function function) { return function(); });
  });
  ObjectRef sessions = admin_->Get(broker_, "sessions").value().TakeObject();
  EXPECT_THAT(admin_->Call(sessions, ""), IsOk());
  for (const auto& client : {admin_.get(), client_.get()}) {
    Value method =
        client->Get(client->Get(client->root(), "broker")->TakeObject(), "sessions").value();
    absl::StatusOr<Value> answer =
        client->Call(client->Require("eager").value(), "callBack", {method});
    if (answer.ok()) answer = client->Await(answer->TakeObject());  // a promise
    EXPECT_THAT(answer, StatusIs(StatusCode::kPermissionDenied, HasSubstr("not by modules")));
  }
}

TEST_F(InspectionTest, CallsOfSessionsThatEndedStayCounted) {
  auto calls = [this] { return Ask("status").value().AsRecord()["calls"].AsInt(); };
  ObjectRef shop = client_->Require("shop").value();
  for (int i = 0; i < 100; ++i) EXPECT_THAT(client_->Get(shop, "Widget").status(), IsOk());
  int64_t before = calls();
  EXPECT_GE(before, 100);
  EXPECT_THAT(Ask("kick", {client_->id().Short()}), IsOkAndHolds(Value(true)));
  EXPECT_TRUE(client_->AwaitThat([&] { return client_->ended(); }));
  harness_.Settle();
  EXPECT_EQ(calls(), before + 2) << "kick and status themselves";
}

TEST_F(InspectionTest, WhoIsThereSeesTheDrainAndWhatItWaitsFor) {
  LateReply kept;
  harness_.AddModule("lab", [&](Module& module) {
    module.Function("later", [&](LateReply reply) { kept = std::move(reply); });
  });
  EXPECT_EQ(harness_.broker().state(), broker::Broker::State::kServing);
  auto outcome = std::make_shared<std::optional<Outcome>>();
  client_->Start(client_->Require("lab").value(), Op::kCall, "later", {}, outcome);
  client_->Pump();
  harness_.Settle();
  std::thread stopper([&] { EXPECT_TRUE(harness_.broker().Stop(kPatience)); });
  EXPECT_TRUE(harness_.AwaitThat(
      [&] { return client_->Require("shop").status().code() == StatusCode::kUnavailable; }));
  Value status = Ask("status").value();
  EXPECT_EQ(status.AsRecord()["state"], Value("draining"));
  Value session = Ask("session", {client_->id().Short()}).value();
  EXPECT_EQ(session.AsRecord()["pending"], Value(1));
  kept.Return("done");
  EXPECT_TRUE(client_->AwaitThat([&] { return outcome->has_value(); }));
  EXPECT_EQ((*outcome)->value(), Value("done"));
  stopper.join();
}

TEST_F(InspectionTest, ModulesSayForHowLongTheyAreThere) {
  auto since_of = [&](std::string_view method, std::string_view name) {
    Value list = Ask(method).value();
    for (const Value& item : list.AsArray()) {
      if (item.AsRecord()["name"] == Value(name)) return item.AsRecord()["since"].As<Date>();
    }
    return absl::StatusOr<Date>(absl::NotFoundError(std::string(name)));
  };
  Date start = Date::From(harness_.broker().since());
  client_->Heartbeat();
  harness_.Advance(absl::Seconds(5));
  Date later = Date::From(harness_.clock().WallNow());
  auto host_module = [](Module& module) { module.Global("late_answer", 1); };
  auto module = Module::Make(harness_.broker().NewHost("late"), "late", host_module);
  ASSERT_THAT(module, IsOk());
  ASSERT_THAT(harness_.broker().AddModule(*std::move(module), "/plugins/late.so"), IsOk());
  ObjectRef cart = MakeFunction([](Args) { return Value(); }, {.name = "cart"});
  ASSERT_THAT(client_->Call(client_->root(), "provide", {"cart", Value(cart)}), IsOk());

  EXPECT_THAT(since_of("modules", "shop"), IsOkAndHolds(start));
  EXPECT_THAT(since_of("modules", "answer"), IsOkAndHolds(start));
  EXPECT_THAT(since_of("modules", "late"), IsOkAndHolds(later));
  EXPECT_THAT(since_of("modules", "late_answer"), IsOkAndHolds(later));
  EXPECT_THAT(since_of("modules", "cart"), IsOkAndHolds(later));
  EXPECT_THAT(since_of("plugins", "late"), IsOkAndHolds(later));
}

TEST_F(InspectionTest, SessionsComeInPagesAndEachOnce) {
  Value first = Ask("sessions", {Value(), 1}).value();
  ASSERT_THAT(first.AsRecord()["items"].AsArray(), SizeIs(1));
  Value second = Ask("sessions", {first.AsRecord()["next"], 1}).value();
  ASSERT_THAT(second.AsRecord()["items"].AsArray(), SizeIs(1));
  EXPECT_FALSE(first.AsRecord()["items"].AsArray()[0].AsRecord()["session"] ==
               second.AsRecord()["items"].AsArray()[0].AsRecord()["session"]);
  Value third = Ask("sessions", {second.AsRecord()["next"], 1}).value();
  EXPECT_THAT(third.AsRecord()["items"].AsArray(), SizeIs(0));
  EXPECT_TRUE(third.AsRecord()["next"].is(Kind::kNull));
}

TEST_F(InspectionTest, ASessionIsFoundByTheBeginningOfItsIdWithWhatItHolds) {
  Value session = Ask("session", {client_->id().Short()}).value();
  EXPECT_EQ(session.AsRecord()["name"], Value("customer"));
  EXPECT_EQ(session.AsRecord()["program"], Value("node"));
  EXPECT_EQ(session.AsRecord()["state"], Value("attached"));
  EXPECT_EQ(session.AsRecord()["held"].AsArray().size(), 3u);
  EXPECT_THAT(Ask("session", {std::string(32, '0')}), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Ask("session", {"no id"}), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(InspectionTest, WhyAnObjectIsAliveIsOneQuestion) {
  Value holders = Ask("holders", {Oid()}).value();
  ASSERT_THAT(holders.AsArray(), SizeIs(1));
  const Record& holder = holders.AsArray()[0].AsRecord();
  EXPECT_EQ(holder["session"], Value(client_->id().ToString()));
  EXPECT_EQ(holder["program"], Value("node"));
  EXPECT_THAT(holder["via"].AsString(), HasSubstr("Widget"));
  Value object = Ask("object", {Oid()}).value();
  EXPECT_EQ(object.AsRecord()["class"], Value("Widget"));
  EXPECT_EQ(object.AsRecord()["module"], Value("shop"));
  EXPECT_EQ(object.AsRecord()["holders"], Value(1));
}

TEST_F(InspectionTest, AnObjectThatIsDestroyedSaysSoWhereverItIsShown) {
  Value object = Ask("object", {Oid()}).value();
  EXPECT_TRUE(object.AsRecord()["gone"].is(Kind::kNull));
  ASSERT_THAT(client_->Call(widget_, "destroy"), IsOk());
  EXPECT_EQ(Ask("object", {Oid()}).value().AsRecord()["gone"], Value("destroyed"));
  Value holders = Ask("holders", {Oid()}).value();
  ASSERT_THAT(holders.AsArray(), SizeIs(1)) << "held as before";
  EXPECT_EQ(holders.AsArray()[0].AsRecord()["gone"], Value("destroyed"));
  Value objects = Ask("objects", {Value(), Value(), Record{{"class", "Widget"}}}).value();
  ASSERT_THAT(objects.AsRecord()["items"].AsArray(), SizeIs(1));
  EXPECT_EQ(objects.AsRecord()["items"].AsArray()[0].AsRecord()["gone"], Value("destroyed"));
  Value session = Ask("session", {client_->id().Short()}).value();
  size_t gone = 0;
  for (const Value& held : session.AsRecord()["held"].AsArray())
    gone += held.AsRecord()["gone"] == Value("destroyed") ? 1 : 0;
  EXPECT_EQ(gone, 1u);
}

TEST_F(InspectionTest, LookupGivesTheObjectItselfAndMakesTheAskerAHolder) {
  absl::StatusOr<Value> object = Ask("lookup", {Oid()});
  ASSERT_THAT(object, IsOk());
  EXPECT_EQ(object->AsObject()->oid(), widget_->oid());
  EXPECT_THAT(Ask("holders", {Oid()}).value().AsArray(), SizeIs(2));
  EXPECT_THAT(Ask("lookup", {999999}), StatusIs(StatusCode::kNotFound));
}

TEST_F(InspectionTest, ObjectsAreFilteredByClassAndModule) {
  Value all = Ask("objects").value();
  Value widgets =
      Ask("objects", {Value(), 100, Record{{"class", "Widget"}, {"module", "shop"}}}).value();
  EXPECT_GT(all.AsRecord()["items"].AsArray().size(), 1u);
  EXPECT_FALSE(widgets.AsRecord()["items"].AsArray().empty());
  for (const Value& item : widgets.AsRecord()["items"].AsArray()) {
    EXPECT_EQ(item.AsRecord()["class"], Value("Widget"));
  }
}

TEST_F(InspectionTest, ModulesAndGlobalsAreListed) {
  std::map<std::string, std::string> kinds;
  Value modules = Ask("modules").value();
  for (const Value& item : modules.AsArray()) {
    kinds[std::string(item.AsRecord()["name"].AsString())] = item.AsRecord()["kind"].AsString();
  }
  EXPECT_EQ(kinds["shop"], "built-in");
  EXPECT_EQ(kinds["broker"], "built-in");
  EXPECT_EQ(kinds["answer"], "global");
}

TEST_F(InspectionTest, APluginThatIsABuiltInIsListedAsWhatItIsAskedForAs) {
  for (bool builtin : {true, false}) {
    std::string name = builtin ? "policy" : "plain";
    auto module = Module::Make(harness_.broker().NewHost(name), name, [&](Module& module) {
      if (builtin) module.Builtin();
    });
    EXPECT_THAT(harness_.broker().AddModule(*std::move(module), "/lib/" + name + ".so"), IsOk());
    Value tree = Ask("tree", {name}).value();
    EXPECT_EQ(tree.AsArray()[0].AsRecord()["kind"], Value(builtin ? "built-in" : "plugin"));
  }
  EXPECT_THAT(Ask("plugins").value().AsArray(), SizeIs(2));
}

TEST_F(InspectionTest, ANameThatIsNoUtf8HidesNothingElse) {
  // Modules cannot register one; functions made otherwise and files may still have it.
  ObjectRef odd = MakeFunction([](Args) { return Value(); }, {.name = "caf\xe9", .site = "\xff:1"});
  harness_.AddModule("cafe", [&](Module& module) { module.Global("odd", Value(odd)); });
  harness_.broker().NoteRefused("/plugins/caf\xe9.so", absl::NotFoundError("caf\xe9.so: none"));
  ASSERT_THAT(client_->Call(client_->root(), "getGlobal", {"odd"}), IsOk());

  EXPECT_THAT(Ask("modules").value().ToString(),
              AllOf(HasSubstr("\"shop\""), HasSubstr("\"odd\"")));
  EXPECT_THAT(Ask("objects").value().ToString(),
              AllOf(HasSubstr("class: \"Widget\""), HasSubstr("class: \"caf?\""),
                    HasSubstr("site: \"?:1\"")));
  EXPECT_THAT(Ask("plugins").value().ToString(), AllOf(HasSubstr("path: \"/plugins/caf?.so\""),
                                                       HasSubstr("error: \"caf?.so: none\"")));
  EXPECT_THAT(Ask("session", {client_->id().Short()}).value().ToString(), HasSubstr("caf?"));
  EXPECT_THAT(Ask("tree"), IsOk());
}

TEST_F(InspectionTest, TheTreeShowsObjectsWhereTheyBelong) {
  ObjectRef shop = client_->Require("shop").value();
  ObjectRef constructor = client_->Get(shop, "Widget").value().TakeObject();
  ASSERT_THAT(client_->Call(widget_, "destroy"), IsOk());

  // Of one node, without what is below it.
  auto text = [](const Record& node) {
    std::string what = absl::StrCat(base::ToAbsl(node["kind"].AsString()), " ",
                                    base::ToAbsl(node["name"].AsString()));
    if (node["member"].AsBool()) what += " of it";
    if (!node["oid"].is(Kind::kNull)) absl::StrAppend(&what, ", held by ", node["holders"].AsInt());
    if (!node["gone"].is(Kind::kNull)) what += ", gone";
    return what;
  };
  Value tree = Ask("tree", {"shop"}).value();
  ASSERT_THAT(tree.AsArray(), SizeIs(1));
  const Record& root = tree.AsArray()[0].AsRecord();
  EXPECT_EQ(text(root), "built-in shop, held by 1");
  EXPECT_EQ(root["more"], Value(0));
  // The constructor that the client holds is the member; the object it made is below.
  ASSERT_THAT(root["children"].AsArray(), SizeIs(1));
  const Record& member = root["children"].AsArray()[0].AsRecord();
  EXPECT_EQ(text(member), "constructor Widget of it, held by 1");
  ASSERT_THAT(member["children"].AsArray(), SizeIs(1));
  const Record& made = member["children"].AsArray()[0].AsRecord();
  EXPECT_EQ(text(made), "object Widget, held by 1, gone");
  EXPECT_EQ(made["oid"], Oid());
  EXPECT_FALSE(made.Has("children"));

  EXPECT_THAT(Ask("tree", {"nothing"}), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Ask("tree").value().AsArray(), SizeIs(2));
}

TEST_F(InspectionTest, OfATreeNoMoreThanAPageOfEachModuleIsShownAndTheRestIsCounted) {
  ObjectRef shop = client_->Require("shop").value();
  ObjectRef constructor = client_->Get(shop, "Widget").value().TakeObject();
  const auto page = static_cast<int64_t>(harness_.broker().options().limits.page);
  std::vector<ObjectRef> kept;
  for (int64_t i = 0; i < page; ++i) kept.push_back(client_->New(constructor).value());
  Value tree = Ask("tree", {"shop"}).value();
  // Beyond them there is the widget of all tests. The shop and its constructor are always shown.
  const Record& root = tree.AsArray()[0].AsRecord();
  EXPECT_EQ(root["more"], Value(1));
  EXPECT_EQ(root["holders"], Value(1));
  const Record& member = root["children"].AsArray()[0].AsRecord();
  EXPECT_EQ(member["holders"], Value(1));
  EXPECT_THAT(member["children"].AsArray(), SizeIs(page));
}

TEST_F(InspectionTest, AKickedSessionEndsAndItsTombstoneSaysSo) {
  EXPECT_THAT(Ask("kick", {client_->id().Short()}), IsOkAndHolds(Value(true)));
  EXPECT_TRUE(client_->AwaitThat([&] { return client_->ended(); }));
  EXPECT_THAT(client_->end_status(), StatusIs(StatusCode::kPermissionDenied));
  harness_.Settle();
  Value page = Ask("tombstones").value();
  ASSERT_THAT(page.AsRecord()["items"].AsArray(), SizeIs(1));
  EXPECT_EQ(page.AsRecord()["items"].AsArray()[0].AsRecord()["reason"], Value("kicked"));
}

TEST_F(InspectionTest, AnotherUserIsDeniedWhateverItAsks) {
  harness_.peer.uid = getuid() + 4711;
  auto stranger = harness_.Connect();
  ObjectRef broker = stranger->Get(stranger->root(), "broker").value().TakeObject();
  for (std::string_view method : {"status", "modules", "tree"}) {
    EXPECT_THAT(stranger->Call(broker, method), StatusIs(StatusCode::kPermissionDenied));
  }
  EXPECT_THAT(stranger->Call(broker, "lookup", {Oid()}), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(stranger->Call(broker, "kick", {client_->id().Short()}),
              StatusIs(StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace hawser::tests
