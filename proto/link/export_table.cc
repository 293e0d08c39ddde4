#include "proto/link/export_table.h"

#include <bit>

namespace hawser::link {
namespace {

// Entries in slab `k`, and the number of the first of them.
constexpr uint32_t SlabSize(uint32_t k, uint32_t first_bits, uint32_t max_bits) {
  return 1u << std::min(first_bits + k, max_bits);
}

}  // namespace

ExportTable::ExportTable() : identity_(0, Hash{this}, Equal{this}) {
  slabs_.push_back(std::make_unique<Entry[]>(1u << kFirstSlabBits));
  capacity_ = 1u << kFirstSlabBits;
}

const ExportTable::Entry& ExportTable::At(uint32_t index) const {
  // Slabs 0..7 hold 16, 32, ... 2,048 entries and begin at 16 * (2^k - 1); from 4,080 on all hold
  // 4,096.
  constexpr uint32_t kGrowing = kSlabBits - kFirstSlabBits;
  constexpr uint32_t kFlatStart = (1u << kSlabBits) - (1u << kFirstSlabBits);
  if (index >= kFlatStart) {
    uint32_t offset = index - kFlatStart;
    return slabs_[kGrowing + (offset >> kSlabBits)][offset & ((1u << kSlabBits) - 1)];
  }
  uint32_t biased = index + (1u << kFirstSlabBits);
  auto slab = static_cast<uint32_t>(std::bit_width(biased)) - 1 - kFirstSlabBits;
  return slabs_[slab][biased - (1u << (slab + kFirstSlabBits))];
}

ExportTable::Entry* ExportTable::Find(uint64_t handle) {
  auto index = static_cast<uint32_t>(handle);
  if (index >= used_) return nullptr;
  Entry& entry = At(index);
  if (!entry.object || HandleFor(index, entry) != handle) return nullptr;
  return &entry;
}

std::optional<uint64_t> ExportTable::HandleOf(const Object* object) const {
  auto found = identity_.find(object);
  if (found != identity_.end()) return HandleFor(*found, At(*found));
  if (object == At(0).object.get() && !root_forgotten_) return 0;
  return std::nullopt;
}

void ExportTable::HandlesOf(const Object* object, std::vector<uint64_t>* handles) const {
  if (auto newest = identity_.find(object); newest != identity_.end())
    handles->push_back(HandleFor(*newest, At(*newest)));
  auto older = older_.find(object);
  if (older == older_.end()) return;
  for (uint32_t index : older->second.entries) handles->push_back(HandleFor(index, At(index)));
}

uint64_t ExportTable::FirstHandleOf(const Object* object) const {
  auto older = older_.find(object);
  return older != older_.end() ? older->second.first : HandleOf(object).value_or(0);
}

uint64_t ExportTable::Add(ObjectRef object, uint32_t shape, uint32_t since_s, Via via) {
  uint32_t index = free_;
  if (index != 0) {
    free_ = static_cast<uint32_t>(At(index).last_frame);
  } else {
    index = used_;
    if (index == capacity_) {
      uint32_t size = SlabSize(static_cast<uint32_t>(slabs_.size()), kFirstSlabBits, kSlabBits);
      slabs_.push_back(std::make_unique<Entry[]>(size));
      capacity_ += size;
    }
    ++used_;
  }
  ForgetIdentity(object.get());
  root_forgotten_ = false;
  Entry& entry = At(index);
  entry.object = std::move(object);
  entry.last_frame = 0;
  entry.since_s = since_s;
  entry.shape = shape;
  entry.via = via & 0x7fffffff;
  entry.told_gone = 0;
  identity_.insert(index);
  ++live_;
  return HandleFor(index, entry);
}

void ExportTable::ForgetIdentity(const Object* object) {
  auto found = identity_.find(object);
  if (found != identity_.end()) {
    Older& older = older_[object];
    if (older.first == 0) older.first = HandleFor(*found, At(*found));
    older.entries.insert(*found);
    identity_.erase(found);
  }
  if (object == At(0).object.get()) root_forgotten_ = true;
}

ObjectRef ExportTable::Remove(uint64_t handle) {
  Entry* entry = handle == 0 ? nullptr : Find(handle);
  if (entry == nullptr) return nullptr;
  auto index = static_cast<uint32_t>(handle);
  auto newest = identity_.find(entry->object.get());
  auto older = older_.find(entry->object.get());
  if (older != older_.end()) {
    older->second.entries.erase(index);
    bool last = newest == identity_.end() || *newest == index;
    if (last && older->second.entries.empty()) older_.erase(older);
  }
  if (newest != identity_.end() && *newest == index) identity_.erase(newest);
  ObjectRef object = std::move(entry->object);
  --live_;
  // A handle is never reused: an entry whose generations are used up stays out of the list.
  if (++entry->generation != 0) {
    entry->last_frame = free_;
    free_ = index;
  }
  return object;
}

std::vector<ObjectRef> ExportTable::Clear() {
  identity_ = decltype(identity_)(0, Hash{this}, Equal{this});
  older_.clear();
  std::vector<ObjectRef> objects;
  objects.reserve(live_);
  for (uint32_t i = 1; i < used_; ++i) {
    if (At(i).object) objects.push_back(std::move(At(i).object));
  }
  slabs_.resize(1);
  slabs_.shrink_to_fit();
  capacity_ = 1u << kFirstSlabBits;
  used_ = 1;
  free_ = 0;
  live_ = 0;
  return objects;
}

}  // namespace hawser::link
