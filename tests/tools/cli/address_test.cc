#include "tools/cli/address.h"

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::HasSubstr;

Address::Step Member(std::string name) { return {.name = std::move(name)}; }
Address::Step Index(size_t index) {
  return {.is_index = true, .name = std::to_string(index), .index = index};
}

TEST(AddressTest, ANameWithMembersAndIndexes) {
  EXPECT_THAT(ParseAddress("clock.alarms[3].label"),
              IsOkAndHolds(Address{.name = "clock",
                                   .steps = {Member("alarms"), Index(3), Member("label")}}));
  EXPECT_THAT(ParseAddress("sqlite"), IsOkAndHolds(Address{.name = "sqlite"}));
}

TEST(AddressTest, AnObjectById) {
  EXPECT_THAT(ParseAddress("@7"), IsOkAndHolds(Address{.root = Address::Root::kObject, .oid = 7}));
  EXPECT_THAT(
      ParseAddress("@7.title"),
      IsOkAndHolds(Address{.root = Address::Root::kObject, .oid = 7, .steps = {Member("title")}}));
}

TEST(AddressTest, TheRootAndNamesOfOneKindOnly) {
  EXPECT_THAT(
      ParseAddress("remote.getCurrentWindow"),
      IsOkAndHolds(Address{.root = Address::Root::kRemote, .steps = {Member("getCurrentWindow")}}));
  EXPECT_THAT(ParseAddress("global:answer"),
              IsOkAndHolds(Address{.root = Address::Root::kGlobal, .name = "answer"}));
  EXPECT_THAT(ParseAddress("module:remote"),
              IsOkAndHolds(Address{.root = Address::Root::kModule, .name = "remote"}));
}

TEST(AddressTest, APathEndsAtTheFirstDotBehindItsLastSlash) {
  EXPECT_THAT(ParseAddress("./sub/foo.bar"),
              IsOkAndHolds(Address{.name = "./sub/foo", .steps = {Member("bar")}}));
  EXPECT_THAT(ParseAddress("./foo.so"), IsOkAndHolds(Address{.name = "./foo.so"}));
  EXPECT_THAT(ParseAddress("./foo.so.bar"),
              IsOkAndHolds(Address{.name = "./foo.so", .steps = {Member("bar")}}));
}

TEST(AddressTest, QuotesKeepDotsAndBracketsTogether) {
  EXPECT_THAT(ParseAddress(R"("my.module"["a.b"])"),
              IsOkAndHolds(Address{.name = "my.module", .quoted = true, .steps = {Member("a.b")}}));
}

TEST(AddressTest, WritesWhatItReads) {
  for (std::string text :
       {"counter", "clock.alarms[3].label", "@7.title", "remote.require", "global:answer",
        R"("my.module".x)", R"(x["a \"b\".c"][0])", "./sub/foo.bar"}) {
    absl::StatusOr<Address> address = ParseAddress(text);
    ASSERT_THAT(address, tests::IsOk()) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(AddressTest, TheParentLacksTheLastStep) {
  EXPECT_EQ(ParseAddress("clock.alarms[3]")->Parent().ToString(), "clock.alarms");
}

TEST(AddressTest, WhatIsNoAddressIsAUsageErrorThatSaysWhy) {
  struct Case {
    std::string text;
    std::string why;
  };
  for (const Case& c :
       {Case{"", "no name"}, Case{".x", "no name"}, Case{"a..b", "after a dot"},
        Case{"a.", "after a dot"}, Case{"a[", "brackets take"}, Case{"a[1", "']' is missing"},
        Case{"a[x]", "brackets take"}, Case{"a[-1]", "brackets take"},
        Case{"a[\"b]", "closing quote"}, Case{"@", "no object id"}, Case{"@0", "no object id"},
        Case{"@7x", "no object id"}, Case{"@99999999999999999999", "no object id"},
        Case{"a]b", "was not expected"}}) {
    absl::StatusOr<Address> address = ParseAddress(c.text);
    EXPECT_THAT(address, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.why))) << c.text;
    EXPECT_EQ(ExitOf(address.status()), Exit::kUsage) << c.text;
  }
}

}  // namespace
}  // namespace hawser::cli
