#include "broker/core/root.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/broker/core/fakes.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

class RootTest : public ::testing::Test {
 protected:
  std::shared_ptr<FakeModule> Add(std::string name, Value exports = Value("exports"),
                                  bool builtin = false) {
    auto module = std::make_shared<FakeModule>(std::move(name), std::move(exports));
    module->is_builtin = builtin;
    EXPECT_THAT(modules_.Add(module, ""), IsOk());
    return module;
  }
  // A module that decides about the use of entry points.
  std::shared_ptr<FakeModule> AddHook(std::string name,
                                      std::function<EntryDecision(const EntryRequest&)> hook) {
    auto module = std::make_shared<FakeModule>(std::move(name));
    module->on_entry = std::move(hook);
    EXPECT_THAT(modules_.Add(module, ""), IsOk());
    return module;
  }
  void Start(Answer& answer, std::string_view member, Array args = {}, Op op = Op::kCall) {
    FakeContext context(session_);
    Invocation call;
    call.op = op;
    call.name = member;
    call.args = args;
    call.context = &context;
    root_->Invoke(call, answer.reply());
  }
  absl::StatusOr<Value> Call(std::string_view member, Array args = {}, Op op = Op::kCall) {
    Answer answer;
    Start(answer, member, std::move(args), op);
    return answer.result();
  }

  broker::ModuleRegistry modules_;
  broker::ClaimTable claims_;
  broker::BrokerLimits limits_;
  ObjectRef root_ = ObjectRef::Adopt(new broker::Root(modules_, claims_, limits_));
  SessionRef session_ = MakeRef<FakeSession>();
};

TEST_F(RootTest, RequireAnswersWhatTheModuleExports) {
  Add("math", Value(7));
  EXPECT_THAT(Call("require", {"math"}), IsOkAndHolds(Value(7)));
}

