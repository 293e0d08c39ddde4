#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ManualHost;
using ::hawser::testing::ModuleHarness;
using ::hawser::testing::TestObject;
using ::hawser::testing::TestSession;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using enum absl::StatusCode;

class Thing final : public ModuleObject {
 public:
  explicit Thing(int* live) : live_(live) { ++*live_; }
  ~Thing() override { --*live_; }

 private:
  int* live_;
};

TEST(ModuleEntry, SaysWhatAHostChecks) {
  const hawser_plugin_info& info = *hawser_plugin();
  EXPECT_EQ(info.abi_version, HAWSER_ABI_VERSION);
  EXPECT_EQ(info.size, sizeof(hawser_plugin_info));
  EXPECT_STREQ(info.fingerprint, HAWSER_BUILD_FINGERPRINT);
  // The C++ library too.
  EXPECT_THAT(info.fingerprint, MatchesRegex(".* libstdc\\+\\+-[0-9]+-abi[01] .*"));
  EXPECT_STREQ(info.name, "entry_test");
}

TEST(ModuleEntry, MakesTheModule) {
  ModuleHarness harness;
  EXPECT_EQ(harness.module().name(), "entry_test");
  EXPECT_EQ(harness.module().version(), "1.2");
  EXPECT_TRUE(harness.module().builtin());
  EXPECT_THAT(harness.Call("hello"), IsOkAndHolds(Value("hello")));
}

TEST(ModuleEntry, AFailureIsWrittenIntoTheBufferAsFarAsItGoes) {
  ManualHost host;
  auto fail = [](Module&) { throw std::runtime_error("no database"); };
  std::array<char, 64> error{};
  EXPECT_EQ(internal::CreateModule(&host, "m", fail, error.data(), error.size()), nullptr);
  EXPECT_STREQ(error.data(), "no database");
  EXPECT_EQ(internal::CreateModule(&host, "m", fail, error.data(), 4), nullptr);
  EXPECT_STREQ(error.data(), "no ");
}

TEST(ModuleSessions, HooksSeeEachSessionComeAndGo) {
  std::vector<std::string> seen;
  ModuleHarness harness([&seen](Module& module) {
    module.OnSessionStart([&seen](const SessionRef& session) {
      for (const auto& [key, value] : session->attributes())
        seen.emplace_back(key).append("=").append(value);
    });
    module.OnSessionEnd(
        [&seen](const SessionRef&, EndReason reason) { seen.emplace_back(EndReasonName(reason)); });
  });
  harness.StartSession({{"program", "editor"}}).End(EndReason::kExited);
  EXPECT_THAT(seen, ElementsAre("program=editor", "exited"));
  harness.session().End();
  seen.clear();
}

TEST(ModuleSessions, CleanupsOfASessionRunWhenItEndsLastFirst) {
  std::vector<std::string> ran;
  ModuleHarness harness([&ran](Module& module) {
    module.Function("open", [&ran](const Caller& caller, std::string name) {
      caller.OnEnd([&ran, name](EndReason reason) {
        ran.push_back(name + " " + std::string(EndReasonName(reason)));
      });
    });
    module.OnSessionEnd([&ran](const SessionRef&, EndReason) { ran.push_back("hook"); });
  });
  TestSession& other = harness.StartSession();
  EXPECT_THAT(other.module_exports().Call("open", "a"), IsOk());
  EXPECT_THAT(other.module_exports().Call("open", "b"), IsOk());
  EXPECT_THAT(harness.Call("open", "mine"), IsOk());
  other.End(EndReason::kLeaseExpired);
  EXPECT_THAT(ran, ElementsAre("b lease expired", "a lease expired", "hook"));
}

TEST(ModuleSessions, ACleanupHungOnASessionThatHasEndedRunsSoon) {
  SessionRef kept;
  std::vector<EndReason> reasons;
  ModuleHarness harness([&](Module& module) {
    module.Function("remember", [&](Caller& caller) { kept = caller.session(); });
    module.Function("hang", [&] {
      module.HangOnEnd(kept, [&reasons](EndReason reason) { reasons.push_back(reason); });
    });
  });
  TestSession& other = harness.StartSession();
  EXPECT_THAT(other.module_exports().Call("remember"), IsOk());
  other.End(EndReason::kKicked);
  EXPECT_THAT(harness.Call("hang"), IsOk());
  EXPECT_THAT(reasons, ElementsAre(EndReason::kKicked));
  kept = nullptr;
}

