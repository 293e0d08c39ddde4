#include "hawser/testing/sendable.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/bytes.h"
#include "hawser/error.h"
#include "hawser/function.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "proto/wire/frame.h"
#include "proto/wire/writer.h"

namespace hawser::testing::internal {
namespace {

using ::testing::HasSubstr;

static_assert(kMaxValueDepth == wire::WireLimits::kMaxDepth);
static_assert(kMaxValueBytes == wire::WireLimits::kMaxFrameBytes);
static_assert(kMaxValueObjects == wire::WireLimits::kMaxReferences);

Value Nested(int levels) {
  Value value = 1;
  for (int i = 0; i < levels; ++i)
    value = i % 2 == 0 ? Value(Array{value}) : Value(Record{{"in", value}});
  return value;
}

Value Errors(int levels) {
  Value value = "inmost";
  for (int i = 0; i < levels; ++i) {
    Error error(absl::StatusCode::kAborted, "outer");
    value = i % 2 == 0 ? error.WithCause(value) : error.WithMember("in", value);
  }
  return value;
}

Value Objects(size_t count) {
  return Value(Array(count, Value(MakeFunction([](Args) { return Value(); }, {}))));
}

// Whatever it is asked, it says what the protocol's own check says: nothing, or the same code and
// the same words.
TEST(Sendable, WhatIsRefusedAndWhyIsWhatTheProtocolRefuses) {
  constexpr size_t kMiB = 1 << 20;
  Value large(Bytes(std::string(4 * kMiB, 'x')));
  const std::vector<Array> samples = {
      {},
      {Value(), nullptr, true, 1, 0.5, "text", Date{5}},
      {"caf\u00e9", Record{{"na\u00efve", Array{1}}}},
      {"caf\xe9"},
      {1, Array{"fine", Record{{"fine", 1}, {"deep", Array{"\xff"}}}}},
      {Record{{"\xff", 1}}},
      {Value(Error(absl::StatusCode::kAborted, "\xff", "\xff"))},
      {Value(Error(absl::StatusCode::kAborted, "m").WithCause("\xff"))},
      {Value(Error(absl::StatusCode::kAborted, "m").WithMember("\xff", 1))},
      {Value(Error(absl::StatusCode::kAborted, "m").WithMember("a", "\xff"))},
      {Nested(32)},
      {Nested(33)},
      {1, Nested(100)},
      {Errors(16)},
      {Errors(21)},
      {Errors(22)},
      {Errors(40)},
      {large, large, large},
      {large, large, large, Array{1, large}},
      {Value(std::string(17 * kMiB, 'x'))},
      {Value(std::string(17 * kMiB, '\xff'))},
      {Objects(1 << 16)},
      {Objects((1 << 16) + 1)},
  };
  for (size_t i = 0; i < samples.size(); ++i) {
    std::vector<Object*> objects;
    EXPECT_EQ(CheckSendable(samples[i]).ToString(),
              wire::CollectObjects(samples[i], &objects).ToString())
        << "sample " << i;
  }
}

TEST(Sendable, ARefusalSaysWhere) {
  absl::Status status = CheckSendable(Array{1, Array{"fine", Record{{"deep", "\xff"}}}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("values[1].items[1].fields[0]: not UTF-8"));
  EXPECT_EQ(CheckSendable(Array{Nested(33)}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckSendable(Array{Value(std::string(17 << 20, 'x'))}).code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace hawser::testing::internal
