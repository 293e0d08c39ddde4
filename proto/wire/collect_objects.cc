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
        return Takes(value.AsString().size()) && CheckText(value.AsString(), &refusal_);
      case Kind::kBytes:
        return Takes(value.AsBytes().size());
      case Kind::kTypedArray:
        return Takes(value.AsTypedArray().data().size());
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
        return Takes(0);
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

  // Counts a value with so many bytes of its own. A small value may contain a large one a thousand
  // times over: going through them all would take longer than sending ever could.
  bool Takes(size_t bytes) {
    constexpr size_t kLeastBytes = 2;  // tag and length
    bytes_ += kLeastBytes + bytes;
    return bytes_ <= WireLimits::kMaxFrameBytes ||
           refusal_.Because(absl::StatusCode::kResourceExhausted,
                            absl::StrCat("too large for one frame (limit ",
                                         WireLimits::kMaxFrameBytes, " bytes)"));
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
      if (!Takes(field.first.size()) || !CheckText(field.first, &refusal_) ||
          !Collect(field.second, depth))
        return refusal_.In("fields", i);
      ++i;
    }
    return true;
  }

  std::vector<Object*>& objects_;
  Refusal& refusal_;
  size_t bytes_ = 0;
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
