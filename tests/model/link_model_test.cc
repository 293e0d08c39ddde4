// The rules of release and order, tried in random worlds. HAWSER_TEST_SEED=N runs that one world
// alone; HAWSER_TEST_WORLDS=N runs so many.

#include <cstdlib>

#include "gtest/gtest.h"
#include "tests/model/link_world.h"

namespace hawser::tests {
namespace {

uint64_t EnvironmentOr(const char* name, uint64_t fallback) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : fallback;
}

constexpr int kSteps = 600;

TEST(LinkModelTest, NoScheduleOfCallsReleasesAndCutsBreaksAPromise) {
  uint64_t first = EnvironmentOr("HAWSER_TEST_SEED", 1);
  uint64_t worlds =
      std::getenv("HAWSER_TEST_SEED") != nullptr ? 1 : EnvironmentOr("HAWSER_TEST_WORLDS", 2000);
  uint64_t calls = 0;
  uint64_t cuts = 0;
  for (uint64_t seed = first; seed < first + worlds; ++seed) {
    LinkWorld world(seed);
    world.Run(kSteps);
    calls += world.calls_run();
    cuts += world.cuts();
    ASSERT_EQ(world.failure(), "") << "replay with HAWSER_TEST_SEED=" << seed;
  }
  RecordProperty("calls", static_cast<int>(calls));
  std::cout << worlds << " worlds, " << calls << " calls, " << cuts << " cuts, first seed " << first
            << "\n";
  if (worlds >= 100) {
    EXPECT_GT(calls, worlds * 30);
    EXPECT_GT(cuts, worlds * 3);
  }
}

}  // namespace
}  // namespace hawser::tests
