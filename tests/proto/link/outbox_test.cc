#include "proto/link/outbox.h"

#include <array>
#include <string>

#include "gtest/gtest.h"

namespace hawser::link {
namespace {

TEST(OutboxTest, ACallKeepsWhatItsCallerLetsGoOf) {
  Outbox outbox;
  {
    std::string name = "a name that is longer than a string keeps in itself";
    std::array<Value, 2> args = {1, "text"};
    std::array<wire::AnswerArg, 1> answers = {{{.position = 0, .call = 4}}};
    outbox.Push(7, {.name = name, .args = args, .answer_args = answers}, 50);
    name.assign(name.size(), '!');
  }
  Outbox::Item& item = outbox.front();
  EXPECT_EQ(item.id, 7u);
  EXPECT_EQ(item.call.name, "a name that is longer than a string keeps in itself");
  ASSERT_EQ(item.call.args.size(), 2u);
  EXPECT_EQ(item.call.args[1].AsString(), "text");
  EXPECT_EQ(item.call.answer_args[0].call, 4u);
}

TEST(OutboxTest, CallsLeaveInOrderAndTheirBytesWithThem) {
  Outbox outbox;
  for (uint64_t id = 1; id <= 3; ++id) outbox.Push(id, {}, 10 * id);
  EXPECT_EQ(outbox.size(), 3u);
  EXPECT_EQ(outbox.bytes(), 60u);
  EXPECT_EQ(outbox.front().id, 1u);
  outbox.Pop();
  EXPECT_EQ(outbox.front().id, 2u);
  EXPECT_EQ(outbox.bytes(), 50u);
  outbox.Pop();
  outbox.Pop();
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.bytes(), 0u);
}

}  // namespace
}  // namespace hawser::link
