#include "broker/inspect/readable.h"

#include <algorithm>
#include <utility>

#include "hawser/base/utf8.h"
#include "hawser/record.h"

namespace hawser::broker {
namespace {

bool IsReadable(const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
      return base::IsUtf8(value.AsString());
    case Kind::kArray:
      return std::all_of(value.AsArray().begin(), value.AsArray().end(), IsReadable);
    case Kind::kRecord:
      return std::all_of(value.AsRecord().begin(), value.AsRecord().end(),
                         [](const Record::Field& field) {
                           return base::IsUtf8(field.first) && IsReadable(field.second);
                         });
    default:
      return true;
  }
}

Value Mended(const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
      return base::MendedUtf8(value.AsString());
    case Kind::kArray: {
      Array items;
      items.reserve(value.AsArray().size());
      for (const Value& item : value.AsArray()) items.push_back(Mended(item));
      return items;
    }
    case Kind::kRecord: {
      Record record;
      record.Reserve(value.AsRecord().size());
      for (const auto& [name, field] : value.AsRecord())
        record.Set(base::MendedUtf8(name), Mended(field));  // two names may have become one
      return record;
    }
    default:
      return value;
  }
}

}  // namespace

Value Readable(Value value) { return IsReadable(value) ? std::move(value) : Mended(value); }

}  // namespace hawser::broker
