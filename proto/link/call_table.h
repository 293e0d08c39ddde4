#ifndef HAWSER_PROTO_LINK_CALL_TABLE_H_
#define HAWSER_PROTO_LINK_CALL_TABLE_H_

// CallTable: what is known of calls that are under way, by their ids. Ids rise by one and most
// calls are over soon, so nearly all are found by one look into an array. A call that lasts longer,
// until a newer one wants its place, moves to a hash map. Whatever ids a peer chooses, no operation
// costs more than one of the map. Empty, it takes no memory but its own. Thread-compatible.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace hawser::link {

// `T`: default-constructible and movable.
template <typename T>
class CallTable {
 public:
  size_t size() const { return recent_size_ + older_.size(); }
  bool empty() const { return size() == 0; }
  bool contains(uint64_t id) const { return const_cast<CallTable*>(this)->Find(id) != nullptr; }

  // Null if there is none. Valid until the next Add or Erase.
  T* Find(uint64_t id) {
    if (recent_size_ != 0) {
      if (Slot& slot = At(id); slot.id == id && id != 0) return &slot.call;
    }
    if (older_.empty()) return nullptr;
    auto found = older_.find(id);
    return found == older_.end() ? nullptr : &found->second;
  }

  // An empty one, to be filled in, valid as what Find gives. `id` is not 0 and not in the table.
  T& Add(uint64_t id) {
    if (capacity_ == 0 || At(id).id != 0) MakeRoom(id);
    Slot& slot = At(id);
    slot.id = id;
    ++recent_size_;
    return slot.call;
  }

  // False if there is none.
  bool Erase(uint64_t id) {
    if (recent_size_ != 0) {
      if (Slot& slot = At(id); slot.id == id && id != 0) {
        Empty(slot);
        if (recent_size_ == 0 && capacity_ > kKept) {
          slots_.reset();
          capacity_ = 0;
        }
        return true;
      }
    }
    if (older_.erase(id) == 0) return false;
    if (older_.empty() && older_.capacity() > kKept) older_ = {};
    return true;
  }

  // Whether `matches(T&)` is true of one; asks no further then.
  template <typename Matches>
  bool AnyOf(const Matches& matches) {
    for (size_t i = 0; i < capacity_; ++i) {
      if (slots_[i].id != 0 && matches(slots_[i].call)) return true;
    }
    for (auto& [id, call] : older_) {
      if (matches(call)) return true;
    }
    return false;
  }
  // Calls `use(T&)` for each.
  template <typename Use>
  void ForEach(const Use& use) {
    AnyOf([&use](T& call) {
      use(call);
      return false;
    });
  }

  void Clear() { *this = CallTable(); }

 private:
  struct Slot {
    uint64_t id = 0;  // 0: free
    T call{};
  };
  static constexpr size_t kLeast = 8;
  static constexpr size_t kMost = 1024;
  // Slots that stay when none is in use: idle sessions are many.
  static constexpr size_t kKept = 64;

  // Only if capacity_ is not 0.
  Slot& At(uint64_t id) { return slots_[id & (capacity_ - 1)]; }

  void Empty(Slot& slot) {
    slot.id = 0;
    slot.call = T();
    --recent_size_;
  }

  // Frees the place of `id`: by more places while most are in use, else by moving what has it.
  void MakeRoom(uint64_t id) {
    while (capacity_ < kMost && recent_size_ * 2 >= capacity_) {
      Grow();
      if (At(id).id == 0) return;
    }
    Slot& slot = At(id);
    older_.try_emplace(slot.id, std::move(slot.call));
    Empty(slot);
  }

  void Grow() {
    std::unique_ptr<Slot[]> before = std::move(slots_);
    size_t count = std::exchange(capacity_, capacity_ == 0 ? kLeast : capacity_ * 2);
    slots_ = std::make_unique<Slot[]>(capacity_);
    // Two that had different places still have.
    for (size_t i = 0; i < count; ++i) {
      if (before[i].id != 0) At(before[i].id) = std::move(before[i]);
    }
  }

  std::unique_ptr<Slot[]> slots_;
  size_t capacity_ = 0;  // a power of two, or 0
  size_t recent_size_ = 0;
  absl::flat_hash_map<uint64_t, T> older_;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_CALL_TABLE_H_
