#include "broker/core/module_registry.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/call_check.h"
#include "tests/broker/core/fakes.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

namespace fs = std::filesystem;

using absl::StatusCode;
using broker::ModuleRegistry;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kNames = 3;

class ModuleRegistryTest : public ::testing::Test {
 protected:
  std::shared_ptr<FakeModule> Add(std::string name, Value exports = Value("exports"),
                                  std::string path = "", bool builtin = false) {
    auto module = std::make_shared<FakeModule>(std::move(name), std::move(exports));
    module->is_builtin = builtin;
    EXPECT_THAT(registry_.Add(module, std::move(path)), IsOk());
    return module;
  }

  absl::StatusOr<Value> Require(std::string_view name) {
    absl::StatusOr<ModuleRegistry::Required> found = registry_.Require(name);
    if (!found.ok()) return found.status();
    return found->exports;
  }

  ModuleRegistry registry_;
  const SessionId alice_ = SessionId::Random();
  const SessionId bob_ = SessionId::Random();
};

TEST_F(ModuleRegistryTest, RequireGivesWhateverTheModuleExports) {
  Add("text", Value("bar"));
  Add("number", Value(42));
  EXPECT_THAT(Require("text"), IsOkAndHolds(Value("bar")));
  EXPECT_THAT(Require("number"), IsOkAndHolds(Value(42)));
}

TEST_F(ModuleRegistryTest, AnUnknownNameIsNotFoundAndNamesTheNearOnes) {
  Add("window");
  EXPECT_THAT(Require("windwo"),
              StatusIs(StatusCode::kNotFound, HasSubstr("did you mean 'window'?")));
  EXPECT_THAT(Require(""), StatusIs(StatusCode::kNotFound));
}

TEST_F(ModuleRegistryTest, AProvidedObjectThatIsGoneIsNotGivenOut) {
  auto object = MakeRef<FakeObject>();
  ASSERT_THAT(registry_.AddProvided("cart", object, alice_, kNames), IsOk());
  object->gone_reason = GoneReason::kRevoked;
  EXPECT_THAT(Require("cart"), StatusIs(StatusCode::kNotFound, HasSubstr("revoked")));
  ASSERT_THAT(registry_.AddProvided("cart", MakeRef<FakeObject>(), alice_, kNames), IsOk());
  EXPECT_THAT(Require("cart"), IsOk());
}

TEST_F(ModuleRegistryTest, AmongVeryManyNamesAnUnknownOneGetsNoHint) {
  Add("window");
  auto object = MakeRef<FakeObject>();
  for (size_t i = 0; i < kMostCandidates; ++i) {
    ASSERT_THAT(registry_.AddProvided("m" + std::to_string(i), object, alice_, kMostCandidates),
                IsOk());
  }
  EXPECT_THAT(Require("windwo"), StatusIs(StatusCode::kNotFound, Not(HasSubstr("did you mean"))));
}

TEST_F(ModuleRegistryTest, TheSecondModuleOfANameIsRefused) {
  Add("window", Value(1), "/p/window.so");
  EXPECT_THAT(registry_.Add(std::make_shared<FakeModule>("window"), ""),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr("/p/window.so")));
  EXPECT_THAT(Require("window"), IsOkAndHolds(Value(1)));
}

