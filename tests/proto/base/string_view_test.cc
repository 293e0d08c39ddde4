#include "hawser/base/string_view.h"

#include <string_view>
#include <type_traits>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace hawser::base {
namespace {

static_assert(std::is_same_v<decltype(ToAbsl(std::string_view())), absl::string_view>);
static_assert(std::is_same_v<decltype(ToStd(absl::string_view())), std::string_view>);
static_assert(ToStd(ToAbsl(std::string_view("constant"))) == "constant");

TEST(StringView, ConversionsKeepTheSameBytes) {
  const std::string_view text("with\0zero", 9);
  EXPECT_EQ(ToAbsl(text).data(), text.data());
  EXPECT_EQ(ToAbsl(text).size(), text.size());
  EXPECT_EQ(ToStd(ToAbsl(text)).data(), text.data());
  EXPECT_EQ(ToStd(ToAbsl(text)), text);
}

TEST(StringView, AnEmptyViewStaysEmpty) {
  EXPECT_TRUE(ToAbsl(std::string_view()).empty());
  EXPECT_TRUE(ToStd(absl::string_view()).empty());
}

}  // namespace
}  // namespace hawser::base
