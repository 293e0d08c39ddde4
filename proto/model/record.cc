#include "hawser/record.h"

#include <bit>

#include "absl/hash/hash.h"
#include "hawser/base/string_view.h"
#include "proto/model/value_internals.h"

// Invariants: with more than kLinear fields, index_ is a hash table with linear probing: its size
// is a power of two and more than the number of fields; a slot holds the position of a field plus
// one, or 0. With fewer it may be empty, and then is not used. It is kept up to date by every
// change, never by a look-up, so that several threads may look up in one record.

namespace hawser {
namespace {

constexpr size_t kLinear = 16;

size_t HashOf(std::string_view name) { return absl::Hash<absl::string_view>()(base::ToAbsl(name)); }

}  // namespace

Record::Record(std::initializer_list<Field> fields) {
  fields_.reserve(fields.size());
  for (const auto& [name, value] : fields) Set(name, value);
}

size_t Record::Position(std::string_view name) const {
  if (index_.empty()) {
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i].first == name) return i;
    }
    return fields_.size();
  }
  size_t mask = index_.size() - 1;
  for (size_t slot = HashOf(name) & mask; index_[slot] != 0; slot = (slot + 1) & mask) {
    size_t position = index_[slot] - 1;
    if (fields_[position].first == name) return position;
  }
  return fields_.size();
}

void Record::AddToIndex(size_t position) {
  size_t mask = index_.size() - 1;
  size_t slot = HashOf(fields_[position].first) & mask;
  while (index_[slot] != 0) slot = (slot + 1) & mask;
  index_[slot] = static_cast<uint32_t>(position + 1);
}

void Record::Rebuild() {
  index_.clear();
  if (fields_.size() <= kLinear) return;
  index_.resize(std::bit_ceil(fields_.size() * 4));
  for (size_t i = 0; i < fields_.size(); ++i) AddToIndex(i);
}

void Record::Append(std::string name, Value value) {
  fields_.emplace_back(std::move(name), std::move(value));
  if (fields_.size() <= kLinear) return;
  if (fields_.size() * 2 > index_.size()) {
    Rebuild();
  } else {
    AddToIndex(fields_.size() - 1);
  }
}

bool Record::TryAppend(std::string name, Value value) {
  if (Has(name)) return false;
  Append(std::move(name), std::move(value));
  return true;
}

const Value* Record::Find(std::string_view name) const {
  size_t position = Position(name);
  return position == fields_.size() ? nullptr : &fields_[position].second;
}

const Value& Record::operator[](std::string_view name) const {
  const Value* value = Find(name);
  return value == nullptr ? internal::EmptyOf<Value>() : *value;
}

void Record::Set(std::string_view name, Value value) {
  size_t position = Position(name);
  if (position == fields_.size()) {
    Append(std::string(name), std::move(value));
  } else {
    fields_[position].second = std::move(value);
  }
}

bool Record::Remove(std::string_view name) {
  size_t position = Position(name);
  if (position == fields_.size()) return false;
  Field removed =
      std::move(fields_[position]);  // dropped last: its destructor may run code of others
  fields_.erase(fields_.begin() + static_cast<ptrdiff_t>(position));
  if (!index_.empty()) Rebuild();
  return true;
}

bool operator==(const Record& a, const Record& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, value] : a) {
    const Value* other = b.Find(name);
    if (other == nullptr || !(*other == value)) return false;
  }
  return true;
}

}  // namespace hawser
