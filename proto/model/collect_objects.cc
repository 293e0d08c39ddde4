#include "hawser/collect_objects.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "hawser/base/utf8.h"
#include "hawser/error.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"

namespace hawser {
namespace {

using base::IsUtf8;
using base::ToAbsl;

// A longer way to what is wrong is told by its length.
constexpr int kLongestWay = 4;
// A field with a longer name is told by its number.
constexpr size_t kLongestName = 40;

// Goes through values in the order the writer writes them. What it refuses is told in the words of
// who made the values, who never saw a frame.
class Collector {
 public:
  explicit Collector(std::vector<Object*>* objects) : objects_(*objects) {}

  // `depth`: levels around `value`.
  bool Collect(const Value& value, int depth) {
    switch (value.kind()) {
      case Kind::kString:
        return Takes(value.AsString().size()) &&
               (IsUtf8(value.AsString()) || RefuseText(value.AsString(), ""));
      case Kind::kBytes:
        return Takes(value.AsBytes().size());
      case Kind::kTypedArray:
        return Takes(value.AsTypedArray().data().size());
      case Kind::kObject:
        if (objects_.size() >= ValueLimits::kMaxObjects) {
          return Refuse(absl::StatusCode::kResourceExhausted,
                        absl::StrCat("more objects than the limit of ", ValueLimits::kMaxObjects,
                                     " in one message"));
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

  // Why Collect refused a value that is called `subject` ("": not at all).
  absl::Status ToStatus(std::string_view subject) const {
    const Fault& fault = *fault_;
    std::string place(subject);
    if (fault.levels > 0) {
      absl::StrAppend(&place, place.empty() ? "" : ", ");
      if (fault.levels > kLongestWay) {
        absl::StrAppend(&place, fault.levels, " levels deep");
      } else {
        absl::StrAppend(&place, "at ", fault.way);
      }
    }
    return absl::Status(fault.code, absl::StrCat(place, place.empty() ? "" : ": ", fault.what));
  }

 private:
  struct Fault {
    absl::StatusCode code;
    std::string what;
    bool has_place;        // it is in one of the values in the value
    std::string way = {};  // there: "[3].name"
    int levels = 0;        // of the way
  };

  bool CollectContained(const Value& value, int depth) {
    if (value.is(Kind::kArray)) return CollectItems(value.AsArray(), depth);
    if (value.is(Kind::kRecord)) return CollectFields(value.AsRecord(), depth);
    const Error& error = value.AsError();  // its own texts are for people: the writer mends them
    if (!Collect(error.cause(), depth)) return At(".cause");
    if (error.members().empty()) return true;
    return AllowsLevel(depth) && CollectFields(error.members(), depth + 1);
  }

  // Counts a value with so many bytes of its own. A small value may contain a large one a thousand
  // times over: going through them all would take longer than sending ever could.
  bool Takes(size_t bytes) {
    constexpr size_t kLeastBytes = 2;  // tag and length
    bytes_ += kLeastBytes + bytes;
    return bytes_ <= ValueLimits::kMaxBytes ||
           Refuse(absl::StatusCode::kResourceExhausted,
                  absl::StrCat("too large for one message (limit ", ValueLimits::kMaxBytes,
                               " bytes)"));
  }

  bool AllowsLevel(int depth) {
    return depth < ValueLimits::kMaxDepth ||
           Refuse(
               absl::StatusCode::kInvalidArgument,
               absl::StrCat("nested deeper than the limit of ", ValueLimits::kMaxDepth, " levels"));
  }

  bool CollectItems(const Array& items, int depth) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (!Collect(items[i], depth)) return At(absl::StrCat("[", i, "]"));
    }
    return true;
  }

  bool CollectFields(const Record& record, int depth) {
    size_t number = 0;
    for (const auto& [name, value] : record) {
      ++number;
      if (!Takes(name.size())) return false;
      if (!IsUtf8(name)) return RefuseText(name, absl::StrCat("the name of field ", number, ": "));
      if (Collect(value, depth)) continue;
      return At(name.size() <= kLongestName ? absl::StrCat(".", name)
                                            : absl::StrCat(".<field ", number, ">"));
    }
    return true;
  }

  // All of these give false.
  bool Refuse(absl::StatusCode code, std::string what) {
    fault_ = Fault{code, std::move(what), false};
    return false;
  }
  bool RefuseText(std::string_view text, std::string_view subject) {
    fault_ =
        Fault{absl::StatusCode::kInvalidArgument,
              absl::StrCat(ToAbsl(subject), "not UTF-8 at byte ", base::Utf8Prefix(text)), true};
    return false;
  }
  // What was refused is in this part of the value.
  bool At(std::string_view part) {
    if (!fault_->has_place) return false;
    fault_->way = absl::StrCat(ToAbsl(part), fault_->way);
    ++fault_->levels;
    return false;
  }

  std::vector<Object*>& objects_;
  size_t bytes_ = 0;
  std::optional<Fault> fault_;
};

}  // namespace

absl::Status internal::CollectFrom(std::span<const Value> args, std::vector<Object*>* objects) {
  Collector collector(objects);
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i].kind() < Kind::kString || collector.Collect(args[i], 0)) continue;
    return collector.ToStatus(absl::StrCat("argument ", i + 1));
  }
  return absl::OkStatus();
}

absl::Status internal::CollectFrom(const Value& value, std::vector<Object*>* objects) {
  Collector collector(objects);
  return collector.Collect(value, 0) ? absl::OkStatus() : collector.ToStatus("");
}

}  // namespace hawser
