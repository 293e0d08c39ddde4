// The figures the link is held to: time and allocations of a call, memory of a handle. Two
// endpoints in one process, no transport.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <new>

#include "gtest/gtest.h"
#include "tests/bench/link_pair.h"
#include "tests/bench/protobuf_peer.h"

namespace {

// Everything this process allocates through operator new; single-threaded.
uint64_t allocations = 0;
int64_t live_bytes = 0;

}  // namespace

void* operator new(size_t size) {
  ++allocations;
  // Size classes as malloc has them: the figure is what memory really goes.
  auto* block = static_cast<size_t*>(std::malloc(size + 16));
  if (block == nullptr) throw std::bad_alloc();
  size_t real = std::max<size_t>(32, (size + 8 + 15) / 16 * 16);
  *block = real;
  live_bytes += static_cast<int64_t>(real);
  return block + 2;
}
void operator delete(void* pointer) noexcept {
  if (pointer == nullptr) return;
  auto* block = static_cast<size_t*>(pointer) - 2;
  live_bytes -= static_cast<int64_t>(*block);
  std::free(block);
}
void operator delete(void* pointer, size_t) noexcept { operator delete(pointer); }

namespace hawser::bench {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
constexpr bool kTimed = false;
#else
constexpr bool kTimed = true;
#endif

constexpr int kBatch = 20000;
constexpr double kMostUs = 1.5;  // a call, both sides together

// Microseconds of one of a batch of calls.
template <typename Call>
double TimeBatch(const Call& call) {
  auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kBatch; ++i) call(i);
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
             .count() /
         kBatch;
}

TEST(LinkFiguresTest, AnAddTakesAtMostOneAndAHalfMicrosecondsOnBothSidesTogether) {
  LinkPair pair;
  ObjectRef adder = pair.Make();
  ProtobufPeer peer;
  // The time is the machine's too: the peer's, beside it, tells how quick that is just now.
  double best_us = 1e9, worst_us = 0, peer_us = 1e9;
  // What else the machine does only adds to it, for seconds at a time: then it is measured until
  // the machine is free for a moment.
  int batch = 0;
  for (; batch < 20 || (kTimed && best_us > kMostUs && batch < 2000); ++batch) {
    peer_us = std::min(peer_us, TimeBatch([&](int i) { ASSERT_EQ(peer.Add(i, 1), i + 1); }));
    double us = TimeBatch([&](int i) { ASSERT_EQ(pair.Add(adder, i, 1), i + 1); });
    best_us = std::min(best_us, us);
    worst_us = std::max(worst_us, us);
  }
  std::cout << "add(int64, int64): " << best_us << " us best, " << worst_us << " us worst of "
            << batch << " batches of " << kBatch << "; protobuf alone, its two packets: " << peer_us
            << " us best\n";
  if (kTimed) {
    EXPECT_LE(best_us, kMostUs);
  }
}

TEST(LinkFiguresTest, TheCallersPathAllocatesNothingOnceWarm) {
  LinkPair pair;
  ObjectRef adder = pair.Make();
  for (int i = 0; i < 20000; ++i) pair.Add(adder, i, 1);
  uint64_t caller = 0;
  uint64_t callee = 0;
  for (int i = 0; i < 20000; ++i) {
    uint64_t before = allocations;
    pair.Start(adder, i, 1);
    caller += allocations - before;
    before = allocations;
    pair.Callee();
    callee += allocations - before;
    Bytes reply = pair.TakeReply();
    before = allocations;
    ASSERT_EQ(pair.Finish(std::move(reply)), i + 1);
    caller += allocations - before;
  }
  std::cout << "allocations: caller " << caller << ", callee "
            << static_cast<double>(callee) / 20000 << " a call\n";
  EXPECT_EQ(caller, 0u);
  EXPECT_LE(callee, 5u * 20000);
}

TEST(LinkFiguresTest, ALiveHandleCostsItsExporterAtMost146Bytes) {
  LinkPair pair;
  constexpr int kObjects = 200000;
  std::vector<ObjectRef> proxies;
  proxies.reserve(kObjects);
  int64_t exporter = 0;
  for (int i = 0; i < kObjects; ++i) proxies.push_back(pair.MakeCounting(&live_bytes, &exporter));
  double each = static_cast<double>(exporter) / kObjects;
  // The registry of the broker adds a slot of 24 bytes an object; see
  // broker/core/object_registry.h.
  std::cout << "a live handle: " << each << " + 24 bytes\n";
  EXPECT_GE(each, 40 + 32);  // an object and its entry: less would mean that nothing was counted
  EXPECT_LE(each + 24, 146);
}

}  // namespace
}  // namespace hawser::bench