TEST(ModuleSessions, WhatHangsOnASessionsEndCanBeTakenBack) {
  auto held = std::make_shared<int>(0);
  std::vector<uint64_t> numbers;
  ModuleHarness harness([&](Module& module) {
    module.Function("hang", [&](const Caller& caller) {
      numbers.push_back(caller.OnEnd([held](EndReason) { ++*held; }));
    });
    module.Function("hang_canceller", [&](const Caller& caller) {
      caller.OnEnd([&](EndReason) { module.CancelOnEnd(numbers.back()); });
    });
    module.Function("cancel", [&] { module.CancelOnEnd(numbers.back()); });
  });
  TestSession& other = harness.StartSession();
  TestObject theirs = other.module_exports();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(theirs.Call("hang"), IsOk());
  EXPECT_EQ(held.use_count(), 4);
  EXPECT_THAT(harness.Call("cancel"), IsOk());
  EXPECT_THAT(harness.Call("cancel"), IsOk());  // again: nothing is left to cancel
  EXPECT_EQ(held.use_count(), 3);
  // Also by what runs before it at the end itself.
  EXPECT_THAT(theirs.Call("hang"), IsOk());
  EXPECT_THAT(theirs.Call("hang_canceller"), IsOk());
  other.End();
  EXPECT_EQ(*held, 2);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ModuleSessions, AModuleMayClaimASession) {
  int live = 0;
  ModuleHarness harness([&live](Module& module) {
    module.Class<Thing>("Thing");
    module.ClaimSession([&live](const SessionRef& session) {
      HostedModule::Claim claim;
      if (session->attributes().count("window") != 0) claim.window = Make<Thing>(&live);
      return claim;
    });
  });
  EXPECT_EQ(harness.session().window(), nullptr);
  TestSession& other = harness.StartSession({{"window", "1"}});
  EXPECT_NE(other.window(), nullptr);
  EXPECT_EQ(other.contents(), nullptr);
  other.End();
  EXPECT_EQ(live, 0);
}

TEST(ModuleSessions, AFailingHookIsLoggedAndStopsNothing) {
  int later = 0;
  ModuleHarness harness([&later](Module& module) {
    module.OnSessionStart([](const SessionRef&) { throw std::runtime_error("bad hook"); });
    module.OnSessionStart([&later](const SessionRef&) { ++later; });
  });
  EXPECT_EQ(later, 1);
  EXPECT_THAT(harness.log(), ElementsAre(HasSubstr("bad hook")));
}

TEST(ModuleEntryHook, MayReplaceOrBlockAndBlocksIfItFails) {
  ModuleHarness harness([](Module& module) {
    module.OnEntry([](const EntryRequest& request) {
      if (request.name == "fs") return EntryDecision::Block("not for you");
      if (request.name == "time") return EntryDecision::Replace(5);
      if (request.name == "odd") throw std::runtime_error("what?");
      return EntryDecision::Pass();
    });
  });
  ASSERT_TRUE(harness.module().has_entry_hook());
  auto ask = [&harness](std::string_view name) {
    return harness.module().OnEntry(
        {EntryRequest::Point::kRequire, harness.session().view(), name});
  };
  EXPECT_EQ(ask("fs").verdict, EntryDecision::Verdict::kBlock);
  EXPECT_EQ(ask("fs").reason, "not for you");
  EXPECT_EQ(ask("time").replacement, Value(5));
  EXPECT_EQ(ask("odd").verdict, EntryDecision::Verdict::kBlock);
  EXPECT_EQ(ask("else").verdict, EntryDecision::Verdict::kPass);
}

TEST(ModuleTimers, RunOnTheStrandWhenTimeHasPassed) {
  std::vector<int> fired;
  ModuleHarness harness([&fired](Module& module) {
    module.Timer(absl::Seconds(2), [&fired] { fired.push_back(2); });
    module.Timer(absl::Seconds(1), [&fired] { fired.push_back(1); });
    uint64_t cancelled = module.Timer(absl::Seconds(1), [&fired] { fired.push_back(0); });
    module.CancelTimer(cancelled);
    module.Timer(absl::Seconds(1), [] { throw std::runtime_error("bad timer"); });
  });
  harness.Advance(absl::Milliseconds(999));
  EXPECT_THAT(fired, IsEmpty());
  harness.Advance(absl::Seconds(5));
  EXPECT_THAT(fired, ElementsAre(1, 2));
  EXPECT_THAT(harness.log(), ElementsAre(HasSubstr("bad timer")));
}

TEST(ModuleTasks, PostedOnesAndContinuationsRunOnTheStrand) {
  Ref<Promise> promise = MakeRef<Promise>();
  Value settled;
  bool posted = false;
  ModuleHarness harness([&](Module& module) {
    module.Post([&, at = &module.strand()] { posted = base::CurrentExecutor() == at; });
    module.Then(promise, [&](Outcome outcome) { settled = outcome.value(); });
  });
  EXPECT_TRUE(posted);
  promise->Resolve(3);
  harness.Run();
  EXPECT_EQ(settled, Value(3));
}

