// Whatever a client or a module does wrong is an error with a definite code for whoever did it, and
// nothing to anybody else. After every test here the session that misbehaved still works, a
// bystander has lost nothing, and main keeps nothing that nobody refers to.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/scenarios/scenario.h"
#include "tests/scenarios/socket_relay.h"

namespace hawser::scenarios {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;

class BadInput : public Scenario {
 protected:
  // The session that misbehaves.
  Remote remote_ = Connect({{"name", "offender"}});
  RemoteObject module_ = remote_.Require("stage").value();
  RemoteObject thing_ = module_.NewOf("Thing", "offender's").value();

  // What checks from the broker's side go through: nothing of it is checked in the client.
  Pipeline Unchecked() { return remote_.Pipeline().Require("stage"); }
  Pipeline UncheckedThing() { return Unchecked().Call("echo", thing_); }

  void SetUp() override {
    bystander_ = Connect({{"name", "bystander"}});
    bystanders_module_ = bystander_.Require("stage").value();
    bystanders_ = bystanders_module_.NewOf("Thing", "bystander's").value();
    subscription_ = bystanders_.On("ping", inbox_.Listener()).value();
  }

  void TearDown() override {
    // The bystander's object, its state, its listener and its connection.
    EXPECT_THAT(bystanders_.Get("name"), IsOkAndHolds(Value("bystander's")));
    EXPECT_THAT(bystanders_.Call("touch"), IsOkAndHolds(Value(1)));
    EXPECT_THAT(bystanders_module_.Call("emit", bystanders_, "ping", 1), IsOkAndHolds(Value(1)));
    EXPECT_TRUE(EventuallyThat([&] { return inbox_.size(); }, Eq(1)));
    EXPECT_EQ(bystander_.stats().connections, 1);
    EXPECT_EQ(bystander_.stats().calls_pending, 0);
    // The offender's.
    if (offender_goes_on_) {
      EXPECT_THAT(thing_.Get("name"), IsOkAndHolds(Value("offender's")));
      EXPECT_EQ(remote_.state(), ConnectionState::kConnected);
      EXPECT_EQ(remote_.stats().connections, 1);
      EXPECT_EQ(remote_.stats().calls_pending, 0);
    }
    // Nothing is kept.
    subscription_ = Subscription();
    bystanders_.Release();
    thing_.Release();
    EXPECT_TRUE(EventuallyThat([&] { return LiveThings(); }, Eq(0)));
    EXPECT_TRUE(EventuallyThat([&] { return LiveListeners(); }, Eq(0)));
  }

  bool offender_goes_on_ = true;

