#include "proto/link/shape_table.h"

#include <utility>

namespace hawser::link {

ShapeTable::ShapeTable(ShapeRef root) : numbers_(0, Hash{this}, Equal{this}) {
  shapes_.push_back(std::move(root));
}

std::optional<uint32_t> ShapeTable::NumberOf(const Shape& shape) const {
  auto found = numbers_.find(shape);
  if (found == numbers_.end()) return std::nullopt;
  return *found;
}

uint32_t ShapeTable::Add(ShapeRef shape) {
  auto number = static_cast<uint32_t>(shapes_.size());
  bytes_ += shape->MemoryBytes();
  shapes_.push_back(std::move(shape));
  numbers_.insert(number);
  return number;
}

}  // namespace hawser::link
