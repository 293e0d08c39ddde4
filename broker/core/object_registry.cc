#include "broker/core/object_registry.h"

#include <algorithm>
#include <limits>

#include "hawser/base/check.h"

namespace hawser::broker {
namespace {

// Slots looked at under the lock in one go by a search.
constexpr size_t kSlotsPerLook = 4096;

}  // namespace

// Invariants: slots_[i].object == o exactly if o->export_slot() == i, for i > 0. A slot with an
// object has holders > 0, and each holder has a reference, so the object is alive under mu_. Free
// slots form a list that starts at free_ and runs through `holders`. Ids count up from 1, so that
// people meet small numbers; looking one up, which only people do, is a search. `sole` has a holder,
// so it is alive under mu_ too; once several sessions hold an object it stays null, because who is
// left could not be told.

ObjectRegistry::ObjectRegistry(const base::Clock& clock) : clock_(clock), slots_(1) {}

void ObjectRegistry::AddHolder(Object* object, SessionView& holder, Origin origin) {
  base::MutexLock lock(mu_);
  if (uint32_t index = object->export_slot(); index != 0) {
    Slot& slot = slots_[index];
    ++slot.holders;
    if (slot.sole != &holder) slot.sole = nullptr;
    return;
  }
  uint32_t index = free_;
  if (index != 0) {
    free_ = slots_[index].holders;
  } else {
    // A free slot has the number of the next one where a used one counts its holders.
    HAWSER_CHECK(slots_.size() <= static_cast<size_t>(std::numeric_limits<int32_t>::max()));
    index = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  }
  Slot& slot = slots_[index];
  slot.object = object;
  slot.id = NewId(origin, index);
  slot.sole = &holder;
  slot.holders = 1;
  slot.told = 0;
  slot.born_s = static_cast<uint32_t>(absl::ToUnixSeconds(clock_.WallNow()));
  object->set_export_slot(index);
  ++live_;
}

uint64_t ObjectRegistry::NewId(const Origin& origin, uint32_t index) {
  if (origin.peer == nullptr) return ++last_id_;
  auto known = foreign_.lower_bound({origin.peer, origin.oid, 0});
  bool same = known != foreign_.end() && std::get<0>(*known) == origin.peer &&
              std::get<1>(*known) == origin.oid;
  uint64_t id = same ? slots_[std::get<2>(*known)].id : ++last_id_;
  foreign_.emplace(origin.peer, origin.oid, index);
  return id;
}

void ObjectRegistry::RemoveHolder(Object* object, Origin origin) {
  base::MutexLock lock(mu_);
  uint32_t index = object->export_slot();
  HAWSER_CHECK(index != 0 && slots_[index].object == object, "an object lost its slot");
  Slot& slot = slots_[index];
  --slot.holders;
  if (slot.holders != 0) return;
  object->set_export_slot(0);
  if (origin.peer != nullptr) foreign_.erase({origin.peer, origin.oid, index});
  slot.object = nullptr;
  slot.sole = nullptr;
  --live_;
  slot.holders = free_;
  free_ = index;
}

ObjectId ObjectRegistry::IdOf(const Object* object) const {
  base::MutexLock lock(mu_);
  uint32_t index = object->export_slot();
  return index == 0 ? ObjectId() : ObjectId(slots_[index].id);
}

std::optional<ObjectRegistry::Holders> ObjectRegistry::TakeHoldersToTell(const Object* object) {
  base::MutexLock lock(mu_);
  uint32_t index = object->export_slot();
  if (index == 0 || slots_[index].told != 0) return std::nullopt;
  Slot& slot = slots_[index];
  slot.told = 1;
  return Holders{slot.holders, SessionRef(slot.sole)};
}

template <typename Visitor>
void ObjectRegistry::Search(ObjectId id, Visitor visit) const {
  for (size_t begin = 1;; begin += kSlotsPerLook) {
    base::MutexLock lock(mu_);
    if (begin >= slots_.size()) return;
    for (size_t i = begin; i < std::min(begin + kSlotsPerLook, slots_.size()); ++i) {
      const Slot& slot = slots_[i];
      if (slot.object != nullptr && slot.id == id.value() && !visit(slot)) return;
    }
  }
}

ObjectRef ObjectRegistry::Find(ObjectId id, Info* info) const {
  ObjectRef found;
  Search(id, [&](const Slot& slot) {
    if (info != nullptr) *info = {id, slot.holders, slot.born_s};
    found = ObjectRef(slot.object);
    return false;
  });
  return found;
}

std::vector<ObjectRef> ObjectRegistry::FindAll(ObjectId id) const {
  std::vector<ObjectRef> found;
  Search(id, [&](const Slot& slot) {
    found.emplace_back(slot.object);
    return true;
  });
  return found;
}

std::vector<std::pair<ObjectRef, ObjectRegistry::Info>> ObjectRegistry::Page(
    uint64_t cursor, size_t limit, uint64_t* next_cursor) const {
  // A sparse table must not be walked to its end under the lock for a page that stays short.
  constexpr size_t kLooksPerObject = 16;
  std::vector<std::pair<ObjectRef, Info>> page;
  page.reserve(limit);
  base::MutexLock lock(mu_);
  size_t index = std::max<uint64_t>(cursor, 1);
  size_t looks = std::max<size_t>(limit, 64) * kLooksPerObject;
  for (; index < slots_.size() && page.size() < limit && looks > 0; ++index, --looks) {
    const Slot& slot = slots_[index];
    if (slot.object == nullptr) continue;
    Info info{ObjectId(slot.id), slot.holders, slot.born_s};
    page.emplace_back(ObjectRef(slot.object), info);
  }
  *next_cursor = index < slots_.size() ? index : 0;
  return page;
}

size_t ObjectRegistry::size() const {
  base::MutexLock lock(mu_);
  return live_;
}

}  // namespace hawser::broker
