#include "proto/link/via_table.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace hawser::link {
namespace {

ShapeRef WindowShape() {
  return Shape::Build(ObjectKind::kObject, "Window", {{.name = "contents"}, {.name = "close"}});
}

TEST(ViaTableTest, ACallIsNamedForPeople) {
  ShapeRef window = WindowShape();
  EXPECT_EQ(CallName(*window, 0, Op::kCall), "Window.contents");
  EXPECT_EQ(CallName(*window, Invocation::kSelf, Op::kNew), "new Window");
  EXPECT_EQ(CallName(*window, Shape::kNotFound, Op::kGet, "title"), "Window.title");
  EXPECT_EQ(CallName(*Shape::Build(ObjectKind::kFunction, ""), Invocation::kSelf, Op::kCall),
            "function");
}

TEST(ViaTableTest, EachWayHasOneNumber) {
  ViaTable vias;
  ShapeRef window = WindowShape();
  Via contents = vias.Of(window, 0, Op::kCall);
  EXPECT_NE(contents, ViaTable::kUnknown);
  EXPECT_EQ(vias.Of(window, 0, Op::kCall), contents);
  EXPECT_NE(vias.Of(window, 1, Op::kCall), contents);
  EXPECT_NE(vias.Of(window, 0, Op::kGet), contents);
  EXPECT_EQ(vias.Name(contents), "Window.contents");
  EXPECT_EQ(vias.Name(ViaTable::kUnknown), "unknown");
}

TEST(ViaTableTest, AFullTableStillKnowsWhatIsInIt) {
  ViaTable vias;
  ShapeRef first = WindowShape();
  Via contents = vias.Of(first, 0, Op::kCall);
  Via last = contents;
  for (int i = 0; i < 5000; ++i)
    last = vias.Of(Shape::Build(ObjectKind::kObject, absl::StrCat("Class", i)), Invocation::kSelf,
                   Op::kNew);
  EXPECT_EQ(last, ViaTable::kUnknown);
  EXPECT_EQ(vias.Of(first, 0, Op::kCall), contents);
}

}  // namespace
}  // namespace hawser::link
