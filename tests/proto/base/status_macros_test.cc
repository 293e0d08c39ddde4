#include "hawser/base/status_macros.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hawser::base {
namespace {

using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::Pointee;

absl::Status Twice(const absl::Status& first, const absl::Status& second) {
  HAWSER_RETURN_IF_ERROR(first);
  HAWSER_RETURN_IF_ERROR(second);
  return absl::OkStatus();
}

TEST(ReturnIfError, HandsOnTheFirstError) {
  EXPECT_THAT(Twice(absl::OkStatus(), absl::OkStatus()), IsOk());
  EXPECT_THAT(Twice(absl::NotFoundError("a"), absl::AbortedError("b")),
              StatusIs(absl::StatusCode::kNotFound, "a"));
  EXPECT_THAT(Twice(absl::OkStatus(), absl::AbortedError("b")),
              StatusIs(absl::StatusCode::kAborted, "b"));
}

absl::StatusOr<std::string> Joined(const absl::StatusOr<std::string>& a,
                                   const absl::StatusOr<std::string>& b) {
  HAWSER_ASSIGN_OR_RETURN(std::string result, a);
  HAWSER_ASSIGN_OR_RETURN(const std::string& second, b);
  result += second;
  return result;
}

TEST(AssignOrReturn, TakesValuesAndHandsOnTheFirstError) {
  EXPECT_THAT(Joined("a", "b"), IsOkAndHolds("ab"));
  EXPECT_THAT(Joined(absl::DataLossError("lost"), "b"), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Joined("a", absl::CancelledError("enough")), StatusIs(absl::StatusCode::kCancelled));
}

absl::StatusOr<std::unique_ptr<int>> Moved(absl::StatusOr<std::unique_ptr<int>> result) {
  std::unique_ptr<int> kept;
  HAWSER_ASSIGN_OR_RETURN(kept, std::move(result));
  return kept;
}

TEST(AssignOrReturn, MovesWhatCannotBeCopied) {
  EXPECT_THAT(Moved(std::make_unique<int>(7)), IsOkAndHolds(Pointee(7)));
}

absl::StatusOr<int> Sum(absl::StatusOr<int> a, int b) {
  HAWSER_ASSIGN_OR_RETURN(int sum, [](const absl::StatusOr<int>& x, int y) -> absl::StatusOr<int> {
    HAWSER_RETURN_IF_ERROR(x.status());
    return *x + y;
  }(a, b));
  return sum;
}

TEST(AssignOrReturn, TheExpressionMayContainCommas) {
  EXPECT_THAT(Sum(2, 3), IsOkAndHolds(5));
  EXPECT_THAT(Sum(absl::InternalError("no"), 3), StatusIs(absl::StatusCode::kInternal, "no"));
}

}  // namespace
}  // namespace hawser::base
