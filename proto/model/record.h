#ifndef HAWSER_RECORD_H_
#define HAWSER_RECORD_H_

// Record: a string-keyed value in the order its fields were set, as a JavaScript object literal
// would be. Crosses by copy. Thread-compatible. Look-up is linear up to 16 fields and by a hash
// table above.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hawser/value.h"

namespace hawser {

class Record {
 public:
  using Field = std::pair<std::string, Value>;

  Record() = default;
  // Record{{"width", 800}, {"height", 600}}; of a repeated name the last one counts.
  Record(std::initializer_list<Field> fields);

  size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  // In the order first set.
  std::vector<Field>::const_iterator begin() const { return fields_.begin(); }
  std::vector<Field>::const_iterator end() const { return fields_.end(); }

  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // Null if absent. Valid until the record is changed.
  const Value* Find(std::string_view name) const;
  // Undefined if absent, as in the seed's language.
  const Value& operator[](std::string_view name) const;
  // Sets or replaces.
  void Set(std::string_view name, Value value);
  // Makes room for `size` fields in all.
  void Reserve(size_t size) { fields_.reserve(size); }
  // Appends a name known to be new.
  void Append(std::string name, Value value);
  // Appends, or leaves the record alone and gives false if the name is there. For decoders, which
  // refuse a repeated name.
  bool TryAppend(std::string name, Value value);
  // False if absent. Linear in the size of the record.
  bool Remove(std::string_view name);

  // Same fields with equal values, in any order.
  friend bool operator==(const Record& a, const Record& b);

 private:
  // Position of the field, or size().
  size_t Position(std::string_view name) const;
  void AddToIndex(size_t position);
  void Rebuild();

  std::vector<Field> fields_;
  std::vector<uint32_t> index_;  // empty up to 16 fields
};

}  // namespace hawser

#endif  // HAWSER_RECORD_H_
