#ifndef HAWSER_PROTO_LINK_EXPORT_TABLE_H_
#define HAWSER_PROTO_LINK_EXPORT_TABLE_H_

// ExportTable: a session's handles and the objects they name. 32 bytes a handle in slabs, plus a
// set of entry numbers to find the handle of an object: "who holds this object" is one probe per
// session, so objects carry no list of holders. Thread-compatible.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "hawser/object.h"

namespace hawser::link {

// How an object came to be handed out: index into the link's table of ways (Link::ViaName).
using Via = uint32_t;

class ExportTable {
 public:
  struct Entry {
    ObjectRef object;         // null: the entry is free
    uint64_t last_frame = 0;  // number of the last frame that carried the handle
    uint32_t generation = 0;  // upper half of the handle: it rises with each reuse of the entry
    uint32_t since_s = 0;     // Unix time of the first export, seconds
    uint32_t shape = 0;       // number of the shape it was handed out with
    Via via : 31 = 0;
    uint32_t told_gone : 1 = 0;
  };
  static_assert(sizeof(Entry) == 32);

  ExportTable();

  // Number of handles in use, the root not counted.
  size_t size() const { return live_; }

  // Makes `root` the object of handle 0.
  void SetRoot(ObjectRef root, uint32_t shape) {
    At(0).object = std::move(root);
    At(0).shape = shape;
  }

  // Null if the handle was never given or is released.
  Entry* Find(uint64_t handle);
  const Entry* Find(uint64_t handle) const { return const_cast<ExportTable*>(this)->Find(handle); }
  // Handle of the newest entry for `object`; of the root 0, unless it was handed out anew and is
  // not released.
  std::optional<uint64_t> HandleOf(const Object* object) const;
  // Appends every handle of `object` but the root's 0: the newest, and those it had before it was
  // forgotten.
  void HandlesOf(const Object* object, std::vector<uint64_t>* handles) const;
  // The first of the handles that `object` has, or had while it was never without one: one for all
  // of them, and never another object's. It must have a handle.
  uint64_t FirstHandleOf(const Object* object) const;
  // A new entry; later HandleOf(object) gives this one.
  uint64_t Add(ObjectRef object, uint32_t shape, uint32_t since_s, Via via);
  // The object's present handle stays valid but is no longer found by HandleOf: the next export
  // makes a new one.
  void ForgetIdentity(const Object* object);
  // Frees the entry and gives back its object, to be dropped where no lock is held. Null if
  // unknown. Handle 0 is never freed.
  ObjectRef Remove(uint64_t handle);
  ObjectRef TakeRoot() { return std::move(At(0).object); }
  // All objects, one for each handle, the root's apart; the table is empty then.
  std::vector<ObjectRef> Clear();

  template <typename Visitor>  // void(uint64_t handle, const Entry&)
  void ForEach(Visitor visit) const {
    for (uint32_t i = 1; i < used_; ++i) {
      const Entry& entry = At(i);
      if (entry.object) visit(HandleFor(i, entry), entry);
    }
  }

 private:
  static constexpr uint32_t kFirstSlabBits = 4;  // 16 entries
  static constexpr uint32_t kSlabBits = 12;      // up to 4,096

  struct Hash {
    using is_transparent = void;
    const ExportTable* table;
    size_t operator()(uint32_t index) const { return (*this)(table->At(index).object.get()); }
    size_t operator()(const Object* object) const { return absl::Hash<const Object*>()(object); }
  };
  struct Equal {
    using is_transparent = void;
    const ExportTable* table;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(uint32_t a, const Object* b) const { return table->At(a).object.get() == b; }
    bool operator()(const Object* a, uint32_t b) const { return (*this)(b, a); }
  };

  static uint64_t HandleFor(uint32_t index, const Entry& entry) {
    return static_cast<uint64_t>(entry.generation) << 32 | index;
  }
  Entry& At(uint32_t index) { return const_cast<Entry&>(std::as_const(*this).At(index)); }
  const Entry& At(uint32_t index) const;

  // Invariant: slab k holds 16 << k entries until that would pass 4,096, then 4,096 each. Entries
  // [0, used_) have been handed out at least once; free ones among them are on the list that starts
  // at free_ and runs through last_frame.
  std::vector<std::unique_ptr<Entry[]>> slabs_;
  uint32_t used_ = 1;
  uint32_t capacity_ = 0;
  uint32_t free_ = 0;  // 0: none
  size_t live_ = 0;
  bool root_forgotten_ = false;  // ForgetIdentity(root) since the last Add
  absl::flat_hash_set<uint32_t, Hash, Equal> identity_;
  // Of an object that was ever forgotten, until it has no handle: few, those described.
  struct Older {
    uint64_t first = 0;
    absl::flat_hash_set<uint32_t> entries;  // in use, but for the newest
  };
  absl::flat_hash_map<const Object*, Older> older_;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_EXPORT_TABLE_H_
