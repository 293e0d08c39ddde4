// What users of the seed's module learnt to rely on beyond its text, and Hawser keeps.
//
// One of them has no test here: that a cycle in an argument becomes null where it closes. A Value
// of C++ cannot contain itself, nor can one on the wire; cycles are for clients in languages that
// have them to cut.

#include <string>

#include "hawser/promise.h"
#include "tests/scenarios/scenario.h"

namespace hawser::scenarios {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::NotNull;

class Beyond : public Scenario {
 protected:
  // The session under test.
  Remote remote_ = Connect();
  RemoteObject module_ = remote_.Require("stage").value();
};
HAWSER_RUN_SCENARIOS(Beyond);

// What the module "stage" is told to fail with.
Record Failure() {
  return Record{{"code", static_cast<int>(kFailedPrecondition)},
                {"message", "the lid is open"},
                {"name", "LidError"},
                {"cause", Error(kUnavailable, "no hinge")},
                {"members", Record{{"lid", 3}, {"open", true}}}};
}
Error FailureAsError() {
  return Error(kFailedPrecondition, "the lid is open", "LidError")
      .WithCause(Error(kUnavailable, "no hinge"))
      .WithMember("lid", 3)
      .WithMember("open", true);
}

// Errors

TEST_P(Beyond, AnErrorRaisedInMainIsRaisedInTheClientWithAllItHas) {
  absl::Status status = module_.Call("fail", Failure()).status();
  EXPECT_THAT(status, StatusIs(kFailedPrecondition, "the lid is open"));
  Error error = Error::FromStatus(status);
  EXPECT_EQ(error.name(), "LidError");
  EXPECT_EQ(error.cause(), Value(Error(kUnavailable, "no hinge")));
  EXPECT_EQ(error.members(), (Record{{"lid", 3}, {"open", true}}));
  EXPECT_EQ(error, FailureAsError());
}

TEST_P(Beyond, AnErrorMayCarryAnObject) {
  RemoteObject thing = module_.NewOf("Thing", "guilty").value();
  Record failure = Failure();
  failure.Set("members", Record{{"culprit", thing}});
  absl::Status status = module_.Call("fail", failure).status();
  EXPECT_EQ(Error::FromStatus(status).members()["culprit"], Value(thing));
}

TEST_P(Beyond, AnErrorRaisedInACallbackIsRaisedInMain) {
  Callback fails([](Args) -> absl::StatusOr<Value> { return FailureAsError().ToStatus(); },
                 CallbackMode::kCall);
  RemotePromise promise = module_.Call<RemotePromise>("call", fails).value();
  EXPECT_THAT(stage().Call("await", promise),
              IsOkAndHolds(Value(Record{{"error", FailureAsError()}})));
}

TEST_P(Beyond, AGetterAndASetterThatFailRaiseInTheClient) {
  RemoteObject thing = module_.NewOf("Thing", "a").value();
  EXPECT_THAT(thing.Get("broken"), StatusIs(kDataLoss, "the getter fails"));
  EXPECT_THAT(thing.Set("name", ""), StatusIs(kOutOfRange, "a thing needs a name"));
  EXPECT_THAT(thing.Get("name"), IsOkAndHolds(Value("a")));
}

// Identity and shape

TEST_P(Beyond, TheSameObjectAlwaysGivesTheSameProxy) {
  RemoteObject thing = module_.NewOf("Thing", "a").value();
  RemoteObject self = thing.Call<RemoteObject>("self").value();
  EXPECT_EQ(self, thing);
  EXPECT_EQ(self.object().get(), thing.object().get());
  EXPECT_EQ(self.id(), thing.id());
  EXPECT_EQ(remote_.Require("stage")->object().get(), module_.object().get());
  // In whatever it comes.
  Value nested = module_.Call("echo", Array{Record{{"thing", thing}}}).value();
  EXPECT_EQ(nested.AsArray()[0].AsRecord()["thing"].AsObject(), thing.object().get());
  EXPECT_NE(thing.Call<RemoteObject>("twin").value(), thing);
  // A client's own object comes back as the original.
  Callback mine([](Args) {});
  EXPECT_EQ(module_.Call("echo", mine)->AsObject(), mine.object().get());
}

TEST_P(Beyond, AFunctionsArityAndOwnMembersTravelWithIt) {
  RemoteFunction adder = module_.Call<RemoteFunction>("adder").value();
  const Signature& signature = adder.shape()->signature();
  EXPECT_THAT(signature.params, ElementsAre(Type::kInteger, Type::kInteger, Type::kInteger));
  EXPECT_EQ(signature.required, 2);
  EXPECT_EQ(signature.result, Type::kInteger);
  EXPECT_THAT(adder(1, 2), IsOkAndHolds(Value(3)));
  EXPECT_THAT(adder(1), StatusIs(kInvalidArgument));

  RemoteFunction labelled = module_.Call<RemoteFunction>("labelled").value();
  EXPECT_EQ(labelled.class_name(), "labelled");
  EXPECT_EQ(labelled.shape()->signature().params.size(), 3);
  EXPECT_THAT(labelled.Get("label"), IsOkAndHolds(Value("as labelled")));
  EXPECT_THAT(labelled(1, 2), IsOkAndHolds(Value(2)));

  // A client's function shows main its arity too.
  Callback mine([](int64_t, std::string) {});
  EXPECT_EQ(mine.object()->shape()->signature().params.size(), 2);
}

TEST_P(Beyond, StaticMembersTravelWithTheirClass) {
  RemoteConstructor make = module_.Get<RemoteConstructor>("Thing").value();
  EXPECT_EQ(make.class_name(), "Thing");
  EXPECT_THAT(make.shape()->signature().params, ElementsAre(Type::kString));
  EXPECT_THAT(make.Get("limit"), IsOkAndHolds(Value(7)));
  RemoteObject named = make.Call<RemoteObject>("named", "by a static method").value();
  EXPECT_THAT(named.Get("name"), IsOkAndHolds(Value("by a static method")));
  // They are members of the class, not of its objects.
  EXPECT_THAT(named.shape()->FindMember("limit"), IsNull());
}

TEST_P(Beyond, InheritedMembersWorkAndAreNotOwnMembers) {
  RemoteObject thing = module_.NewOf("Thing", "a").value();
  EXPECT_THAT(thing.Call("kind"), IsOkAndHolds(Value("being")));
  for (const char* inherited : {"kind", "on", "off", "once"}) {
    const Member* member = thing.shape()->FindMember(inherited);
    ASSERT_THAT(member, NotNull()) << inherited;
    EXPECT_TRUE(member->inherited) << inherited;
  }
  for (const char* own : {"name", "touch", "twin"}) {
    EXPECT_FALSE(thing.shape()->FindMember(own)->inherited) << own;
  }
}

// Promises

TEST_P(Beyond, APromiseOfMainIsAwaitedInTheClient) {
  RemotePromise promise = module_.Call<RemotePromise>("promise").value();
  Future<> settled = promise.AwaitAsync();
  EXPECT_FALSE(settled.ready());
  EXPECT_THAT(stage().Call("settle", "done"), IsOk());
  EXPECT_THAT(settled.Await(kPatience), IsOkAndHolds(Value("done")));
  EXPECT_THAT(promise.Await(), IsOkAndHolds(Value("done")));

  promise = module_.Call<RemotePromise>("promise").value();
  settled = promise.AwaitAsync();
  EXPECT_THAT(stage().Call("reject", Failure()), IsOk());
  EXPECT_EQ(Error::FromStatus(settled.Await(kPatience).status()), FailureAsError());
}

TEST_P(Beyond, APromiseOfTheClientIsAwaitedInMain) {
  Ref<Promise> promise = MakeRef<Promise>();
  Future<> seen = module_.CallAsync("await", promise);
  EXPECT_FALSE(seen.ready());
  promise->Resolve("from afar");
  EXPECT_THAT(seen.Await(kPatience), IsOkAndHolds(Value(Record{{"value", "from afar"}})));

  promise = MakeRef<Promise>();
  seen = module_.CallAsync("await", promise);
  promise->Reject(FailureAsError());
  EXPECT_THAT(seen.Await(kPatience), IsOkAndHolds(Value(Record{{"error", FailureAsError()}})));
}

TEST_P(Beyond, AnUnhandledRejectionShowsOnTheClientsSide) {
  Inbox rejections;
  auto record = rejections.Listener();
  Remote remote = ConnectWith({.on_unhandled_rejection = [record](const Error& error) {
    Value value = error;
    record(Args(&value, 1));
  }});
  RemotePromise promise = remote.Require("stage")->Call<RemotePromise>("promise").value();
  EXPECT_THAT(stage().Call("reject", Failure()), IsOk());
  promise.Release();
  EXPECT_TRUE(
      EventuallyThat([&] { return rejections.heard(); }, ElementsAre(Array{FailureAsError()})));
  // One that was awaited was handled.
  promise = remote.Require("stage")->Call<RemotePromise>("promise").value();
  EXPECT_THAT(stage().Call("reject", Failure()), IsOk());
  EXPECT_THAT(promise.Await(), StatusIs(kFailedPrecondition));
  promise.Release();
  EXPECT_THAT(remote.Close(), IsOk());
  EXPECT_EQ(rejections.size(), 1);
}

// Access

// With the module "policy", whose hook does what a session's attribute "policy" says.
class Access : public Scenario {
 protected:
  Access() : Scenario({"counter", "window", "stage", "foo", "policy"}) {}
};
HAWSER_RUN_SCENARIOS(Access);

struct Entry {
  const char* point;
  const char* name;
};
// Every entry point, used by a session.
absl::StatusOr<Value> Enter(const Remote& remote, const Entry& entry) {
  if (*entry.name == '\0') return remote.root().Call(entry.point);
  return remote.root().Call(entry.point, entry.name);
}
constexpr Entry kEntries[] = {{"require", "foo"},
                              {"getBuiltin", "app"},
                              {"getGlobal", "policy.answer"},
                              {"getCurrentWindow", ""},
                              {"getCurrentWebContents", ""}};

std::string Named(const Entry& entry) {
  return *entry.name == '\0' ? entry.point : std::string(entry.point) + " " + entry.name;
}

TEST_P(Access, AHookMayBlockEachEntryNamingWhatWasBlocked) {
  for (const Entry& entry : kEntries) {
    Remote blocked = Connect({{"policy", "block " + Named(entry)}});
    EXPECT_THAT(Enter(blocked, entry),
                StatusIs(kPermissionDenied,
                         ::testing::AllOf(HasSubstr(entry.point), HasSubstr(entry.name),
                                          HasSubstr("policy"), HasSubstr("not for you"))));
    // That one and no other, and nobody else.
    for (const Entry& other : kEntries) {
      EXPECT_THAT(Enter(observer(), other), IsOk()) << Named(other);
      if (Named(other) == Named(entry)) continue;
      EXPECT_THAT(Enter(blocked, other), IsOk()) << Named(other);
    }
  }
}

TEST_P(Access, AHookMayReplaceTheAnswerOfEachEntry) {
  for (const Entry& entry : kEntries) {
    Remote replaced = Connect({{"policy", "replace " + Named(entry)}});
    EXPECT_THAT(Enter(replaced, entry), IsOkAndHolds(Value("a stand-in"))) << Named(entry);
    EXPECT_THAT(Enter(observer(), entry), ::testing::Not(IsOkAndHolds(Value("a stand-in"))));
  }
}

TEST_P(Access, ABuiltinReadAsAPropertyIsFilteredToo) {
  Remote blocked = Connect({{"policy", "block getBuiltin app"}});
  EXPECT_THAT(blocked.app(), StatusIs(kPermissionDenied, HasSubstr("'app'")));
  Remote no_process = Connect({{"policy", "block getGlobal process"}});
  EXPECT_THAT(no_process.process(), StatusIs(kPermissionDenied, HasSubstr("'process'")));
  EXPECT_THAT(no_process.root().Get("process"), StatusIs(kPermissionDenied));
}

TEST_P(Access, AHookMayForbidToProvide) {
  Remote blocked = Connect({{"policy", "block provide mine"}});
  Callback object([](Args) {});
  EXPECT_THAT(blocked.Provide("mine", object), StatusIs(kPermissionDenied, HasSubstr("'mine'")));
  EXPECT_THAT(blocked.Provide("other", object), IsOk());
  EXPECT_THAT(observer().Require<Value>("mine"), StatusIs(kNotFound));
}

TEST_P(Beyond, AProvidedObjectSeenAnewIsTheSameObject) {
  Remote remote = Connect();
  Callback object([](int64_t x) { return x; });
  ASSERT_THAT(remote.Provide("mine", object), IsOk());
  auto seen = observer().Require<RemoteFunction>("mine").value();
  RemoteObject anew = seen.Refresh().value();
  EXPECT_EQ(anew, seen);
  EXPECT_EQ(anew.id(), seen.id());
  EXPECT_EQ(anew.Refresh().value(), seen);
}

TEST_P(Access, AHookThatFailsBlocks) {
  Remote remote = Connect({{"policy", "fail require foo"}});
  EXPECT_THAT(remote.Require<Value>("foo"), StatusIs(kPermissionDenied, HasSubstr("'foo'")));
  EXPECT_THAT(remote.Require<Value>("stage"), IsOk());
}

}  // namespace
}  // namespace hawser::scenarios
