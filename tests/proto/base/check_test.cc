#include "hawser/base/check.h"

#include "gtest/gtest.h"

namespace hawser::base {
namespace {

TEST(Check, AConditionThatHoldsIsEvaluatedOnceAndDoesNothing) {
  int evaluations = 0;
  HAWSER_CHECK(++evaluations == 1);
  EXPECT_EQ(evaluations, 1);
}

TEST(Check, AMessageIsEvaluatedOnlyOnFailure) {
  bool evaluated = false;
  const auto message = [&evaluated] {
    evaluated = true;
    return "why";
  };
  HAWSER_CHECK(!evaluated, message());
  EXPECT_FALSE(evaluated);
}

TEST(CheckDeathTest, AFailureAbortsAndSaysWhatAndWhere) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(HAWSER_CHECK(1 + 1 == 3), "check failed: 1 \\+ 1 == 3 at .*check_test.cc:[0-9]+");
}

TEST(CheckDeathTest, AFailureSaysWhyIfItWasToldSo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(HAWSER_CHECK(false, "the table lost an entry"),
               "check failed: false \\(the table lost an entry\\) at ");
}

}  // namespace
}  // namespace hawser::base
