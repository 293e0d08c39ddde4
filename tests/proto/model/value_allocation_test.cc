// What values cost: which of them allocate. This program counts every operator new, the library's
// too.

#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "gtest/gtest.h"
#include "hawser/object.h"
#include "hawser/value.h"
#include "tests/support/sample_objects.h"

namespace {

int allocations = 0;

}  // namespace

// Not inlined: where only one of a pair is, the compiler takes it for a mismatch.
[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t /*size*/) noexcept {
  std::free(memory);
}

namespace hawser {
namespace {

// Allocations made by `work`.
int CountAllocations(auto work) {
  int before = allocations;
  work();
  return allocations - before;
}

// Constructs, copies, moves, assigns and compares a value made of `content`.
int AllocationsOf(const auto& content) {
  return CountAllocations([&] {
    Value value(content);
    Value copy = value;
    Value moved = std::move(copy);
    copy = moved;
    if (!(copy == value)) std::abort();
  });
}

TEST(ValueAllocationTest, TheCounterSeesAllocationsOfTheLibrary) {
  EXPECT_GT(CountAllocations([] { Value value(std::string_view("more than twenty-two bytes")); }),
            0);
}

TEST(ValueAllocationTest, ScalarsAllocateNothing) {
  EXPECT_EQ(AllocationsOf(Undefined{}), 0);
  EXPECT_EQ(AllocationsOf(Null{}), 0);
  EXPECT_EQ(AllocationsOf(true), 0);
  EXPECT_EQ(AllocationsOf(42), 0);
  EXPECT_EQ(AllocationsOf(2.5), 0);
  EXPECT_EQ(AllocationsOf(Date{5}), 0);
}

TEST(ValueAllocationTest, StringsUpToTwentyTwoBytesAllocateNothing) {
  for (size_t size = 0; size <= 22; ++size) {
    std::string text(size, 'x');
    EXPECT_EQ(AllocationsOf(std::string_view(text)), 0) << size;
  }
}

TEST(ValueAllocationTest, ALongerStringAllocatesOnceForAllItsCopies) {
  std::string text(23, 'x');
  EXPECT_EQ(AllocationsOf(std::string_view(text)), 1);
  text.assign(100'000, 'x');
  EXPECT_EQ(AllocationsOf(std::string_view(text)), 1);
}

TEST(ValueAllocationTest, EmptyArraysAndRecordsAllocateNothing) {
  EXPECT_EQ(AllocationsOf(Array()), 0);
  EXPECT_EQ(AllocationsOf(Record()), 0);
}

TEST(ValueAllocationTest, HoldingBytesOrAnObjectAllocatesNothing) {
  Bytes bytes = Bytes::Copy("content");
  EXPECT_EQ(AllocationsOf(bytes), 0);
  auto object = MakeRef<tests::SampleObject>();
  EXPECT_EQ(AllocationsOf(object), 0);
}

TEST(ValueAllocationTest, CopiedBytesAllocateOnce) {
  std::string content(1000, 'x');
  EXPECT_EQ(CountAllocations([&] { Bytes::Copy(content); }), 1);
}

TEST(ValueAllocationTest, AMovedArrayAllocatesOneBlock) {
  Array items{1, 2, 3};
  EXPECT_EQ(CountAllocations([&] { Value value(std::move(items)); }), 1);
}

TEST(ValueAllocationTest, CopyingALargeArrayAllocatesNothing) {
  Value large = Array(10'000, Value(1));
  EXPECT_EQ(CountAllocations([&] { Value copy = large; }), 0);
}

}  // namespace
}  // namespace hawser