TEST_F(ModuleRegistryTest, NamesThatWouldLookLikePathsAreRefused) {
  EXPECT_THAT(registry_.Add(std::make_shared<FakeModule>("a/b"), ""),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(registry_.Add(std::make_shared<FakeModule>(""), ""),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(ModuleRegistryTest, PathsAreRelativeToTheMainFolderWithOrWithoutSuffix) {
  registry_.set_main_dir("/main");
  Add("foo", Value("bar"), "/main/sub/foo.so");
  EXPECT_THAT(Require("./sub/foo"), IsOkAndHolds(Value("bar")));
  EXPECT_THAT(Require("./sub/foo.so"), IsOkAndHolds(Value("bar")));
  EXPECT_THAT(Require("sub/../sub/foo"), IsOkAndHolds(Value("bar")));
  EXPECT_THAT(Require("/main/sub/foo"), IsOkAndHolds(Value("bar")));
  EXPECT_THAT(Require("./sub/fox"), StatusIs(StatusCode::kNotFound, HasSubstr("/main/sub/fox")));
}

TEST_F(ModuleRegistryTest, APathThatLeadsOutsideTheMainFolderIsDeniedEvenIfAModuleIsThere) {
  registry_.set_main_dir("/main");
  Add("evil", Value(1), "/etc/evil.so");
  Add("evil2", Value(1), "/main2/evil.so");
  EXPECT_THAT(Require("../etc/evil"), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(Require("./a/../../etc/evil"), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(Require("/etc/evil"), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(Require("../main2/evil"), StatusIs(StatusCode::kPermissionDenied));
}

class RequireByPathTest : public ModuleRegistryTest {
 protected:
  RequireByPathTest() {
    fs::create_directories(main_ / "sub");
    for (const char* file : {"foo.so", "sub/bar.so", "broken.so"})
      std::ofstream(main_ / file) << "";
    registry_.set_main_dir(fs::canonical(main_).string());
    registry_.set_loader([this](const std::string& file) {
      ++loads_;
      if (file.ends_with("broken.so")) return absl::InvalidArgumentError(file + " is no plugin");
      Add(fs::path(file).stem().string(), Value(file), file);
      return absl::OkStatus();
    });
  }
  ~RequireByPathTest() override { fs::remove_all(main_); }

  const fs::path main_ = fs::path(::testing::TempDir()) / "require_by_path";
  std::atomic<int> loads_ = 0;
};

TEST_F(RequireByPathTest, WhatIsInTheMainFolderIsLoadedOnce) {
  std::string file = fs::canonical(main_ / "foo.so").string();
  EXPECT_THAT(Require("./foo"), IsOkAndHolds(Value(file)));
  EXPECT_THAT(Require("./foo.so"), IsOkAndHolds(Value(file)));
  EXPECT_THAT(Require("foo"), IsOkAndHolds(Value(file)));
  EXPECT_EQ(loads_, 1);
  EXPECT_THAT(Require("./sub/bar"), IsOk());
  EXPECT_EQ(loads_, 2);
}

TEST_F(RequireByPathTest, OneThatCannotBeLoadedIsRefusedWithTheReason) {
  EXPECT_THAT(Require("./broken"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("broken.so is no plugin")));
}

TEST_F(RequireByPathTest, NothingIsLoadedForANameAFolderOrWhatIsOutside) {
  EXPECT_THAT(Require("foo"), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Require("./sub"), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Require("./fox"), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Require("../require_by_path2/foo"), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_EQ(loads_, 0);
}

TEST_F(RequireByPathTest, ALinkInTheMainFolderIsFollowed) {
  fs::create_symlink("sub/bar.so", main_ / "link.so");
  EXPECT_THAT(Require("./link"), IsOk());
  EXPECT_THAT(Require("./sub/bar"), IsOk());
  EXPECT_EQ(loads_, 1) << "they are one file";
}

TEST_F(RequireByPathTest, ManyWhoAskAtOnceLoadOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([this] { EXPECT_THAT(Require("./foo"), IsOk()); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(loads_, 1);
}

TEST_F(ModuleRegistryTest, WithoutAMainFolderThereAreNoPaths) {
  Add("foo", Value(1), "/main/foo.so");
  EXPECT_THAT(Require("./foo"), StatusIs(StatusCode::kNotFound, HasSubstr("--main")));
}

TEST_F(ModuleRegistryTest, BuiltinsAreAskedForByTheirOwnName) {
  Add("app", Value("the app"), "", true);
  Add("plugin", Value(1), "/p/plugin.so");
  EXPECT_THAT(registry_.Builtin("app"), IsOkAndHolds(Value("the app")));
  EXPECT_THAT(registry_.Builtin("plugin"), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(registry_.BuiltinNames(), ElementsAre("app"));
}

TEST_F(ModuleRegistryTest, GlobalsAreReadAtEachCall) {
  auto module = Add("config");
  module->globals["answer"] = Value(42);
  EXPECT_THAT(registry_.Global("answer"), IsOkAndHolds(Value(42)));
  module->globals["answer"] = Value(43);
  EXPECT_THAT(registry_.Global("answer"), IsOkAndHolds(Value(43)));
  EXPECT_THAT(registry_.Global("anser"),
              StatusIs(StatusCode::kNotFound, HasSubstr("did you mean 'answer'?")));
}

TEST_F(ModuleRegistryTest, OfTwoModulesWithOneGlobalTheFirstAddedCounts) {
  Add("z")->globals["g"] = Value("z's");
  Add("a")->globals["g"] = Value("a's");
  EXPECT_THAT(registry_.Global("g"), IsOkAndHolds(Value("z's")));
}

TEST_F(ModuleRegistryTest, AProvidedModuleIsThereUntilItsSessionEnds) {
  ObjectRef object = MakeRef<FakeObject>();
  EXPECT_THAT(registry_.AddProvided("cart", object, alice_, kNames), IsOk());
  EXPECT_THAT(Require("cart"), IsOkAndHolds(Value(object)));
  registry_.RemoveProvided(bob_);
  EXPECT_THAT(Require("cart"), IsOk());
  registry_.RemoveProvided(alice_);
  EXPECT_THAT(Require("cart"), StatusIs(StatusCode::kNotFound));
}

TEST_F(ModuleRegistryTest, AProvidedModuleNeverShadowsALoadedOne) {
  Add("window");
  EXPECT_THAT(registry_.AddProvided("window", MakeRef<FakeObject>(), alice_, kNames),
              StatusIs(StatusCode::kAlreadyExists));
}

TEST_F(ModuleRegistryTest, ANameBelongsToTheSessionThatProvidedItFirst) {
  ObjectRef second = MakeRef<FakeObject>();
  EXPECT_THAT(registry_.AddProvided("cart", MakeRef<FakeObject>(), alice_, kNames), IsOk());
  EXPECT_THAT(registry_.AddProvided("cart", MakeRef<FakeObject>(), bob_, kNames),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr(alice_.Short())));
  EXPECT_THAT(registry_.AddProvided("cart", second, alice_, kNames), IsOk());
  EXPECT_THAT(Require("cart"), IsOkAndHolds(Value(second)));
}

TEST_F(ModuleRegistryTest, ASessionCannotProvideMoreNamesThanItMay) {
  for (std::string name : {"a", "b", "c"}) {
    EXPECT_THAT(registry_.AddProvided(name, MakeRef<FakeObject>(), alice_, kNames), IsOk());
  }
  EXPECT_THAT(registry_.AddProvided("d", MakeRef<FakeObject>(), alice_, kNames),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("provided_names")));
  EXPECT_THAT(registry_.AddProvided("d", MakeRef<FakeObject>(), bob_, kNames), IsOk());
}

TEST_F(ModuleRegistryTest, ARemovedModuleStaysUsableToWhoHasIt) {
  auto module = Add("window");
  registry_.Remove(module);
  EXPECT_THAT(Require("window"), StatusIs(StatusCode::kNotFound));
  EXPECT_EQ(module->name(), "window");
  Add("window");
}

}  // namespace
}  // namespace hawser::tests