TEST(ModuleUnload, WhatIsHeldKeepsTheModuleAndIsGoneForCallers) {
  int live = 0;
  ManualHost host;
  bool unloaded = false;
  std::unique_ptr<Module> module = *Module::Make(host, "m", [&](Module& module) {
    module.Class<Thing>("Thing").Constructor([&live] { return Make<Thing>(&live); });
    module.Function("f", [] {});
    module.Global("own", Make<Thing>(&live));
    module.Constant("constant", Make<Thing>(&live));
    module.Timer(absl::Seconds(1), [] {});
    module.OnUnload([&unloaded] { unloaded = true; });
  });
  {
    TestSession session(host, *module, {});
    TestObject thing = *session.module_exports().New("Thing");
    TestObject exports = session.module_exports();
    EXPECT_EQ(live, 3);
    module->strand().Post([&module] { module->OnUnload(); });
    host.Run();
    EXPECT_TRUE(unloaded);
    EXPECT_EQ(live, 1);
    EXPECT_EQ(module->pins(), 2);  // the thing and the exports
    EXPECT_EQ(host.timers(), 0);
    EXPECT_THAT(thing.Call("f"), StatusIs(kNotFound));
    EXPECT_THAT(exports.Call("f"), StatusIs(kNotFound, HasSubstr("module unloaded")));
  }
  host.Run();
  EXPECT_EQ(live, 0);
  EXPECT_EQ(module->pins(), 0);
  module.reset();
}

TEST(ModuleUnload, WhatIsQueuedDoesNotRunAnyMore) {
  ManualHost host;
  int ran = 0;
  auto owned = std::make_shared<int>(0);
  Ref<Promise> promise = MakeRef<Promise>();
  std::unique_ptr<Module> module = *Module::Make(host, "m", [&](Module& module) {
    module.Post([&ran, owned] { ++ran; });
    module.Timer(absl::Seconds(1), [&ran, owned] { ++ran; });
    module.Then(promise, [&ran, owned](Outcome) { ++ran; });
  });
  module->OnUnload();
  EXPECT_EQ(owned.use_count(), 1);  // what the tasks held is gone with the module
  module.reset();
  promise->Resolve(1);
  host.Advance(absl::Seconds(2));
  EXPECT_EQ(ran, 0);
}

TEST(ModuleUnload, ABodyThatFailsLeavesNothingBehind) {
  int live = 0;
  ManualHost host;
  auto module = Module::Make(host, "m", [&](Module& module) {
    module.Class<Thing>("Thing");
    module.Global("own", Make<Thing>(&live));
    module.Post([&live] { live = 100; });
    module.OnUnload([&live] { live = 100; });
    throw std::runtime_error("half way");
  });
  EXPECT_THAT(module, StatusIs(kUnknown, "half way"));
  host.Run();
  EXPECT_EQ(live, 0);
}

TEST(ModuleObjects, AreDestroyedOnTheirStrandWhereverTheirLastReferenceGoes) {
  int live = 0;
  ManualHost host;
  std::unique_ptr<Module> module =
      *Module::Make(host, "m", [](Module& module) { module.Class<Thing>("Thing"); });
  Ref<Thing> thing = module->Make<Thing>(&live);
  thing.reset();
  EXPECT_EQ(live, 1);
  host.Run();
  EXPECT_EQ(live, 0);
  module->strand().Post([&] {
    Ref<Thing> inside = module->Make<Thing>(&live);
    inside.reset();
    EXPECT_EQ(live, 0);  // at once
  });
  host.Run();
}

TEST(ModuleObjects, AreNotMadeOutsideOfTheirModule) {
  int live = 0;
  EXPECT_THROW(Make<Thing>(&live), Exception);
  EXPECT_THROW(Function([] {}), Exception);
}

TEST(ModuleConcurrency, SaysHowManyThreadsCallsMayUse) {
  for (auto [concurrency, threads] : std::vector<std::pair<Concurrency, int>>{
           {Concurrency::kSerial, 1}, {Concurrency::kPerObject, 17}, {Concurrency::kFree, 0}}) {
    ModuleHarness harness([chosen = concurrency](Module& module) {
      module.Concurrency(chosen);
      module.Function("f", [](Caller& caller) { return caller.session() != nullptr; });
    });
    EXPECT_EQ(harness.module().concurrency(), threads);
    EXPECT_THAT(harness.Call("f"), IsOkAndHolds(Value(true)));
  }
}

TEST(ModuleConcurrency, ObjectsShareSixteenStrandsAndEachStaysOnItsOwn) {
  int live = 0;
  std::vector<Ref<Thing>> things;
  ModuleHarness harness([&](Module& module) {
    module.Concurrency(Concurrency::kPerObject);
    module.Class<Thing>("Thing");
    for (int i = 0; i < 1000; ++i) things.push_back(Make<Thing>(&live));
  });
  std::set<base::Executor*> homes;
  for (const Ref<Thing>& thing : things) {
    homes.insert(thing->home());
    EXPECT_EQ(thing->home(), thing->home());
  }
  EXPECT_EQ(homes.size(), 16u);
  EXPECT_EQ(homes.count(&harness.module().strand()), 0u);
  EXPECT_EQ(harness.exports().object()->home(), &harness.module().strand());
  things.clear();
}

}  // namespace
}  // namespace hawser

HAWSER_MODULE(entry_test, module) {
  module.Version("1.2").Builtin();
  module.Function("hello", [] { return "hello"; });
}
