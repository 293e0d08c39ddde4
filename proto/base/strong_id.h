#ifndef PROTO_BASE_STRONG_ID_H_
#define PROTO_BASE_STRONG_ID_H_

// Numbers that cannot be mixed up: one type for each table, although all are integers.
//
//   using HandleId = base::StrongId<struct HandleIdTag>;

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace hawser::base {

// An id of the table that `Tag` names. Costs what its integer costs; hashes with absl::Hash and
// std::hash. Ids start as zero.
template <typename Tag, typename Rep = uint64_t>
class StrongId {
 public:
  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }

  friend constexpr auto operator<=>(StrongId, StrongId) = default;

  template <typename H>
  friend H AbslHashValue(H state, StrongId id) {
    return H::combine(std::move(state), id.value_);
  }

 private:
  Rep value_ = 0;
};

}  // namespace hawser::base

template <typename Tag, typename Rep>
struct std::hash<hawser::base::StrongId<Tag, Rep>> {
  std::size_t operator()(hawser::base::StrongId<Tag, Rep> id) const noexcept {
    return std::hash<Rep>()(id.value());
  }
};

#endif  // PROTO_BASE_STRONG_ID_H_