TEST_F(RootTest, NamesThatAreNoStringsAreInvalid) {
  for (std::string_view method : {"require", "getBuiltin", "getGlobal"}) {
    EXPECT_THAT(Call(method, {42}),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("expected string")));
    EXPECT_THAT(Call(method, {nullptr}), StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(Call(method, {}), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(RootTest, BuiltinsArePropertiesAndTheShapeListsThem) {
  Add("app", Value("the app"), true);
  Add("plugin");
  EXPECT_THAT(Call("app", {}, Op::kGet), IsOkAndHolds(Value("the app")));
  EXPECT_THAT(Call("getBuiltin", {"app"}), IsOkAndHolds(Value("the app")));
  EXPECT_NE(root_->shape()->FindMember("app"), nullptr);
  EXPECT_EQ(root_->shape()->FindMember("plugin"), nullptr);
  EXPECT_NE(root_->shape()->FindMember("require"), nullptr);
}

TEST_F(RootTest, ABuiltinAddedLaterAppearsInTheShape) {
  EXPECT_EQ(root_->shape()->FindMember("app"), nullptr);
  Add("app", Value(1), true);
  EXPECT_NE(root_->shape()->FindMember("app"), nullptr);
}

TEST_F(RootTest, ProcessIsTheGlobalOfThatName) {
  Add("process", Value("other"), true)->globals["process"] = Value("the process");
  EXPECT_THAT(Call("process", {}, Op::kGet), IsOkAndHolds(Value("the process")));
  EXPECT_THAT(Call("getGlobal", {"process"}), IsOkAndHolds(Value("the process")));
}

TEST_F(RootTest, AMethodReadLikeAPropertyIsAFunction) {
  Add("math", Value(7));
  absl::StatusOr<Value> require = Call("require", {}, Op::kGet);
  ASSERT_THAT(require, IsOk());
  ASSERT_TRUE(require->is_object());
  Array args{"math"};
  FakeContext context(session_);
  Invocation call;
  call.args = args;
  call.context = &context;
  Answer answer;
  require->AsObject()->Invoke(call, answer.reply());
  EXPECT_THAT(answer.result(), IsOkAndHolds(Value(7)));
}

TEST_F(RootTest, AMethodThatAModuleWasHandedIsCalledAsTheSessionThatReadIt) {
  Add("math", Value(7));
  auto session = MakeRef<FakeSession>();
  session_ = session;
  SessionRef asked;
  auto guard = AddHook("guard", [&](const EntryRequest& request) {
    asked = request.session;
    return EntryDecision::Block("not for you");
  });
  ObjectRef require = Call("require", {}, Op::kGet)->TakeObject();
  auto call_as_module = [&] {
    Array args{"math"};
    Invocation call;
    call.args = args;
    Answer answer;
    require->Invoke(call, answer.reply());
    guard->executor.RunAll();
    return answer.result();
  };
  EXPECT_THAT(call_as_module(), StatusIs(StatusCode::kPermissionDenied, HasSubstr("not for you")));
  EXPECT_EQ(asked, session_);
  session->has_ended = true;
  EXPECT_THAT(call_as_module(), StatusIs(StatusCode::kFailedPrecondition,
                                         "remote.require was read by a session that has ended"));
}

TEST_F(RootTest, AModuleThatWasHandedTheRootCanDoNothingWithIt) {
  Add("app", Value(7), true);
  session_ = nullptr;
  EXPECT_THAT(Call("require", {"app"}), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Call("require", {}, Op::kGet), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Call("app", {}, Op::kGet), StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(RootTest, HooksAreAskedAboutAModuleByItsNameWhateverPathLeadsToIt) {
  modules_.set_main_dir("/main");
  EXPECT_THAT(modules_.Add(std::make_shared<FakeModule>("math", Value(7)), "/main/sub/m.so"),
              IsOk());
  std::string asked;
  auto guard = AddHook("guard", [&](const EntryRequest& request) {
    asked += std::string(EntryPointName(request.point)) + " " + std::string(request.name) + "; ";
    return request.name == "math" ? EntryDecision::Block("no numbers") : EntryDecision::Pass();
  });
  Answer answer;
  Start(answer, "require", {"./sub/../sub/m"});
  guard->executor.RunAll();
  EXPECT_THAT(answer.result(), StatusIs(StatusCode::kPermissionDenied,
                                        "require('math') was blocked by guard: no numbers"));
  EXPECT_EQ(asked, "require ./sub/../sub/m; require math; ");
}

TEST_F(RootTest, ABuiltinThatIsRequiredIsStillABuiltinForHooks) {
  Add("app", Value("the app"), true);
  bool block = false;
  auto guard = AddHook("guard", [&](const EntryRequest& request) {
    return block && request.point == EntryRequest::Point::kBuiltin ? EntryDecision::Block("")
                                                                   : EntryDecision::Pass();
  });
  for (StatusCode expected : {StatusCode::kOk, StatusCode::kPermissionDenied}) {
    Answer answer;
    Start(answer, "require", {"app"});
    guard->executor.RunAll();
    EXPECT_EQ(answer.result().status().code(), expected);
    block = true;
  }
}

TEST_F(RootTest, AHookCanBlockAndTheErrorNamesWhatAndByWhom) {
  Add("fs");
  auto guard = AddHook("guard", [](const EntryRequest& request) {
    return request.name == "fs" ? EntryDecision::Block("no files today") : EntryDecision::Pass();
  });
  Answer answer;
  Start(answer, "require", {"fs"});
  EXPECT_FALSE(answer.there()) << "hooks run on their module's strand";
  guard->executor.RunAll();
  EXPECT_THAT(answer.result(), StatusIs(StatusCode::kPermissionDenied,
                                        "require('fs') was blocked by guard: no files today"));
}

TEST_F(RootTest, AHookCanReplaceTheAnswer) {
  Add("fs");
  auto guard =
      AddHook("guard", [](const EntryRequest&) { return EntryDecision::Replace(Value("fake")); });
  Answer answer;
  Start(answer, "require", {"fs"});
  guard->executor.RunAll();
  EXPECT_THAT(answer.result(), IsOkAndHolds(Value("fake")));
}

TEST_F(RootTest, HooksAreAskedInOrderAndTheFirstThatDoesNotPassDecides) {
  Add("fs");
  std::string asked;
  auto first = AddHook("first", [&](const EntryRequest&) {
    asked += "1";
    return EntryDecision::Pass();
  });
  auto second = AddHook("second", [&](const EntryRequest&) {
    asked += "2";
    return EntryDecision::Block("");
  });
  auto third = AddHook("third", [&](const EntryRequest&) {
    asked += "3";
    return EntryDecision::Pass();
  });
  Answer answer;
  Start(answer, "require", {"fs"});
  EXPECT_EQ(second->executor.waiting(), 0u);
  first->executor.RunAll();
  second->executor.RunAll();
  third->executor.RunAll();
  EXPECT_EQ(asked, "12");
  EXPECT_THAT(answer.result(), StatusIs(StatusCode::kPermissionDenied, HasSubstr("second")));
}

TEST_F(RootTest, EachEntryPointIsTheHooksBusiness) {
  std::vector<EntryRequest::Point> points;
  auto guard = AddHook("guard", [&](const EntryRequest& request) {
    points.push_back(request.point);
    return EntryDecision::Block("");
  });
  Answer answers[6];
  Start(answers[0], "require", {"x"});
  Start(answers[1], "getBuiltin", {"x"});
  Start(answers[2], "getGlobal", {"x"});
  Start(answers[3], "getCurrentWindow");
  Start(answers[4], "getCurrentWebContents");
  Start(answers[5], "provide", {"x", Value(ObjectRef(MakeRef<FakeObject>()))});
  guard->executor.RunAll();
  using Point = EntryRequest::Point;
  EXPECT_THAT(points, ::testing::ElementsAre(Point::kRequire, Point::kBuiltin, Point::kGlobal,
                                             Point::kCurrentWindow, Point::kCurrentWebContents,
                                             Point::kProvide));
  for (Answer& answer : answers) {
    EXPECT_THAT(answer.result(), StatusIs(StatusCode::kPermissionDenied));
  }
}

TEST_F(RootTest, ACallThatComesBeforeTheClaimsAreInWaitsForThem) {
  ObjectRef window = MakeRef<FakeObject>();
  auto module = Add("window");
  module->claim = [&](const SessionRef&) { return HostedModule::Claim{window, nullptr}; };
  claims_.Begin(session_, modules_);
  Answer answer;
  Start(answer, "getCurrentWindow");
  EXPECT_FALSE(answer.there());
  module->executor.RunAll();
  EXPECT_THAT(answer.result(), IsOkAndHolds(Value(window)));
  EXPECT_THAT(Call("getCurrentWebContents"), StatusIs(StatusCode::kNotFound));
}

TEST_F(RootTest, OfTwoClaimsTheFirstModulesCountsWhoeverAnswersFirst) {
  ObjectRef first_window = MakeRef<FakeObject>();
  ObjectRef second_window = MakeRef<FakeObject>();
  auto first = Add("first");
  first->claim = [&](const SessionRef&) { return HostedModule::Claim{first_window, nullptr}; };
  auto second = Add("second");
  second->claim = [&](const SessionRef&) { return HostedModule::Claim{second_window, nullptr}; };
  claims_.Begin(session_, modules_);
  second->executor.RunAll();
  first->executor.RunAll();
  EXPECT_THAT(Call("getCurrentWindow"), IsOkAndHolds(Value(first_window)));
}

TEST_F(RootTest, TwoSessionsHaveTwoWindows) {
  auto module = Add("window");
  module->claim = [](const SessionRef&) {
    return HostedModule::Claim{MakeRef<FakeObject>(), nullptr};
  };
  claims_.Begin(session_, modules_);
  SessionRef first = std::exchange(session_, MakeRef<FakeSession>());
  claims_.Begin(session_, modules_);
  module->executor.RunAll();
  absl::StatusOr<Value> mine = Call("getCurrentWindow");
  session_ = first;
  absl::StatusOr<Value> other = Call("getCurrentWindow");
  ASSERT_THAT(mine, IsOk());
  ASSERT_THAT(other, IsOk());
  EXPECT_FALSE(*mine == *other);
}

TEST_F(RootTest, WhatWasClaimedIsGivenBackAtTheEndAndALateClaimIsDropped) {
  bool destroyed = false;
  auto module = Add("window");
  module->claim = [&](const SessionRef&) {
    return HostedModule::Claim{MakeRef<FakeObject>(&destroyed), nullptr};
  };
  claims_.Begin(session_, modules_);
  EXPECT_TRUE(claims_.End(session_->id()).empty());
  module->executor.RunAll();
  EXPECT_TRUE(destroyed);
}

TEST_F(RootTest, AWindowThatWasClosedIsNeitherGivenNorKept) {
  bool destroyed = false;
  auto window = MakeRef<FakeObject>(&destroyed);
  auto contents = MakeRef<FakeObject>();
  auto module = Add("window");
  module->claim = [&](const SessionRef&) { return HostedModule::Claim{window, contents}; };
  SessionRef other = MakeRef<FakeSession>();
  claims_.Begin(session_, modules_);
  claims_.Begin(other, modules_);
  module->executor.RunAll();
  window->gone_reason = contents->gone_reason = GoneReason::kDestroyed;
  EXPECT_THAT(Call("getCurrentWindow"),
              StatusIs(StatusCode::kNotFound, "this session's window was closed"));
  claims_.ObjectGone(*window);
  claims_.ObjectGone(*contents);
  // One that attaches while its window is being closed.
  SessionRef late = MakeRef<FakeSession>();
  claims_.Begin(late, modules_);
  module->executor.RunAll();
  module->claim = nullptr;
  window.reset();
  EXPECT_TRUE(destroyed);
  for (const SessionRef& session : {session_, other, late}) {
    session_ = session;
    EXPECT_THAT(Call("getCurrentWindow"),
                StatusIs(StatusCode::kNotFound, "this session's window was closed"));
    EXPECT_THAT(Call("getCurrentWebContents"),
                StatusIs(StatusCode::kNotFound,
                         "this session's web contents are gone: its window was closed"));
    EXPECT_TRUE(claims_.End(session->id()).empty());
  }
}

TEST_F(RootTest, AWindowThatASessionLeavesIsStillTheOthersAndStillWatched) {
  bool destroyed = false;
  auto window = MakeRef<FakeObject>(&destroyed);
  auto module = Add("window");
  module->claim = [&](const SessionRef&) { return HostedModule::Claim{window, nullptr}; };
  SessionRef other = MakeRef<FakeSession>();
  claims_.Begin(session_, modules_);
  claims_.Begin(other, modules_);
  module->executor.RunAll();
  module->claim = nullptr;
  EXPECT_EQ(claims_.End(other->id()).size(), 1);
  EXPECT_THAT(Call("getCurrentWindow"), IsOkAndHolds(Value(ObjectRef(window))));
  window->gone_reason = GoneReason::kDestroyed;
  claims_.ObjectGone(*window);
  window.reset();
  EXPECT_TRUE(destroyed);
}

TEST_F(RootTest, AModuleThatRefusesSaysWhyUnlessAnotherClaims) {
  ObjectRef window = MakeRef<FakeObject>();
  auto refusing = Add("refusing");
  refusing->claim = [](const SessionRef&) {
    return HostedModule::Claim{nullptr, nullptr, absl::NotFoundError("no window 7")};
  };
  auto claiming = Add("claiming");
  claiming->claim = [&](const SessionRef&) { return HostedModule::Claim{window, nullptr}; };
  claims_.Begin(session_, modules_);
  refusing->executor.RunAll();
  claiming->executor.RunAll();
  EXPECT_THAT(Call("getCurrentWindow"), IsOkAndHolds(Value(window)));
  EXPECT_THAT(Call("getCurrentWebContents"), StatusIs(StatusCode::kNotFound, "no window 7"));
}

TEST_F(RootTest, ProvideMakesAnObjectAModule) {
  Value object(ObjectRef(MakeRef<FakeObject>()));
  EXPECT_THAT(Call("provide", {"cart", object}), IsOkAndHolds(Value()));
  EXPECT_THAT(Call("require", {"cart"}), IsOkAndHolds(object));
  EXPECT_THAT(Call("provide", {"cart", 42}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Call("provide", {1, object}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Call("provide", {"a/b", object}), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(RootTest, AHookCanReplaceWhatIsProvided) {
  Value other(ObjectRef(MakeRef<FakeObject>()));
  auto guard = AddHook("guard", [&](const EntryRequest& request) {
    return request.point == EntryRequest::Point::kProvide ? EntryDecision::Replace(other)
                                                          : EntryDecision::Pass();
  });
  Answer provided;
  Start(provided, "provide", {"cart", Value(ObjectRef(MakeRef<FakeObject>()))});
  guard->executor.RunAll();
  EXPECT_THAT(provided.result(), IsOk());
  EXPECT_EQ(modules_.Require("cart")->exports, other);
}

TEST_F(RootTest, AReplacementThatCannotBeProvidedBlocksInsteadOfLettingTheOriginalThrough) {
  auto guard =
      AddHook("guard", [](const EntryRequest&) { return EntryDecision::Replace(Value("text")); });
  Answer provided;
  Start(provided, "provide", {"cart", Value(ObjectRef(MakeRef<FakeObject>()))});
  guard->executor.RunAll();
  EXPECT_THAT(provided.result(),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("'cart' is blocked")));
  EXPECT_THAT(modules_.Require("cart"), StatusIs(StatusCode::kNotFound));
}

TEST_F(RootTest, ASessionThatEndedMeanwhileProvidesNothing) {
  auto guard = AddHook("guard", [](const EntryRequest&) { return EntryDecision::Pass(); });
  auto session = MakeRef<FakeSession>();
  session_ = session;
  Answer answer;
  Start(answer, "provide", {"cart", Value(ObjectRef(MakeRef<FakeObject>()))});
  session->has_ended = true;
  modules_.RemoveProvided(session->id());
  guard->executor.RunAll();
  EXPECT_THAT(modules_.Require("cart"), StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace hawser::tests
