#ifndef HAWSER_PROTO_LINK_VIA_TABLE_H_
#define HAWSER_PROTO_LINK_VIA_TABLE_H_

// ViaTable: the ways in which the objects of one session were first handed out, by number, for
// inspection: "answer of Window.contents". Thread-compatible; used under the endpoint's lock.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "hawser/object.h"
#include "proto/link/export_table.h"

namespace hawser::link {

// What people call a call: "Counter.increment", "new Counter". `name`: of the member, if `member` is
// none of the shape's.
std::string CallName(const Shape& shape, int member, Op op, std::string_view name = {});

class ViaTable {
 public:
  static constexpr Via kUnknown = 0;

  ViaTable() : names_{"unknown"} {}

  // Of what a call of this member answered. There is room for 4,096; further ones are kUnknown.
  Via Of(ShapeRef shape, int member, Op op);
  const std::string& Name(Via via) const { return names_[via]; }

 private:
  struct Key {
    const Shape* shape;
    int member;
    Op op;
    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& k) {
      return H::combine(std::move(h), k.shape, k.member, k.op);
    }
  };

  std::vector<std::string> names_;
  absl::flat_hash_map<Key, Via> vias_;
  std::vector<ShapeRef> shapes_;  // keeps the keys' shapes from being reused
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_VIA_TABLE_H_
