#include "absl/strings/str_cat.h"
#include "proto/wire/fields.h"
#include "proto/wire/refusal.h"
#include "proto/wire/writer.h"

namespace hawser::wire {
namespace {

// Goes through values in the order the writer writes them.
class Collector {
 public:
  Collector(std::vector<Object*>* objects, Refusal* refusal)
      : objects_(*objects), refusal_(*refusal) {}

  // `depth`: levels around `value`.
  bool Collect(const Value& value, int depth) {
    switch (value.kind()) {
      case Kind::kString:
        return CheckText(value.AsString(), &refusal_);
      case Kind::kObject:
        if (objects_.size() >= WireLimits::kMaxReferences) {
          return refusal_.Because(absl::StatusCode::kResourceExhausted,
                                  absl::StrCat("more objects than the limit of ",
                                               WireLimits::kMaxReferences, " in one frame"));
        }
        objects_.push_back(value.AsObject());
        return true;
      case Kind::kArray:
      case Kind::kRecord:
      case Kind::kError:
        if (!AllowsLevel(depth)) return false;
        return CollectContained(value, depth + 1);
      default:
        return true;
    }
  }

 private:
  bool CollectContained(const Value& value, int depth) {
    if (value.is(Kind::kArray)) return CollectItems(value.AsArray(), depth);
    if (value.is(Kind::kRecord)) return CollectFields(value.AsRecord(), depth);
    const Error& error = value.AsError();  // its own texts are for people: the writer mends them
    if (!Collect(error.cause(), depth)) return refusal_.In("cause");
    if (error.members().empty()) return true;
    return (AllowsLevel(depth) && CollectFields(error.members(), depth + 1)) ||
           refusal_.In("members");
  }

  bool AllowsLevel(int depth) {
    return depth < WireLimits::kMaxDepth ||
           refusal_.Because(
               absl::StrCat("nested deeper than the limit of ", WireLimits::kMaxDepth, " levels"));
  }

  bool CollectItems(const Array& items, int depth) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (!Collect(items[i], depth)) return refusal_.In("items", i);
    }
    return true;
  }

  bool CollectFields(const Record& record, int depth) {
    size_t i = 0;
    for (const Record::Field& field : record) {
      if (!CheckText(field.first, &refusal_) || !Collect(field.second, depth))
        return refusal_.In("fields", i);
      ++i;
    }
    return true;
  }

  std::vector<Object*>& objects_;
  Refusal& refusal_;
};

}  // namespace

absl::Status CollectObjects(std::span<const Value> values, std::vector<Object*>* objects) {
  Refusal refusal;
  Collector collector(objects, &refusal);
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].kind() < Kind::kString || collector.Collect(values[i], 0)) continue;
    refusal.In("values", i);
    break;
  }
  return refusal.ToStatus();
}

}  // namespace hawser::wire
