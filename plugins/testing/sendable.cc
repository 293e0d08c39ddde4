#include "hawser/testing/sendable.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "hawser/base/status_macros.h"
#include "hawser/base/utf8.h"
#include "hawser/error.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"

namespace hawser::testing::internal {
namespace {

absl::Status CheckText(const std::string& place, std::string_view text) {
  size_t good = base::Utf8Prefix(text);
  if (good == text.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(place, ": not UTF-8 at byte ", good));
}

absl::Status CheckDepth(const std::string& place, int depth) {
  if (depth < kMaxValueDepth) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(place, ": nested deeper than the limit of ", kMaxValueDepth, " levels"));
}

class Checker {
 public:
  // `place`: where `value` is; `depth`: levels around it.
  absl::Status Check(const Value& value, const std::string& place, int depth) {
    switch (value.kind()) {
      case Kind::kString:
        HAWSER_RETURN_IF_ERROR(Take(place, value.AsString().size()));
        return CheckText(place, value.AsString());
      case Kind::kBytes:
        return Take(place, value.AsBytes().size());
      case Kind::kTypedArray:
        return Take(place, value.AsTypedArray().data().size());
      case Kind::kObject:
        if (objects_++ < kMaxValueObjects) return absl::OkStatus();
        return absl::ResourceExhaustedError(absl::StrCat(place, ": more objects than the limit of ",
                                                         kMaxValueObjects, " in one frame"));
      case Kind::kArray:
        HAWSER_RETURN_IF_ERROR(CheckDepth(place, depth));
        return CheckItems(value.AsArray(), place, depth + 1);
      case Kind::kRecord:
        HAWSER_RETURN_IF_ERROR(CheckDepth(place, depth));
        return CheckFields(value.AsRecord(), place, depth + 1);
      case Kind::kError:
        HAWSER_RETURN_IF_ERROR(CheckDepth(place, depth));
        return CheckError(value.AsError(), place, depth + 1);
      default:
        return Take(place, 0);
    }
  }

 private:
  absl::Status Take(const std::string& place, size_t bytes) {
    constexpr size_t kLeastBytes = 2;  // tag and length
    bytes_ += kLeastBytes + bytes;
    if (bytes_ <= kMaxValueBytes) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat(place, ": too large for one frame (limit ", kMaxValueBytes, " bytes)"));
  }

  absl::Status CheckItems(const Array& items, const std::string& place, int depth) {
    for (size_t i = 0; i < items.size(); ++i) {
      HAWSER_RETURN_IF_ERROR(Check(items[i], absl::StrCat(place, ".items[", i, "]"), depth));
    }
    return absl::OkStatus();
  }

  absl::Status CheckFields(const Record& record, const std::string& place, int depth) {
    size_t i = 0;
    for (const Record::Field& field : record) {
      std::string here = absl::StrCat(place, ".fields[", i++, "]");
      HAWSER_RETURN_IF_ERROR(Take(here, field.first.size()));
      HAWSER_RETURN_IF_ERROR(CheckText(here, field.first));
      HAWSER_RETURN_IF_ERROR(Check(field.second, here, depth));
    }
    return absl::OkStatus();
  }

  // Its own texts are for people, and are mended where they are not UTF-8.
  absl::Status CheckError(const Error& error, const std::string& place, int depth) {
    HAWSER_RETURN_IF_ERROR(Check(error.cause(), place + ".cause", depth));
    if (error.members().empty()) return absl::OkStatus();
    std::string members = place + ".members";
    HAWSER_RETURN_IF_ERROR(CheckDepth(members, depth));
    return CheckFields(error.members(), members, depth + 1);
  }

  size_t bytes_ = 0;
  uint32_t objects_ = 0;
};

}  // namespace

absl::Status CheckSendable(std::span<const Value> values) {
  Checker checker;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].kind() < Kind::kString) continue;  // numbers and the like are always small
    HAWSER_RETURN_IF_ERROR(checker.Check(values[i], absl::StrCat("values[", i, "]"), 0));
  }
  return absl::OkStatus();
}

}  // namespace hawser::testing::internal
