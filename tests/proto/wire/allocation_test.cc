// Small packets are written and read without a single allocation once everything has its room.

#include <atomic>
#include <cstdlib>
#include <new>

#include "gtest/gtest.h"
#include "proto/wire/reader.h"
#include "proto/wire/writer.h"

namespace {

std::atomic<size_t> allocations;

void* Allocate(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}

}  // namespace

void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace hawser::wire {
namespace {

class RoundTrip {
 public:
  explicit RoundTrip(std::vector<Value> args) : args_(std::move(args)) {}

  void Run() {
    objects_.clear();
    ASSERT_TRUE(CollectObjects(args_, &objects_).ok());
    packet_.clear();
    WritePacketHeader({.ack = 1, .limits = {2, 3}, .clock_us = 4, .first_frame = 5}, &packet_);
    writer_.WriteCall({.id = 9, .target = 1, .name = "increment", .deadline_us = 1000}, args_,
                      answers_, {}, &packet_);
    writer_.WriteReturn(8, Value("an answer"), {}, &packet_);
    writer_.WriteRelease(7, handles_, {}, &packet_);

    ASSERT_TRUE(ReadPacket(packet_, &view_).ok());
    ASSERT_EQ(view_.frames.size(), 3u);
    auto frame = view_.frames.begin();
    BodyReader reader({}, nullptr);
    ASSERT_TRUE(ReadFrame(*frame++, nullptr, &frame_).ok());
    ASSERT_TRUE(reader.ReadCall(frame_.body, &call_, &read_args_, &read_answers_).ok());
    ASSERT_TRUE(ReadFrame(*frame++, nullptr, &frame_).ok());
    ASSERT_TRUE(reader.ReadReturn(frame_.body, &call_id_, &outcome_).ok());
    ASSERT_TRUE(ReadFrame(*frame++, nullptr, &frame_).ok());
    ASSERT_TRUE(reader.ReadRelease(frame_.body, &upto_, &read_handles_, &read_answer_ids_).ok());
  }

 private:
  std::vector<Value> args_;
  std::vector<AnswerArg> answers_ = {{.position = 1, .call = 3}};
  std::vector<uint64_t> handles_ = {1, 1000, 1000000};
  std::vector<Object*> objects_;
  FrameWriter writer_;
  std::string packet_;
  PacketView view_;
  FrameView frame_;
  Call call_;
  Args read_args_;
  std::vector<AnswerArg> read_answers_;
  uint64_t call_id_ = 0, upto_ = 0;
  Outcome outcome_;
  std::vector<uint64_t> read_handles_, read_answer_ids_;
};

TEST(AllocationTest, ScalarsAndShortStringsCrossWithoutAnAllocationOnceWarm) {
  RoundTrip trip({42, Value(), 2.5, "twenty-two characters.", true, Null{}, Date{5}});
  trip.Run();
  trip.Run();
  size_t before = allocations;
  for (int i = 0; i < 100; ++i) trip.Run();
  EXPECT_EQ(allocations - before, 0u);
}

TEST(AllocationTest, ALongStringCostsOneAllocation) {
  RoundTrip trip({1, Value(), std::string(23, 'x')});
  trip.Run();
  trip.Run();
  size_t before = allocations;
  for (int i = 0; i < 100; ++i) trip.Run();
  EXPECT_EQ(allocations - before, 100u);
}

}  // namespace
}  // namespace hawser::wire
