#include "tests/support/status_matchers.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hawser::tests {
namespace {

using ::testing::DescribeMatcher;
using ::testing::ExplainMatchResult;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StringMatchResultListener;

TEST(StatusMatchers, IsOkTakesStatusesAndResults) {
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(absl::StatusOr<int>(1), IsOk());
  EXPECT_THAT(absl::NotFoundError("x"), Not(IsOk()));
}

TEST(StatusMatchers, IsOkAndHoldsTakesValuesAndMatchers) {
  const absl::StatusOr<int> seven = 7;
  EXPECT_THAT(seven, IsOkAndHolds(7));
  EXPECT_THAT(seven, IsOkAndHolds(Gt(6)));
  EXPECT_THAT(seven, Not(IsOkAndHolds(8)));
  EXPECT_THAT(absl::StatusOr<std::string>("seven"), IsOkAndHolds("seven"));
  EXPECT_THAT(absl::StatusOr<int>(absl::NotFoundError("x")), Not(IsOkAndHolds(7)));
}

TEST(StatusMatchers, StatusIsComparesTheCode) {
  EXPECT_THAT(absl::NotFoundError("x"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(absl::StatusOr<int>(absl::NotFoundError("x")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(absl::NotFoundError("x"), Not(StatusIs(absl::StatusCode::kInternal)));
}

TEST(StatusMatchers, StatusIsComparesTheMessageIfGiven) {
  EXPECT_THAT(absl::NotFoundError("no x here"), StatusIs(absl::StatusCode::kNotFound, "no x here"));
  EXPECT_THAT(absl::NotFoundError("no x here"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("x")));
  EXPECT_THAT(absl::NotFoundError("no x here"),
              Not(StatusIs(absl::StatusCode::kNotFound, HasSubstr("y"))));
}

TEST(StatusMatchers, AFailureSaysWhatTheStatusWas) {
  StringMatchResultListener listener;
  EXPECT_FALSE(ExplainMatchResult(IsOkAndHolds(7), absl::StatusOr<int>(absl::NotFoundError("no x")),
                                  &listener));
  EXPECT_THAT(listener.str(), HasSubstr("NOT_FOUND: no x"));
  EXPECT_EQ(DescribeMatcher<absl::StatusOr<int>>(IsOkAndHolds(7)),
            "is OK and holds a value that is equal to 7");
}

}  // namespace
}  // namespace hawser::tests
