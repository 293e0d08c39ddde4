#include "hawser/object.h"

#include <array>
#include <string>

#include "proto/model/names.h"

namespace hawser {

std::string_view OpName(Op op) {
  static constexpr std::array<std::string_view, 6> kNames = {"call", "get",      "set",
                                                             "new",  "describe", "await"};
  return internal::NameOf(kNames, op);
}

std::string_view GoneReasonName(GoneReason reason) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "alive", "destroyed", "module unloaded", "revoked", "policy", "crashed", "session ended",
  };
  return internal::NameOf(kNames, reason);
}

bool Object::TryAddRef() const {
  uint32_t refs = refs_.load(std::memory_order_relaxed);
  while (refs != 0) {
    if (refs_.compare_exchange_weak(refs, refs + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

absl::Status GoneStatus(const Object& object) {
  ShapeRef shape = object.shape();
  std::string text(shape == nullptr ? "" : shape->name());
  if (text.empty()) text = ObjectKindName(shape == nullptr ? ObjectKind::kObject : shape->kind());
  // A place in the source says more than a number, and is the same in every process.
  if (std::string_view site = object.site(); !site.empty()) {
    text += " made at ";
    text += site;
  } else if (object.oid() != ObjectId()) {
    text += " @" + std::to_string(object.oid().value());
  }
  text += " is gone: ";
  text += GoneReasonName(object.gone());
  return absl::NotFoundError(text);
}

}  // namespace hawser
