// A session that provides objects of its own (docs/protocol.md): other sessions use them through the
// broker, which is the middle of two links.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/function.h"
#include "tests/support/broker_harness.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ProviderTest : public ::testing::Test {
 protected:
  static BrokerHarness::Options Options() {
    BrokerHarness::Options options;
    options.link_limits.outbox_calls = 2;
    options.link_limits.replay_bytes = 1000;
    return options;
  }
  ~ProviderTest() override { harness_.broker().Stop(absl::ZeroDuration()); }

  void EndTheSession(const TestClient& client, EndReason reason) {
    broker::SessionRegistry& sessions = harness_.broker().sessions();
    sessions.EndSoon(sessions.Find(client.id()), reason, absl::AbortedError("by the test"));
    harness_.Settle();
  }

  BrokerHarness harness_{Options()};
};

TEST_F(ProviderTest, WhatASessionProvidedGoesWithIt) {
  auto provider = harness_.Connect();
  auto user = harness_.Connect();
  ObjectRef cart = MakeFunction([](Args) { return Value("from the provider"); }, {.name = "cart"});
  EXPECT_THAT(provider->Call(provider->root(), "provide", {"cart", Value(cart)}), IsOk());
  absl::StatusOr<ObjectRef> required = user->Require("cart");
  ASSERT_THAT(required, IsOk());
  auto outcome = std::make_shared<std::optional<Outcome>>();
  user->Start(*required, Op::kCall, "", {}, outcome);
  EXPECT_TRUE(provider->AwaitThat([&] {
    user->Pump();
    return outcome->has_value();
  }));
  EXPECT_EQ((*outcome)->value(), Value("from the provider"));
  provider->Cut();
  EndTheSession(*provider, EndReason::kKicked);
  EXPECT_THAT(user->Require("cart"), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(user->Call(*required, ""), StatusIs(StatusCode::kNotFound));
}

TEST_F(ProviderTest, ACallItsProviderLeftUnansweredNamesTheProviderNotTheCallersSession) {
  auto provider = harness_.Connect();
  auto user = harness_.Connect();
  ObjectRef cart = MakeFunction([](Args) { return Value(1); }, {.name = "cart"});
  ASSERT_THAT(provider->Call(provider->root(), "provide", {"cart", Value(cart)}), IsOk());
  ObjectRef required = user->Require("cart").value();
  auto outcome = std::make_shared<std::optional<Outcome>>();
  user->Start(required, Op::kCall, "", {}, outcome);
  user->Pump();
  harness_.Settle();
  EndTheSession(*provider, EndReason::kKicked);
  ASSERT_TRUE(user->AwaitThat([&] { return outcome->has_value(); }));
  EXPECT_THAT((*std::move(*outcome)).ToStatusOr(),
              StatusIs(StatusCode::kAborted, "outcome unknown, session " + provider->id().Short() +
                                                 ", which provides cart, ended: by the test"));
}

TEST_F(ProviderTest, WhoHoldsAnObjectOfASessionThatEndsIsToldThatItIsGone) {
  auto provider = harness_.Connect();
  auto user = harness_.Connect();
  auto other = harness_.Connect();
  ObjectRef cart = MakeFunction([](Args) { return Value(); }, {.name = "cart"});
  ASSERT_THAT(provider->Call(provider->root(), "provide", {"cart", Value(cart)}), IsOk());
  ObjectRef users = user->Require("cart").value();
  ObjectRef others = other->Require("cart").value();
  provider->Cut();
  EndTheSession(*provider, EndReason::kKicked);
  EXPECT_TRUE(user->AwaitThat([&] { return users->gone() == GoneReason::kSessionEnded; }));
  EXPECT_TRUE(other->AwaitThat([&] { return others->gone() == GoneReason::kSessionEnded; }));
}

TEST_F(ProviderTest, WhoHoldsAnObjectItsProviderSaysIsGoneIsToldOnceAndWhy) {
  auto provider = harness_.Connect();
  auto user = harness_.Connect();
  ObjectRef cart = MakeFunction([](Args) { return Value(); }, {.name = "cart"});
  ObjectRef till = MakeFunction([](Args) { return Value(); }, {.name = "till"});
  ASSERT_THAT(provider->Call(provider->root(), "provide", {"cart", Value(cart)}), IsOk());
  ASSERT_THAT(provider->Call(provider->root(), "provide", {"till", Value(till)}), IsOk());
  ObjectRef users_cart = user->Require("cart").value();
  ObjectRef users_till = user->Require("till").value();
  auto sent_to_user = [&] {
    return harness_.broker().sessions().Find(user->id())->Inspect([](const link::Link& link) {
      return link.stats().frames_sent;
    });
  };
  const uint64_t before = sent_to_user();
  provider->endpoint().ObjectGone(cart.get(), GoneReason::kRevoked);
  EXPECT_TRUE(user->AwaitThat([&] { return users_cart->gone() == GoneReason::kRevoked; }));
  EXPECT_EQ(users_till->gone(), GoneReason::kAlive);
  // Said again, and by the end of the session, which takes the rest along.
  provider->endpoint().ObjectGone(cart.get(), GoneReason::kRevoked);
  harness_.Settle();
  EXPECT_EQ(sent_to_user(), before + 1);
  provider->Cut();
  EndTheSession(*provider, EndReason::kKicked);
  EXPECT_TRUE(user->AwaitThat([&] { return users_till->gone() == GoneReason::kSessionEnded; }));
  EXPECT_EQ(users_cart->gone(), GoneReason::kRevoked);
  EXPECT_EQ(sent_to_user(), before + 2);
}

// Its id at the provider may be that of another object here.
TEST_F(ProviderTest, ACallOfAnObjectThatIsGoneNamesNoIdOfItsProvider) {
  auto provider = harness_.Connect();
  auto user = harness_.Connect();
  ObjectRef cart = MakeFunction([](Args) { return Value(); }, {.name = "cart"});
  ASSERT_THAT(provider->Call(provider->root(), "provide", {"cart", Value(cart)}), IsOk());
  ObjectRef users_cart = user->Require("cart").value();
  provider->endpoint().ObjectGone(cart.get(), GoneReason::kRevoked);
  provider->Pump();
  harness_.Settle();
  ASSERT_EQ(users_cart->gone(), GoneReason::kAlive);  // the user has not heard of it
  EXPECT_THAT(user->Call(users_cart, ""), StatusIs(StatusCode::kNotFound, "cart is gone: revoked"));
  EXPECT_THAT(user->Require("cart"),
              StatusIs(StatusCode::kNotFound, "module 'cart' is gone: revoked"));
}

TEST_F(ProviderTest, ACallThatDoesNotFitFailsForItsCallerAloneAndNamesTheProvider) {
  auto provider = harness_.Connect();
  auto user = harness_.Connect();
  ObjectRef cart = MakeFunction([](Args) { return Value(1); }, {.name = "cart"});
  ASSERT_THAT(provider->Call(provider->root(), "provide", {"cart", Value(cart)}), IsOk());
  ObjectRef required = user->Require("cart").value();
  // Nothing is acknowledged, so that calls wait as soon as replay_bytes are sent.
  provider->Cut();
  std::shared_ptr<std::optional<Outcome>> last;
  for (bool refused = false; !refused;) {
    last = std::make_shared<std::optional<Outcome>>();
    user->Start(required, Op::kCall, "", {}, last);
    user->Pump();
    harness_.Settle();
    user->Pump();
    refused = last->has_value();
  }
  EXPECT_THAT((*std::move(*last)).ToStatusOr(),
              StatusIs(StatusCode::kResourceExhausted,
                       AllOf(HasSubstr(provider->id().Short()), HasSubstr("limit 2"))));
  EXPECT_THAT(harness_.Connect()->Require("cart"), IsOk());
}

}  // namespace
}  // namespace hawser::tests
