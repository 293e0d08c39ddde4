#ifndef HAWSER_PROTO_LINK_SHAPE_TABLE_H_
#define HAWSER_PROTO_LINK_SHAPE_TABLE_H_

// ShapeTable: the shapes one end has defined to the other, by number. Numbers start at 1 and rise
// without gaps; a shape stays until the session ends. Number 0 is the shape of the root, which is
// never defined. Thread-compatible; used under the endpoint's lock.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "hawser/shape.h"

namespace hawser::link {

class ShapeTable {
 public:
  explicit ShapeTable(ShapeRef root);
  // Its functors refer to it.
  ShapeTable(const ShapeTable&) = delete;
  ShapeTable& operator=(const ShapeTable&) = delete;

  // Number of shapes defined.
  size_t size() const { return shapes_.size() - 1; }
  size_t bytes() const { return bytes_; }

  // `number` is at most size(). Null: refused.
  const ShapeRef& At(uint32_t number) const { return shapes_[number]; }
  // Of a shape that was added, or one equal to it: objects that build a shape each, as functions
  // do, need not be told apart.
  std::optional<uint32_t> NumberOf(const Shape& shape) const;
  // Gives it the next number. An equal one keeps the number it has; this one is found by At only.
  uint32_t Add(ShapeRef shape);
  // Takes the next number for a definition that was refused, so that those after it are in turn.
  void AddRefused() { shapes_.push_back(nullptr); }

 private:
  struct Hash {
    using is_transparent = void;
    const ShapeTable* table;
    size_t operator()(uint32_t number) const { return table->At(number)->hash(); }
    size_t operator()(const Shape& shape) const { return shape.hash(); }
  };
  struct Equal {
    using is_transparent = void;
    const ShapeTable* table;
    bool operator()(uint32_t a, uint32_t b) const { return table->At(a)->Equals(*table->At(b)); }
    bool operator()(uint32_t a, const Shape& b) const { return table->At(a)->Equals(b); }
    bool operator()(const Shape& a, uint32_t b) const { return (*this)(b, a); }
  };

  std::vector<ShapeRef> shapes_;
  absl::flat_hash_set<uint32_t, Hash, Equal> numbers_;
  size_t bytes_ = 0;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_SHAPE_TABLE_H_
