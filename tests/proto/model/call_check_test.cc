#include "hawser/call_check.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::tests::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using enum absl::StatusCode;

// "touch", and as many others as make `members`.
ShapeRef ShapeOf(size_t members) {
  std::vector<Member> list = {{.name = "touch"}};
  while (list.size() < members) list.push_back({.name = absl::StrCat("member", list.size())});
  return Shape::Build(ObjectKind::kObject, "Thing", std::move(list));
}

absl::Status CallOf(const ShapeRef& shape, std::string_view member) {
  return CheckCall(*shape, {.op = Op::kCall, .name = member});
}

TEST(CallCheck, AMistypedMemberGetsAHint) {
  EXPECT_THAT(CallOf(ShapeOf(kMostCandidates), "toch"),
              StatusIs(kNotFound, HasSubstr("did you mean 'touch'?")));
}

TEST(CallCheck, AmongVeryManyMembersAMistypedOneGetsNone) {
  EXPECT_THAT(CallOf(ShapeOf(kMostCandidates + 1), "toch"),
              StatusIs(kNotFound, Not(HasSubstr("did you mean"))));
}

TEST(CallCheck, ASingleLetterGetsNoHintButItsOtherCase) {
  std::vector<std::string> candidates = {"a", "B", "ab"};
  EXPECT_THAT(Nearest("x", candidates), IsEmpty());
  EXPECT_THAT(Nearest("b", candidates), ElementsAre("B"));
}

TEST(CallCheck, AMemberTheHandleDoesNotShowIsNoHint) {
  ShapeRef handle =
      Shape::Build(ObjectKind::kObject, "Thing", {{.name = "size"}, {.name = "sized"}});
  ShapeRef now = Shape::Build(ObjectKind::kObject, "Thing", {{.name = "sizes"}, {.name = "sized"}});
  EXPECT_THAT(CheckCall(*now, {.op = Op::kCall, .member = 0, .shape = handle.get()}),
              StatusIs(kNotFound, "Thing has no member 'size'; did you mean 'sized'?"));
}

TEST(CallCheck, TheNearestOfAFewAreFoundAndNoneOfVeryMany) {
  std::vector<std::string> candidates = {"resize", "resized", "close"};
  EXPECT_THAT(Nearest("resise", candidates), ElementsAre("resize", "resized"));
  candidates.resize(kMostCandidates, "other");
  EXPECT_THAT(Nearest("resise", candidates), ElementsAre("resize", "resized"));
  candidates.emplace_back("resist");
  EXPECT_THAT(Nearest("resise", candidates), IsEmpty());
}

}  // namespace
}  // namespace hawser
