#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/sample_objects.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ModuleHarness;
using ::hawser::testing::TestCallback;
using ::hawser::testing::TestObject;
using ::hawser::testing::TestSession;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::SampleObject;
using ::hawser::tests::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Pair;
using ::testing::SizeIs;
using enum absl::StatusCode;

class Bell final : public EventEmitter {
 public:
  ~Bell() override { Emit("ring", "dying"); }
  size_t Ring(std::string text) { return Emit("ring", text, 1); }
};
static_assert(sizeof(Bell) == 32);

class Loose final : public EventEmitter {};

void Body(Module& module) {
  module.Class<Bell>("Bell")
      .Constructor()
      .Method("ring", &Bell::Ring)
      .Event<std::string, int64_t>("ring")
      .Event("silence");
  module.Class<Loose>("Loose").Constructor().Method(
      "emit", [](Loose& self, std::string event, Args args) {
        return self.EmitArray(event, Array(args.begin(), args.end()));
      });
  module.Function("listen_inside", [](Ref<Bell> bell, bool fail) {
    return bell->On("ring", Function([fail](Args) {
                      if (fail) throw std::runtime_error("a bad listener");
                    }));
  });
  module.Function("listen_once_inside",
                  [](Ref<Bell> bell) { return bell->Once("ring", Function([](std::string) {})); });
}

class EventEmitterTest : public ::testing::Test {
 protected:
  uint64_t live() { return harness_.module().listeners().live; }
  uint64_t detached() { return harness_.module().listeners().detached; }

  ModuleHarness harness_{Body};
  TestObject bell_ = *harness_.New("Bell");
};

