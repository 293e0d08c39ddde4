#ifndef HAWSER_TESTS_MODEL_LINK_WORLD_H_
#define HAWSER_TESTS_MODEL_LINK_WORLD_H_

// LinkWorld: two endpoints, A and B, over a connection that delivers, delays and cuts at random,
// with a random program at both ends: calls that hand objects out, take them in, send them home;
// proxies dropped and met again; answers named before they are there; calls cut short by a
// deadline. Both ends run the same code, so every rule is tried in both directions.
//
// After every step, and again when everything has come to rest, what the protocol promises is
// checked. The first broken promise is kept in failure(). Everything follows from the seed.

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_transport.h"

namespace hawser::tests {

class LinkWorld {
 public:
  explicit LinkWorld(uint64_t seed);
  ~LinkWorld();

  // Runs `steps` random steps, then lets everything come to rest, drops every proxy, and checks
  // that nothing is left.
  void Run(int steps);

  // Empty as long as every promise held.
  const std::string& failure() const { return failure_; }
  uint64_t calls_run() const { return calls_run_; }
  uint64_t cuts() const { return cuts_; }

 private:
  class Side;   // one endpoint
  class Item;   // an object of one end
  struct Held;  // a proxy one end holds
  friend class Side;
  friend class Item;

  void Step();
  void Connect();
  void Settle();
  void Fail(std::string what);
  uint64_t Random(uint64_t below) {
    return std::uniform_int_distribution<uint64_t>(0, below - 1)(random_);
  }
  bool Chance(int percent) { return Random(100) < static_cast<uint64_t>(percent); }

  std::mt19937_64 random_;
  FakeClock clock_;
  std::string failure_;
  uint64_t calls_run_ = 0;
  uint64_t cuts_ = 0;
  uint64_t next_token_ = 1;
  absl::flat_hash_map<uint64_t, int> runs_;  // times the call with a token ran
  Ref<Side> a_;
  Ref<Side> b_;
  std::unique_ptr<MemoryConnection> connection_;
  std::vector<std::unique_ptr<MemoryConnection>>
      replaced_;  // older ones, with packets still on their way
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_MODEL_LINK_WORLD_H_
