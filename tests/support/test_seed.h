#ifndef TESTS_SUPPORT_TEST_SEED_H_
#define TESTS_SUPPORT_TEST_SEED_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace hawser::tests {

// The seed of a randomised test, printed so that a failure can be run again with
// HAWSER_TEST_SEED=... (bazel test --test_env=...).
inline uint64_t TestSeed() {
  const char* given = std::getenv("HAWSER_TEST_SEED");
  uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device()();
  std::printf("HAWSER_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  testing::Test::RecordProperty("seed", std::to_string(seed));
  return seed;
}

}  // namespace hawser::tests

#endif  // TESTS_SUPPORT_TEST_SEED_H_