 private:
  Remote bystander_;
  RemoteObject bystanders_module_;
  RemoteObject bystanders_;
  Inbox inbox_;
  Subscription subscription_;
};
HAWSER_RUN_SCENARIOS(BadInput);

// Names

TEST_P(BadInput, AnUnknownModuleGlobalOrBuiltinIsNotFound) {
  EXPECT_THAT(remote_.Require("stagee"), StatusIs(kNotFound, HasSubstr("'stagee'")));
  EXPECT_THAT(remote_.Require(std::string(100000, 'x')), StatusIs(kNotFound));
  EXPECT_THAT(remote_.Require("with\nnewline and \x01"), StatusIs(kNotFound));
  EXPECT_THAT(remote_.GetGlobal("nonesuch"), StatusIs(kNotFound, HasSubstr("'nonesuch'")));
  EXPECT_THAT(remote_.GetBuiltin("nonesuch"), StatusIs(kNotFound, HasSubstr("'nonesuch'")));
  EXPECT_THAT(remote_.root().Get("nonesuch"), StatusIs(kNotFound, HasSubstr("'nonesuch'")));
  EXPECT_THAT(remote_.root().Call("nonesuch"), StatusIs(kNotFound, HasSubstr("'nonesuch'")));
}

TEST_P(BadInput, AModulePathThatClimbsOutOfTheMainDirectoryIsDenied) {
  for (const char* path : {"../stage", "./../stage", "./x/../../stage", "/etc/passwd", "./..",
                           "../../../../../../etc/passwd"}) {
    EXPECT_THAT(remote_.Require(path), StatusIs(kPermissionDenied)) << path;
  }
  EXPECT_THAT(remote_.Require("./x/../stage"), IsOkAndHolds(module_));
  EXPECT_THAT(remote_.Require("./../../"), StatusIs(kPermissionDenied));
}

TEST_P(BadInput, AnUnknownMemberIsNotFound) {
  for (const char* name : {"toch", "", "name.length", "__proto__"}) {
    if (*name != '\0') {
      EXPECT_THAT(thing_.Get(name), StatusIs(kNotFound)) << name;
      EXPECT_THAT(thing_.Set(name, 1), StatusIs(kNotFound)) << name;
      EXPECT_THAT(thing_.Call(name), StatusIs(kNotFound)) << name;
      EXPECT_THAT(UncheckedThing().Call(name).Await(), StatusIs(kNotFound)) << name;
    }
  }
  EXPECT_THAT(thing_.Call("toch"), StatusIs(kNotFound, HasSubstr("did you mean 'touch'")));
  EXPECT_THAT(Unchecked().Get("nonesuch").Await(), StatusIs(kNotFound));
  EXPECT_THAT(Unchecked().Get("nonesuch").Get("more").Call("x").Await(), StatusIs(kNotFound));
}

TEST_P(BadInput, ANonEnumerableMemberIsNotFound) {
  EXPECT_THAT(thing_.Get("secret"), StatusIs(kNotFound, HasSubstr("not enumerable")));
  EXPECT_THAT(thing_.Set("secret", 1), StatusIs(kNotFound, HasSubstr("not enumerable")));
  EXPECT_THAT(UncheckedThing().Get("secret").Await(),
              StatusIs(kNotFound, HasSubstr("not enumerable")));
}

TEST_P(BadInput, AHandleThatIsNoMoreIsNotFoundAndSaysWhy) {
  RemoteObject doomed = module_.NewOf("Thing", "doomed").value();
  ASSERT_THAT(stage().Call("keep", doomed), IsOk());
  EXPECT_THAT(doomed.Call("destroy"), IsOk());
  EXPECT_THAT(doomed.Call("touch"), StatusIs(kNotFound, HasSubstr("destroyed")));
  EXPECT_THAT(Unchecked().Call("kept").Call("touch").Await(),
              StatusIs(kNotFound, HasSubstr("destroyed")));
  EXPECT_TRUE(EventuallyThat([&] { return doomed.gone(); }, Eq(GoneReason::kDestroyed)));
  EXPECT_THAT(stage().Call("forget"), IsOk());
}

// Uses

TEST_P(BadInput, CallingAPropertyIsUnimplemented) {
  EXPECT_THAT(thing_.Call("touched"), StatusIs(kUnimplemented));
  EXPECT_THAT(UncheckedThing().Call("touched").Await(), StatusIs(kUnimplemented));
  EXPECT_THAT(thing_.Call("ping"), StatusIs(kUnimplemented));
  EXPECT_THAT(thing_.Invoke(), StatusIs(kUnimplemented));
  EXPECT_THAT(UncheckedThing().Invoke().Await(), StatusIs(kUnimplemented));
  EXPECT_THAT(module_.Get<RemoteConstructor>("Thing")->Invoke("x"), StatusIs(kUnimplemented));
}

TEST_P(BadInput, ConstructingWhatIsNoConstructorIsUnimplemented) {
  EXPECT_THAT(thing_.New(), StatusIs(kUnimplemented));
  EXPECT_THAT(module_.NewOf("pid"), StatusIs(kUnimplemented));
  EXPECT_THAT(UncheckedThing().New().Await(), StatusIs(kUnimplemented));
  EXPECT_THAT(Unchecked().Get("pid").New().Await(), StatusIs(kUnimplemented));
  EXPECT_THAT(thing_.Await(), StatusIs(kUnimplemented));
}

TEST_P(BadInput, WrongArgumentsAreInvalidAndNamed) {
  RemoteObject module = module_;
  EXPECT_THAT(module.NewOf("Thing"), StatusIs(kInvalidArgument, HasSubstr("1 argument")));
  EXPECT_THAT(module.NewOf("Thing", 5),
              StatusIs(kInvalidArgument, HasSubstr("argument 1: expected string, got integer")));
  EXPECT_THAT(module.NewOf("Thing", "a", "b"), StatusIs(kInvalidArgument));
  EXPECT_THAT(module.Call("setByte", 0), StatusIs(kInvalidArgument, HasSubstr("2 arguments")));
  EXPECT_THAT(module.Call("setByte", 0, "x"), StatusIs(kInvalidArgument, HasSubstr("argument 2")));
  EXPECT_THAT(module.Call("setByte", 0, 256), StatusIs(kInvalidArgument, HasSubstr("range")));
  // An object of another class where one of Thing is wanted.
  EXPECT_THAT(module.Call("emit", module, "ping"),
              StatusIs(kInvalidArgument, HasSubstr("argument 1: expected Thing")));
  // Checked in main too.
  EXPECT_THAT(Unchecked().Call("setByte", 0).Await(), StatusIs(kInvalidArgument));
  EXPECT_THAT(Unchecked().Call("setByte", "x", 0).Await(),
              StatusIs(kInvalidArgument, HasSubstr("argument 1")));
  EXPECT_THAT(Unchecked().Get("Thing").New(5).Await(), StatusIs(kInvalidArgument));
  // An answer that is no object, used as one.
  EXPECT_THAT(Unchecked().Get("touches").Call("x").Await(), StatusIs(kInvalidArgument));
}

TEST_P(BadInput, WritingAReadOnlyPropertyIsInvalid) {
  EXPECT_THAT(thing_.Set("touched", 5), StatusIs(kInvalidArgument, HasSubstr("read-only")));
  EXPECT_THAT(UncheckedThing().Set("touched", 5).Await(),
              StatusIs(kInvalidArgument, HasSubstr("read-only")));
  EXPECT_THAT(thing_.Set("touch", 5), StatusIs(kInvalidArgument));
  EXPECT_THAT(thing_.Set("name", 5), StatusIs(kInvalidArgument, HasSubstr("expected string")));
  EXPECT_THAT(thing_.Get("touched"), IsOkAndHolds(Value(0)));
}

TEST_P(BadInput, AnUnknownEventIsInvalid) {
  EXPECT_THAT(thing_.On("pong", [](Args) {}), StatusIs(kInvalidArgument, HasSubstr("'pong'")));
}

// Sizes

TEST_P(BadInput, AValueNestedAThousandDeepIsInvalid) {
  Value deep = 1;
  for (int i = 0; i < 1000; ++i) deep = Value(Array{std::move(deep)});
  EXPECT_THAT(module_.Call("keep", deep), StatusIs(kInvalidArgument, HasSubstr("nested deeper")));
  EXPECT_THAT(stage().Call("kept"), IsOkAndHolds(Value()));
  // From main: the module's fault.
  EXPECT_THAT(module_.Call("deep", 1000),
              StatusIs(kInternal, AllOf(HasSubstr("stage.deep"), HasSubstr("nested deeper"))));
  EXPECT_THAT(module_.Call("deep", 32), IsOk());
}

TEST_P(BadInput, AMessageOverTheLimitIsResourceExhaustedAndNamesTheLimit) {
  constexpr size_t kTooLarge = 17 << 20;
  EXPECT_THAT(module_.Call("keep", Bytes(std::string(kTooLarge, 'x'))),
              StatusIs(kResourceExhausted, HasSubstr("16777216")));
  EXPECT_THAT(module_.Call("keep", std::string(kTooLarge, 'x')), StatusIs(kResourceExhausted));
  EXPECT_THAT(stage().Call("kept"), IsOkAndHolds(Value()));
  // From main.
  EXPECT_THAT(module_.Call("big", kTooLarge), StatusIs(kResourceExhausted, HasSubstr("16777216")));
  // What fits goes through.
  EXPECT_EQ(module_.Call<Bytes>("big", 8 << 20)->size(), 8 << 20);
}

// Modules that misbehave

TEST_P(BadInput, WhatAModuleThrowsIsTheAnswer) {
  EXPECT_THAT(module_.Call("failWithStatus"), StatusIs(kDataLoss, "by status"));
  EXPECT_THAT(module_.Call("throwStandard"), StatusIs(kUnknown, HasSubstr("by exception")));
  EXPECT_THAT(module_.Call("throwNumber"), StatusIs(kInternal));
}

TEST_P(BadInput, AModuleThatReturnsNothingGivesUndefined) {
  EXPECT_THAT(module_.Call("nothing"), IsOkAndHolds(Value()));
  EXPECT_THAT(Unchecked().Call("nothing").Get("x").Await(), StatusIs(kInvalidArgument));
}

TEST_P(BadInput, AModuleThatDropsItsReplyAnswersInternal) {
  EXPECT_THAT(module_.Call("dropReply"), StatusIs(kInternal, HasSubstr("dropReply")));
}

TEST_P(BadInput, AnAnswerThatIsDueWhenTheTimeIsOverIsDeadlineExceeded) {
  constexpr absl::Duration kDeadline = absl::Milliseconds(20);
  EXPECT_THAT(module_.With({.deadline = kDeadline}).Call("hold"), StatusIs(kDeadlineExceeded));
  // The module is told to stop, and its late answer reaches nobody.
  EXPECT_TRUE(InTimeThat(
      kDeadline, [&] { return stage().Get("held").value(); }, Eq(Value(0))));
  EXPECT_THAT(stage().Call("answerHeld", 1), IsOk());
}

TEST_P(BadInput, ACancelledCallIsAnsweredCancelled) {
  Future<> held = module_.CallAsync("hold");
  EXPECT_TRUE(EventuallyThat([&] { return stage().Get("held").value(); }, Eq(Value(1))));
  held.Cancel();
  EXPECT_THAT(held.Await(kPatience), StatusIs(kCancelled));
  EXPECT_TRUE(EventuallyThat([&] { return stage().Get("held").value(); }, Eq(Value(0))));
  EXPECT_THAT(stage().Call("answerHeld", 1), IsOk());
}

// A module function that stands still with a named pipe in its hand.
class NamedPipe {
 public:
  NamedPipe() { EXPECT_EQ(mkfifo(path().c_str(), 0600), 0); }
  ~NamedPipe() {
    if (fd_ >= 0) close(fd_);
  }
  std::string path() const { return folder_.path() + "/pipe"; }
  // True once somebody waits at the other end.
  bool HasReader() {
    if (fd_ < 0) fd_ = open(path().c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return fd_ >= 0;
  }
  void WriteLine(std::string line) {
    line.push_back('\n');
    EXPECT_EQ(write(fd_, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }

 private:
  const tests::TempDir folder_;
  int fd_ = -1;
};

TEST_P(BadInput, WhileOneModuleStandsStillAllOthersAnswer) {
  for (const char* function : {"readLine", "readLineBlocking"}) {
    NamedPipe pipe;
    RemoteObject slow = remote_.Require("slow").value();
    Future<> line = slow.CallAsync(function, pipe.path());
    ASSERT_TRUE(EventuallyThat([&] { return pipe.HasReader(); }, Eq(true)));
    // The module's thread is inside the call, and stays there: for the same session ...
    for (int i = 0; i < 100; ++i) {
      ASSERT_THAT(module_.Call("echo", i), IsOkAndHolds(Value(i)));
    }
    // ... for others, and for new ones.
    EXPECT_THAT(stage().Call("echo", "still here"), IsOkAndHolds(Value("still here")));
    EXPECT_THAT(Connect().Require<std::string>("foo"), IsOkAndHolds("bar"));
    EXPECT_FALSE(line.ready()) << function;
    pipe.WriteLine("go on");
    EXPECT_THAT(line.Await(kPatience), IsOkAndHolds(Value("go on"))) << function;
  }
}

// Clients that go

TEST_P(BadInput, AClientThatIsCutInTheMiddleOfEverythingLeavesNothing) {
  SocketRelay relay(main().endpoint());
  Remote client =
      Remote::Connect(relay.endpoint(), {.ttl = kShortLease, .reconnect = false}).value();
  RemoteObject module = client.Require("stage").value();
  std::vector<RemoteObject> things;
  std::vector<Subscription> subscriptions;
  std::vector<Future<>> pending;
  for (int i = 0; i < 20; ++i) {
    things.push_back(module.NewOf("Thing", "cut").value());
    subscriptions.push_back(things.back().On("ping", [](Args) {}).value());
    pending.push_back(module.CallAsync("hold"));
  }
  // Half of a chain, and much more on its way.
  pending.push_back(client.Pipeline().Require("stage").Call("hold").Call("touch").Future());
  for (int i = 0; i < 200; ++i) {
    pending.push_back(module.CallAsync("echo", Bytes(std::string(10000, 'x'))));
  }
  Future<> awaited = module.Call<RemotePromise>("promise")->AwaitAsync();
  EXPECT_TRUE(EventuallyThat([&] { return stage().Get("held").value(); }, Eq(Value(21))));
  relay.Cut();

  // Every call of the client gets its answer, if only that the outcome is not known ...
  for (const Future<>& call : pending) {
    absl::StatusOr<Value> answer = call.Await(kPatience);
    EXPECT_TRUE(answer.ok() || answer.status().code() == kAborted ||
                answer.status().code() == kUnavailable)
        << answer.status();
  }
  EXPECT_THAT(awaited.Await(kPatience),
              ::testing::AnyOf(StatusIs(kAborted), StatusIs(kUnavailable)));
  EXPECT_THAT(things[0].Call("touch"), StatusIs(kFailedPrecondition));
  // ... and main gets everything back: what is left are the things of this test's other sessions.
  EXPECT_TRUE(InTimeThat(
      kShortLease, [&] { return LiveThings(); }, Eq(2)));
  EXPECT_TRUE(EventuallyThat([&] { return LiveListeners(); }, Eq(1)));
  EXPECT_TRUE(EventuallyThat([&] { return stage().Get("held").value(); }, Eq(Value(0))));
  EXPECT_THAT(stage().Call("answerHeld", "too late"), IsOk());
  EXPECT_THAT(stage().Call("settle", "too late"), IsOk());
  EXPECT_EQ(stage().Get<Record>("ended").value()[client.session_id().ToString()],
            Value("lease expired"));
}

TEST_P(BadInput, ACutThatIsMendedLosesNothing) {
  SocketRelay relay(main().endpoint());
  ConnectOptions options{.backoff_min = absl::Milliseconds(5)};
  Remote client = Remote::Connect(relay.endpoint(), options).value();
  RemoteObject module = client.Require("stage").value();
  RemoteObject thing = module.NewOf("Thing", "mended").value();
  Inbox inbox;
  Subscription subscription = thing.On("ping", inbox.Listener()).value();
  Future<> held = module.CallAsync("hold");
  EXPECT_TRUE(EventuallyThat([&] { return stage().Get("held").value(); }, Eq(Value(1))));
  relay.Cut();
  EXPECT_TRUE(EventuallyThat([&] { return client.state(); }, Eq(ConnectionState::kReconnecting)));
  // Calls and events go on meanwhile, each once.
  Future<> touched = thing.CallAsync("touch");
  EXPECT_THAT(stage().Call("answerHeld", "after all"), IsOk());
  relay.Mend();
  EXPECT_THAT(touched.Await(kPatience), IsOkAndHolds(Value(1)));
  EXPECT_THAT(held.Await(kPatience), IsOkAndHolds(Value("after all")));
  EXPECT_THAT(thing.Get("touched"), IsOkAndHolds(Value(1)));
  EXPECT_GE(client.stats().connections, 2);
}

TEST_P(BadInput, AClientThatClosesInTheMiddleGetsDefiniteAnswers) {
  offender_goes_on_ = false;
  Future<> held = module_.CallAsync("hold");
  EXPECT_TRUE(EventuallyThat([&] { return stage().Get("held").value(); }, Eq(Value(1))));
  EXPECT_THAT(remote_.Close(), IsOk());
  EXPECT_THAT(held.Await(kPatience), StatusIs(kAborted));
  EXPECT_THAT(thing_.Call("touch"), StatusIs(kFailedPrecondition));
  EXPECT_THAT(remote_.Require("stage"), StatusIs(kFailedPrecondition));
  EXPECT_TRUE(EventuallyThat([&] { return stage().Get("held").value(); }, Eq(Value(0))));
  EXPECT_THAT(stage().Call("answerHeld", "too late"), IsOk());
}

}  // namespace
}  // namespace hawser::scenarios
