// How large calls, answers and what is handed over with them may be.

#include "absl/strings/str_cat.h"
#include "tests/proto/link/limited_link.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

using LinkSizesTest = LimitedLinkTest;

TEST_F(LinkSizesTest, ACallLargerThanAFrameIsRefused) {
  Ends ends(kDefault, kDefault);
  Sent sent = ends.CallRoot("m", {Value(std::string(wire::WireLimits::kMaxFrameBytes + 1, 'x'))});
  EXPECT_THAT(sent.status(), StatusIs(kResourceExhausted, HasSubstr("limit 16777216")));
}

TEST_F(LinkSizesTest, AnAnswerLargerThanAFrameFailsItsCall) {
  Ends ends(kDefault, kDefault);
  ends.root_->answer = Outcome(Value(std::string(wire::WireLimits::kMaxFrameBytes + 1, 'x')));
  Sent sent = ends.CallRoot("m");
  ends.Settle();
  EXPECT_THAT(sent.status(), StatusIs(kResourceExhausted,
                                      AllOf(HasSubstr("answer"), HasSubstr("limit 16777216"))));
}

// One value that holds another many times over is small here and huge on the wire.
TEST_F(LinkSizesTest, AValueThatGrowsWhenItIsWrittenIsRefusedWithoutMeasuringAllOfIt) {
  Ends ends(kDefault, kDefault);
  Value inner(Array(1'000'000, Value(7)));
  Value outer(Array(1'000'000, inner));
  Sent call = ends.CallRoot("m", {outer});
  EXPECT_THAT(call.status(), StatusIs(kResourceExhausted, HasSubstr("limit 16777216")));
  ends.root_->answer = Outcome(outer);
  Sent answer = ends.CallRoot("m");
  ends.Settle();
  EXPECT_THAT(answer.status(), StatusIs(kResourceExhausted, HasSubstr("answer of Root.m")));
  ends.root_->answer = Outcome();
}

class Constant final : public Object {
 public:
  explicit Constant(size_t bytes) : constant_(std::string(bytes, 'x')) {}
  ShapeRef shape() const override {
    return Shape::Build(ObjectKind::kFunction, "c", {}, {}, CallbackMode::kConst);
  }
  Value constant() const override { return constant_; }
  void Invoke(Invocation, Reply reply) override { reply.Return(constant_); }

 private:
  ~Constant() override = default;
  const Value constant_;
};

// Such a frame is more than any transport takes, and ended the session.
TEST_F(LinkSizesTest, ConstantsCountTowardsTheSizeOfTheFrameThatCarriesThem) {
  Ends ends(kDefault, kDefault);
  auto large = [] { return Value(ObjectRef(MakeRef<Constant>(9u << 20))); };
  Sent call = ends.CallRoot("m", {large(), large()});
  EXPECT_THAT(call.status(), StatusIs(kResourceExhausted, HasSubstr("constants and shapes")));
  EXPECT_EQ(ends.near_->Stats().exports, 0u);
  ends.root_->answer = Outcome(Value(Array{large(), large()}));
  Sent answer = ends.CallRoot("m");
  ends.Settle();
  EXPECT_THAT(answer.status(), StatusIs(kResourceExhausted, HasSubstr("constants and shapes")));
  EXPECT_EQ(ends.far_->Stats().exports, 0u);
  ends.root_->answer = Outcome();
}

// Each of them builds one of its own, all equal.
TEST_F(LinkSizesTest, AShapeThatManyNewObjectsShareCountsOnce) {
  link::LinkLimits limits = kDefault;
  limits.shapes = 1;
  Ends ends(limits, limits);
  Array many;
  for (int i = 0; i < 100; ++i) many.emplace_back(ObjectRef(MakeRef<Constant>(1)));
  Sent call = ends.CallRoot("m", {Value(many)});
  ends.root_->answer = Outcome(Value(many));
  ends.Settle();
  EXPECT_THAT(call.status(), IsOk());
  Sent answer = ends.CallRoot("m");
  ends.Settle();
  EXPECT_THAT(answer.status(), IsOk());
  ends.root_->answer = Outcome();
}

// The definition of a shape stands in a frame once, however many of its objects do.
TEST_F(LinkSizesTest, TheSizeOfAShapeCountsOnceForAllNewObjectsOfAFrame) {
  class Shared final : public Object {
   public:
    explicit Shared(ShapeRef shape) : shape_(std::move(shape)) {}
    ShapeRef shape() const override { return shape_; }
    void Invoke(Invocation, Reply reply) override { reply.Return(Value()); }

   private:
    ~Shared() override = default;
    const ShapeRef shape_;
  };
  std::vector<Member> members;
  for (int i = 0; i < 1000; ++i) members.push_back({.name = absl::StrCat("member_", i)});
  ShapeRef shape = Shape::Build(ObjectKind::kObject, "Large", std::move(members));
  ASSERT_GT(shape->MemoryBytes() * 1000, wire::WireLimits::kMaxFrameBytes);
  Ends ends(kDefault, kDefault);
  Array many;
  for (int i = 0; i < 1000; ++i) many.emplace_back(ObjectRef(MakeRef<Shared>(shape)));
  Sent call = ends.CallRoot("m", {Value(std::move(many))});
  ends.Settle();
  EXPECT_THAT(call.status(), IsOk());
}

TEST_F(LinkSizesTest, ConstantsOfAllThatIsHeldAreLimitedTogether) {
  link::LinkLimits limits = kDefault;
  limits.import_bytes = 1000;
  Ends ends(kDefault, limits);
  auto give = [&] {
    Sent sent = ends.CallRoot("m", {Value(ObjectRef(MakeRef<Constant>(600)))});
    ends.Settle();
    return sent.status();
  };
  ends.root_->args = {};
  EXPECT_THAT(give(), IsOk());
  Array kept = ends.root_->args;
  EXPECT_THAT(give(), StatusIs(kResourceExhausted, HasSubstr("limit 1000")));
  kept.clear();
  ends.root_->args.clear();
  ends.Settle();
  EXPECT_THAT(give(), IsOk()) << "what was let go of counts no more";
  ends.root_->args.clear();
}

}  // namespace
}  // namespace hawser::tests
