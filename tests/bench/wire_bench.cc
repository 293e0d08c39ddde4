// What it costs to write and to read packets.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "hawser/record.h"
#include "proto/wire/reader.h"
#include "proto/wire/writer.h"

namespace hawser::wire {
namespace {

// A packet with one call, as a link writes it, into memory that is there already.
class PacketMaker {
 public:
  const std::string& Make(std::span<const Value> args) {
    objects_.clear();
    if (!CollectObjects(args, &objects_).ok()) std::abort();
    packet_.clear();
    WritePacketHeader(
        {.ack = 4711, .limits = {5000, 1 << 26}, .clock_us = 123456789, .first_frame = 4712},
        &packet_);
    Call call{.id = 4711, .target = 42, .member = 3, .deadline_us = 123466789};
    writer_.WriteCall(call, args, {}, {}, &packet_);
    return packet_;
  }

 private:
  FrameWriter writer_;
  std::vector<Object*> objects_;
  std::string packet_;
};

// The way back.
class PacketTaker {
 public:
  void Take(const Bytes& packet) {
    if (!ReadPacket(packet.view(), &view_).ok()) std::abort();
    for (std::string_view bytes : view_.frames) {
      if (!ReadFrame(bytes, &packet, &frame_).ok()) std::abort();
      BodyReader reader({}, &packet);
      if (!reader.ReadCall(frame_.body, &call_, &args_, &answers_).ok()) std::abort();
    }
    benchmark::DoNotOptimize(args_.data());
  }

 private:
  PacketView view_;
  FrameView frame_;
  Call call_;
  Args args_;
  std::vector<AnswerArg> answers_;
};

void Write(benchmark::State& state, const std::vector<Value>& args) {
  PacketMaker maker;
  size_t bytes = maker.Make(args).size();
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(maker.Make(args).data());
  state.counters["packet_bytes"] = static_cast<double>(bytes);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}

void Read(benchmark::State& state, const std::vector<Value>& args) {
  Bytes packet(std::string(PacketMaker().Make(args)));
  PacketTaker taker;
  for ([[maybe_unused]] auto _ : state) taker.Take(packet);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(packet.size()));
}

std::vector<Value> SmallCall() { return {1234, -56789}; }
std::vector<Value> TextCall() { return {"select name from t where id = ?", "short", true, 2.5}; }
std::vector<Value> RecordCall() {
  return {Record{
      {"width", 800}, {"height", 600}, {"title", "Hello"}, {"frame", true}, {"parent", Null{}}}};
}
std::vector<Value> ThousandNumbers() {
  Array numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(i);
  return {numbers};
}
std::vector<Value> Megabyte() { return {Bytes(std::string(1 << 20, 'x'))}; }

#define HAWSER_WIRE_BENCH(ARGS)                                       \
  void Write##ARGS(benchmark::State& state) { Write(state, ARGS()); } \
  void Read##ARGS(benchmark::State& state) { Read(state, ARGS()); }   \
  BENCHMARK(Write##ARGS);                                             \
  BENCHMARK(Read##ARGS)

HAWSER_WIRE_BENCH(SmallCall);
HAWSER_WIRE_BENCH(TextCall);
HAWSER_WIRE_BENCH(RecordCall);
HAWSER_WIRE_BENCH(ThousandNumbers);
HAWSER_WIRE_BENCH(Megabyte);

}  // namespace
}  // namespace hawser::wire

BENCHMARK_MAIN();
