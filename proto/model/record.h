#ifndef HAWSER_RECORD_H_
#define HAWSER_RECORD_H_

// Record: a string-keyed value in the order its fields were set, as a JavaScript object literal would be. Crosses by copy.
// Thread-compatible. Look-up is linear below 16 fields and by an index above, built on demand.

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
  // Appends a name known to be new. For decoders that check uniqueness themselves.
  void Append(std::string name, Value value) { fields_.emplace_back(std::move(name), std::move(value)); }
  // False if absent.
  bool Remove(std::string_view name);

  // Same fields with equal values, in any order.
  friend bool operator==(const Record& a, const Record& b);

 private:
  std::vector<Field> fields_;
};

}  // namespace hawser

#endif  // HAWSER_RECORD_H_