TEST_F(EventEmitterTest, AListenerHearsEveryEventUntilRemoved) {
  TestCallback heard = harness_.Callback();
  EXPECT_THAT(bell_.Call("on", "ring", heard), IsOkAndHolds(Value()));
  EXPECT_THAT(bell_.Call("ring", "a"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(bell_.Call("ring", "b"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(heard.calls(), ElementsAre(Array{"a", 1}, Array{"b", 1}));
  EXPECT_THAT(bell_.Call("off", "ring", heard), IsOk());
  EXPECT_THAT(bell_.Call("ring", "c"), IsOkAndHolds(Value(0)));
  EXPECT_THAT(heard.calls(), SizeIs(2));
  EXPECT_FALSE(heard.held());
}

TEST_F(EventEmitterTest, OnceHearsOneEvent) {
  TestCallback heard = harness_.Callback();
  EXPECT_THAT(bell_.Call("once", "ring", heard), IsOk());
  EXPECT_THAT(bell_.Call("ring", "a"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(bell_.Call("ring", "b"), IsOkAndHolds(Value(0)));
  EXPECT_THAT(heard.calls(), SizeIs(1));
  EXPECT_FALSE(heard.held());
}

TEST_F(EventEmitterTest, TheOtherNamesDoTheSame) {
  TestCallback heard = harness_.Callback();
  EXPECT_THAT(bell_.Call("addListener", "ring", heard), IsOk());
  EXPECT_THAT(bell_.Call("listenerCount", "ring"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(bell_.Call("removeListener", "ring", heard), IsOk());
  EXPECT_THAT(bell_.Call("listenerCount"), IsOkAndHolds(Value(0)));
}

TEST_F(EventEmitterTest, AListenerRegisteredTwiceIsCalledTwiceAndRemovedOnceAtATime) {
  TestCallback heard = harness_.Callback();
  EXPECT_THAT(bell_.Call("on", "ring", heard), IsOk());
  EXPECT_THAT(bell_.Call("on", "ring", heard), IsOk());
  EXPECT_THAT(bell_.Call("ring", "a"), IsOkAndHolds(Value(2)));
  EXPECT_THAT(bell_.Call("off", "ring", heard), IsOk());
  EXPECT_THAT(bell_.Call("ring", "b"), IsOkAndHolds(Value(1)));
}

TEST_F(EventEmitterTest, ListenersAreCalledInTheOrderTheyCame) {
  std::string order;
  TestCallback a = harness_.Callback([&order](Args) { order += 'a'; });
  TestCallback b = harness_.Callback([&order](Args) { order += 'b'; });
  TestCallback c = harness_.Callback([&order](Args) { order += 'c'; });
  for (const TestCallback* callback : {&a, &b, &c})
    EXPECT_THAT(bell_.Call("on", "ring", *callback), IsOk());
  EXPECT_THAT(bell_.Call("off", "ring", b), IsOk());
  EXPECT_THAT(bell_.Call("ring", "x"), IsOk());
  EXPECT_EQ(order, "ac");
}

TEST_F(EventEmitterTest, AnEventTheClassDoesNotHaveIsRefusedWithTheOnesItHas) {
  EXPECT_THAT(bell_.Call("on", "rign", harness_.Callback()),
              StatusIs(kInvalidArgument, "Bell has no event 'rign'; its events are ring, silence"));
  EXPECT_THAT(bell_.Call("on", "ring", 5),
              StatusIs(kInvalidArgument, "Bell.on: argument 2: expected function, got integer"));
  EXPECT_THAT(bell_.Call("on", 5, harness_.Callback()),
              StatusIs(kInvalidArgument, "Bell.on: argument 1: expected string, got integer"));
}

TEST_F(EventEmitterTest, AClassThatDeclaresNoEventsTakesAny) {
  TestObject loose = *harness_.New("Loose");
  TestCallback heard = *loose.Listen("whatever");
  EXPECT_THAT(loose.Call("emit", "whatever", 1, 2), IsOkAndHolds(Value(1)));
  EXPECT_THAT(loose.Call("emit", "else"), IsOkAndHolds(Value(0)));
  EXPECT_THAT(heard.calls(), ElementsAre(Array{1, 2}));
}

TEST_F(EventEmitterTest, EventsAreListedInTheShapeAndCannotBeUsedAsMembers) {
  const Member* ring = bell_.shape().FindMember("ring");
  ASSERT_NE(ring, nullptr);
  EXPECT_EQ(ring->kind, MemberKind::kMethod);  // there is an event of this name, too
  const Member* silence = bell_.shape().FindMember("silence");
  ASSERT_NE(silence, nullptr);
  EXPECT_EQ(silence->kind, MemberKind::kEvent);
  EXPECT_THAT(bell_.Get("silence"), StatusIs(kInvalidArgument));
  EXPECT_THAT(bell_.Call("silence"), StatusIs(kUnimplemented));
}

TEST_F(EventEmitterTest, AFailingListenerHarmsNobody) {
  TestCallback before = *bell_.Listen("ring");
  EXPECT_THAT(harness_.Call("listen_inside", bell_, true), IsOk());
  TestCallback after = *bell_.Listen("ring");
  EXPECT_THAT(bell_.Call("ring", "a"), IsOkAndHolds(Value(3)));
  EXPECT_THAT(before.calls(), SizeIs(1));
  EXPECT_THAT(after.calls(), SizeIs(1));
  EXPECT_THAT(harness_.log(), ElementsAre(HasSubstr("a bad listener")));
}

TEST_F(EventEmitterTest, AFailureOfAListenerInsideIsLoggedWithItsEventAndItsPlace) {
  uint64_t pins = harness_.pins();
  EXPECT_THAT(harness_.Call("listen_inside", bell_, true), IsOk());
  EXPECT_THAT(harness_.Call("listen_once_inside", bell_), IsOk());
  EXPECT_THAT(bell_.Call("ring", "a"), IsOkAndHolds(Value(2)));
  EXPECT_THAT(
      harness_.log(),
      ElementsAre(
          MatchesRegex("warning: a listener of event 'ring' of Bell \\(made at "
                       "api/event_emitter_test.cc:[0-9]+\\) failed: .*a bad listener.*"),
          MatchesRegex("warning: a listener of event 'ring' of Bell \\(made at .*\\) failed: "
                       ".*expected 1 argument, got 2.*")));
  EXPECT_EQ(harness_.module().listeners().lost, 0);
  EXPECT_EQ(harness_.pins(), pins + 1);  // the listener that stays
}

TEST_F(EventEmitterTest, ASessionsListenersAreGoneWithItAndCountedByPlace) {
  TestCallback stays = *bell_.Listen("ring");
  for (int reload = 0; reload < 5; ++reload) {
    TestSession& page = harness_.StartSession();
    TestObject seen = page.Handle(bell_.object());
    EXPECT_THAT(seen.Call("on", "ring", page.Callback(nullptr, "page.cc:7")), IsOk());
    EXPECT_THAT(seen.Call("on", "silence", page.Callback(nullptr, "page.cc:8")), IsOk());
    EXPECT_EQ(live(), 3);
    page.End(EndReason::kExited);
    EXPECT_EQ(live(), 1);  // without any event
  }
  EXPECT_EQ(detached(), 10);
  EXPECT_THAT(harness_.module().listeners().detached_by_site,
              ElementsAre(Pair("page.cc:7", 5), Pair("page.cc:8", 5)));
  EXPECT_THAT(bell_.Call("ring", "a"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(stays.calls(), SizeIs(1));
}

TEST_F(EventEmitterTest, ACallbackThatDiesUnnoticedIsDetachedByTheNextEvent) {
  TestSession& page = harness_.StartSession();
  // Handed on: registered by another session than the one it belongs to.
  EXPECT_THAT(bell_.Call("on", "ring", page.Callback(nullptr, "page.cc:9")), IsOk());
  page.End();
  EXPECT_EQ(live(), 1);
  EXPECT_THAT(bell_.Call("ring", "a"), IsOkAndHolds(Value(0)));
  EXPECT_EQ(live(), 0);
  EXPECT_EQ(detached(), 1);
}

TEST_F(EventEmitterTest, AnEventThatCannotBeSentIsCountedAndItsFirstLossLogged) {
  auto full = MakeRef<SampleObject>("", std::vector<Member>(), ObjectKind::kFunction);
  full->id = ObjectId(9);
  full->answer = Outcome::Failed(absl::ResourceExhaustedError("too many calls wait (limit 3)"));
  TestCallback other = *bell_.Listen("ring");
  EXPECT_THAT(bell_.Call("on", "ring", Value(ObjectRef(full))), IsOk());
  for (int i = 0; i < 3; ++i) EXPECT_THAT(bell_.Call("ring", "a"), IsOk());
  EXPECT_TRUE(full->no_reply);  // it costs the client no answer
  HostedModule::ListenerCounts counts = harness_.module().listeners();
  EXPECT_EQ(counts.lost, 3);
  EXPECT_THAT(counts.lost_by_site, ElementsAre(Pair("unknown", 3)));
  std::string session = harness_.session().view()->id().ToString();
  EXPECT_THAT(harness_.log(),
              ElementsAre("warning: an event 'ring' of Bell for session " + session +
                          " was lost: too many calls wait (limit 3); of further ones only the "
                          "number is kept"));
  EXPECT_THAT(other.calls(), SizeIs(3));
  // One that waits for a single event is no listener any more when that is lost.
  EXPECT_THAT(bell_.Call("off", "ring", Value(ObjectRef(full))), IsOk());
  EXPECT_THAT(bell_.Call("once", "ring", Value(ObjectRef(full))), IsOk());
  EXPECT_THAT(bell_.Call("ring", "a"), IsOk());
  EXPECT_EQ(harness_.module().listeners().lost, 4);
  EXPECT_THAT(harness_.log(), SizeIs(2));
}

TEST_F(EventEmitterTest, AnAnswerThatComesLateKeepsTheModule) {
  auto late = MakeRef<SampleObject>("", std::vector<Member>(), ObjectKind::kFunction);
  EXPECT_THAT(bell_.Call("on", "ring", Value(ObjectRef(late))), IsOk());
  uint64_t pins = harness_.pins();
  EXPECT_THAT(bell_.Call("ring", "a"), IsOk());
  EXPECT_EQ(harness_.pins(), pins + 1);
  late->pending.Fail(absl::NotFoundError("its session has ended"));
  EXPECT_EQ(harness_.pins(), pins);
  EXPECT_EQ(harness_.module().listeners().lost, 0);
}

TEST_F(EventEmitterTest, TenThousandListenersOfWhichHalfDie) {
  TestSession& page = harness_.StartSession();
  TestObject seen = page.Handle(bell_.object());
  std::vector<TestCallback> callbacks;
  for (int i = 0; i < 10000; ++i) {
    TestSession& owner = i % 2 == 0 ? page : harness_.session();
    callbacks.push_back(owner.Callback());
    EXPECT_THAT((i % 2 == 0 ? seen : bell_).Call("on", "ring", callbacks.back()), IsOk());
  }
  EXPECT_THAT(bell_.Call("listenerCount", "ring"), IsOkAndHolds(Value(10000)));
  page.End();
  EXPECT_EQ(live(), 5000);
  EXPECT_THAT(bell_.Call("ring", "a"), IsOkAndHolds(Value(5000)));
  for (int i = 1; i < 10000; i += 2) EXPECT_THAT(bell_.Call("off", "ring", callbacks[i]), IsOk());
  EXPECT_EQ(live(), 0);
  EXPECT_THAT(bell_.Call("ring", "b"), IsOkAndHolds(Value(0)));
}

TEST_F(EventEmitterTest, RemoveAllListenersRemovesThoseOfTheCaller) {
  TestSession& page = harness_.StartSession();
  TestCallback theirs = *page.Handle(bell_.object()).Listen("ring");
  TestCallback mine = *bell_.Listen("ring");
  TestCallback other = *bell_.Listen("silence");
  EXPECT_THAT(bell_.Call("removeAllListeners", "ring"), IsOk());
  EXPECT_THAT(bell_.Call("listenerCount"), IsOkAndHolds(Value(2)));
  EXPECT_THAT(bell_.Call("removeAllListeners"), IsOk());
  EXPECT_THAT(bell_.Call("listenerCount"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(bell_.Call("ring", "a"), IsOk());
  EXPECT_THAT(mine.calls(), IsEmpty());
  EXPECT_THAT(theirs.calls(), SizeIs(1));
}

TEST_F(EventEmitterTest, ListenersOfADyingEmitterAreDropped) {
  TestCallback heard = *bell_.Listen("ring");
  bell_ = *harness_.New("Bell");
  harness_.Run();
  EXPECT_THAT(heard.calls(),
              ElementsAre(Array{"dying"}));  // an event from the destructor still reaches them
  EXPECT_FALSE(heard.held());
  EXPECT_EQ(live(), 0);
}

TEST_F(EventEmitterTest, DestroyingAnEmitterDropsItsListeners) {
  TestCallback heard = *bell_.Listen("ring");
  Destroy(*ModuleObject::From(bell_.object().get()));
  EXPECT_FALSE(heard.held());
  EXPECT_EQ(live(), 0);
}

}  // namespace
}  // namespace hawser
