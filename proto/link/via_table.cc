#include "proto/link/via_table.h"

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"

namespace hawser::link {
namespace {

// Shapes that change with each call must not fill the table.
constexpr size_t kMaxVias = 4096;

}  // namespace

std::string CallName(const Shape& shape, int member, Op op, std::string_view name) {
  std::string text =
      shape.name().empty() ? std::string(ObjectKindName(shape.kind())) : shape.name();
  if (member >= 0 && static_cast<size_t>(member) < shape.members().size())
    name = shape.members()[static_cast<size_t>(member)].name;
  if (!name.empty()) absl::StrAppend(&text, ".", base::ToAbsl(name));
  return op == Op::kNew ? absl::StrCat("new ", text) : text;
}

Via ViaTable::Of(ShapeRef shape, int member, Op op) {
  const Key key{shape.get(), member, op};
  if (names_.size() >= kMaxVias) {
    auto known = vias_.find(key);
    return known != vias_.end() ? known->second : kUnknown;
  }
  auto [entry, added] = vias_.try_emplace(key, static_cast<Via>(names_.size()));
  if (added) {
    names_.push_back(CallName(*shape, member, op));
    shapes_.push_back(std::move(shape));
  }
  return entry->second;
}

}  // namespace hawser::link
