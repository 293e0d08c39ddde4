#include "hawser/shape.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace hawser {
namespace {

ShapeRef Sample() {
  return Shape::Build(ObjectKind::kObject, "Counter",
                      {{.name = "value", .kind = MemberKind::kProperty},
                       {.name = "increment"},
                       {.name = "secret", .hidden = true},
                       {.name = "changed", .kind = MemberKind::kEvent}});
}

TEST(ShapeTest, KeepsMembersInTheirOrder) {
  ShapeRef shape = Sample();
  EXPECT_EQ(shape->kind(), ObjectKind::kObject);
  EXPECT_EQ(shape->name(), "Counter");
  ASSERT_EQ(shape->members().size(), 4u);
  EXPECT_EQ(shape->members()[0].name, "value");
  EXPECT_EQ(shape->members()[3].name, "changed");
}

TEST(ShapeTest, FindsMembersByNameHiddenOnesIncluded) {
  ShapeRef shape = Sample();
  EXPECT_EQ(shape->Find("value"), 0);
  EXPECT_EQ(shape->Find("increment"), 1);
  EXPECT_EQ(shape->Find("secret"), 2);
  EXPECT_EQ(shape->Find("changed"), 3);
  EXPECT_EQ(shape->FindMember("secret"), &shape->members()[2]);
}

TEST(ShapeTest, DoesNotFindWhatIsNotThere) {
  ShapeRef shape = Sample();
  EXPECT_EQ(shape->Find("valu"), Shape::kNotFound);
  EXPECT_EQ(shape->Find("values"), Shape::kNotFound);
  EXPECT_EQ(shape->Find(""), Shape::kNotFound);
  EXPECT_EQ(shape->FindMember("zzz"), nullptr);
  EXPECT_EQ(Shape::Build(ObjectKind::kObject, "")->Find("a"), Shape::kNotFound);
}

TEST(ShapeTest, OfARepeatedNameTheFirstMemberIsFound) {
  ShapeRef shape =
      Shape::Build(ObjectKind::kObject, "", {{.name = "a"}, {.name = "b"}, {.name = "a"}});
  EXPECT_EQ(shape->Find("a"), 0);
}

TEST(ShapeTest, AnEventIsFoundOnlyIfNothingElseHasItsName) {
  ShapeRef shape = Shape::Build(ObjectKind::kObject, "Window",
                                {{.name = "close", .kind = MemberKind::kEvent},
                                 {.name = "close", .kind = MemberKind::kMethod},
                                 {.name = "closed", .kind = MemberKind::kEvent}});
  EXPECT_EQ(shape->Find("close"), 1);
  EXPECT_EQ(shape->Find("closed"), 2);
}

TEST(ShapeTest, DropsMembersOverTheLimit) {
  std::vector<Member> members(Shape::kMaxMembers + 2);
  for (size_t i = 0; i < members.size(); ++i) members[i].name = "m" + std::to_string(i);
  ShapeRef shape = Shape::Build(ObjectKind::kObject, "", std::move(members));
  EXPECT_EQ(shape->members().size(), Shape::kMaxMembers);
  EXPECT_EQ(shape->Find("m65534"), 65534);
  EXPECT_EQ(shape->Find("m65535"), Shape::kNotFound);
}

TEST(ShapeTest, EqualsAShapeThatSaysTheSame) {
  EXPECT_TRUE(Sample()->Equals(*Sample()));
  auto function = [](std::string name, Signature signature, CallbackMode mode) {
    return Shape::Build(ObjectKind::kFunction, std::move(name), {}, std::move(signature), mode);
  };
  ShapeRef base = function("f", {}, CallbackMode::kPlain);
  EXPECT_TRUE(base->Equals(*function("f", {}, CallbackMode::kPlain)));
  EXPECT_FALSE(base->Equals(*function("g", {}, CallbackMode::kPlain)));
  EXPECT_FALSE(base->Equals(*function("f", {.variadic = true}, CallbackMode::kPlain)));
  EXPECT_FALSE(base->Equals(*function("f", {}, CallbackMode::kNotify)));
  EXPECT_FALSE(base->Equals(*Shape::Build(ObjectKind::kObject, "f")));
  EXPECT_FALSE(base->Equals(*Shape::Build(ObjectKind::kFunction, "f", {{.name = "a"}})));
}

TEST(SignatureTest, ReadsAsText) {
  EXPECT_EQ(Signature{}.ToString(), "() -> any");
  EXPECT_EQ(
      (Signature{.params = {Type::kInteger, Type::kString}, .result = Type::kNumber, .required = 1})
          .ToString(),
      "(integer, string?) -> number");
  EXPECT_EQ((Signature{.result = Type::kUndefined, .variadic = true}).ToString(),
            "(...) -> undefined");
  EXPECT_EQ((Signature{.params = {Type::kTypedArray}, .required = 1, .variadic = true}).ToString(),
            "(typed array, ...) -> any");
}

TEST(SignatureTest, TypesHaveNames) {
  EXPECT_EQ(TypeName(Type::kAny), "any");
  EXPECT_EQ(TypeName(Type::kPromise), "promise");
  EXPECT_EQ(TypeName(static_cast<Type>(99)), "unknown");
  EXPECT_EQ(ObjectKindName(ObjectKind::kConstructor), "constructor");
}

}  // namespace
}  // namespace hawser
