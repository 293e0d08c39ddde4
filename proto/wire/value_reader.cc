#include "proto/wire/value_reader.h"

#include <bit>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "hawser/typed_array.h"
#include "proto/wire/fields.h"
#include "proto/wire/frame.h"

namespace hawser::wire {
namespace {

// A slice keeps the whole packet alive, so only a content that is a fair part of it becomes one: a
// peer may not make a module that stores a few bytes hold megabytes.
constexpr size_t kSmallestSlice = 256;  // bytes
constexpr size_t kSliceShare = 16;      // at least 1/16 of the packet

// How many fields in a row from the start of `message` have `tag`, a delimited one: what to make
// room for.
size_t CountLeading(std::string_view message, uint32_t tag) {
  FieldsInOrder fields(message);
  std::string_view content;
  size_t count = 0;
  while (fields.Bytes(tag, &content)) ++count;
  return count;
}

// `content` in place of what `value` was, without a temporary that would have to be read back just
// after it was written. Constructing it must not throw.
template <typename Content>
void Set(Value* value, Content content) {
  std::destroy_at(value);
  std::construct_at(value, std::move(content));
}

}  // namespace

absl::StatusCode ErrorCode(uint64_t number) {
  auto code = static_cast<uint32_t>(number);
  bool known = code >= static_cast<uint32_t>(absl::StatusCode::kCancelled) &&
               code <= static_cast<uint32_t>(absl::StatusCode::kUnauthenticated);
  return known ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown;
}

bool ValueReader::ReadValue(std::string_view message, int depth, Value* value,
                            std::optional<uint64_t>* answer) {
  Set(value, Undefined());
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case ValueTag::kUndefined:
        Set(value, Undefined());
        break;
      case ValueTag::kNull:
        Set(value, Null());
        break;
      case ValueTag::kBoolean:
        Set(value, fields.flag());
        break;
      case ValueTag::kInteger:
        Set(value, UnZigZag(fields.number()));
        break;
      case ValueTag::kNumber:
        Set(value, std::bit_cast<double>(fields.number()));
        break;
      case ValueTag::kDateMs:
        Set(value, Date{UnZigZag(fields.number())});
        break;
      case ValueTag::kString:
        if (!ReadString(fields.bytes(), value)) return refusal_.In("string");
        break;
      case ValueTag::kBytes:
        Set(value, TakeBytes(fields.bytes()));
        break;
      case ValueTag::kArray:
        if (!ReadArray(fields.bytes(), depth, value)) return refusal_.In("array");
        break;
      case ValueTag::kRecord:
        if (!ReadRecord(fields.bytes(), depth, value)) return refusal_.In("record");
        break;
      case ValueTag::kTypedArray:
        if (!ReadTypedArray(fields.bytes(), value)) return refusal_.In("typed_array");
        break;
      case ValueTag::kError:
        if (!ReadError(fields.bytes(), depth, value)) return refusal_.In("error");
        break;
      case ValueTag::kReference:
        if (!ReadReference(fields.number(), value)) return refusal_.In("reference");
        break;
      case ValueTag::kAnswer:
        if (answer == nullptr) return RefuseAnswer();
        Set(value, Undefined());
        *answer = fields.number();
        continue;
      default:
        continue;
    }
    if (answer != nullptr) answer->reset();  // of a oneof, the last member counts
  }
  return fields.Finish(&refusal_);
}

bool ValueReader::RefuseAnswer() {
  refusal_.Because("allowed only as an argument of a call");
  return refusal_.In("answer");
}

bool ValueReader::AllowsLevel(int depth) {
  return depth < WireLimits::kMaxDepth ||
         refusal_.Because(
             absl::StrCat("nested deeper than the limit of ", WireLimits::kMaxDepth, " levels"));
}

bool ValueReader::ReadString(std::string_view text, Value* value) {
  if (!CheckText(text, &refusal_)) return false;
  if (text.size() <= Value::kInlineString) {
    Set(value, text);
  } else {
    *value = text;
  }
  return true;
}

bool ValueReader::ReadArray(std::string_view message, int depth, Value* value) {
  if (!AllowsLevel(depth)) return false;
  Array items;
  items.reserve(CountLeading(message, ArrayTag::kItems));
  Fields fields(message);
  while (fields.Next()) {
    if (fields.tag() != ArrayTag::kItems) continue;
    if (ReadOnlyNumber(fields.bytes(), [&](auto number) { items.emplace_back(number); })) continue;
    if (!ReadValue(fields.bytes(), depth + 1, &items.emplace_back(), nullptr)) {
      return refusal_.In("items", items.size() - 1);
    }
  }
  *value = std::move(items);
  return fields.Finish(&refusal_);
}

bool ValueReader::ReadRecord(std::string_view message, int depth, Value* value) {
  Record record;
  if (!AllowsLevel(depth) || !ReadRecord(message, depth + 1, &record)) return false;
  *value = std::move(record);
  return true;
}

bool ValueReader::ReadError(std::string_view message, int depth, Value* value) {
  Error error;
  if (!AllowsLevel(depth) || !ReadError(message, depth + 1, &error)) return false;
  Set(value, std::move(error));
  return true;
}

bool ValueReader::ReadRecord(std::string_view message, int depth, Record* record) {
  record->Reserve(CountLeading(message, RecordTag::kFields));
  Fields fields(message);
  while (fields.Next()) {
    if (fields.tag() != RecordTag::kFields) continue;
    if (!ReadField(fields.bytes(), depth, record)) return refusal_.In("fields", record->size());
  }
  return fields.Finish(&refusal_);
}

bool ValueReader::ReadField(std::string_view message, int depth, Record* record) {
  std::string_view name;
  Value value;
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case FieldTag::kName:
        if (!ReadText(fields.bytes(), "name", &name, &refusal_)) return false;
        break;
      case FieldTag::kValue:
        if (!ReadValue(fields.bytes(), depth, &value, nullptr)) return refusal_.In("value");
        break;
      default:
        break;
    }
  }
  if (!fields.Finish(&refusal_)) return false;
  return record->TryAppend(std::string(name), std::move(value)) ||
         refusal_.Because("repeats the name of an earlier field");
}

bool ValueReader::ReadTypedArray(std::string_view message, Value* value) {
  uint64_t element = 0;
  std::string_view data;
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case TypedArrayTag::kElement:
        element = static_cast<uint32_t>(fields.number());
        break;
      case TypedArrayTag::kData:
        data = fields.bytes();
        break;
      default:
        break;
    }
  }
  if (!fields.Finish(&refusal_)) return false;
  if (element < static_cast<uint64_t>(TypedArray::Element::kInt8) ||
      element > static_cast<uint64_t>(TypedArray::Element::kFloat64)) {
    return refusal_.Because(absl::StrCat("no element type has the number ", element));
  }
  absl::StatusOr<TypedArray> array =
      TypedArray::Make(static_cast<TypedArray::Element>(element), TakeBytes(data));
  if (!array.ok()) return refusal_.Because(base::ToStd(array.status().message()));
  *value = *std::move(array);
  return true;
}

bool ValueReader::ReadError(std::string_view message, int depth, Error* error) {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string_view name, text;
  Value cause;
  Record members;
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case ErrorTag::kCode:
        code = ErrorCode(fields.number());
        break;
      case ErrorTag::kName:
        if (!ReadText(fields.bytes(), "name", &name, &refusal_)) return false;
        break;
      case ErrorTag::kMessage:
        if (!ReadText(fields.bytes(), "message", &text, &refusal_)) return false;
        break;
      case ErrorTag::kCause:
        if (!ReadValue(fields.bytes(), depth, &cause, nullptr)) return refusal_.In("cause");
        break;
      case ErrorTag::kMembers:
        members = Record();
        if (!AllowsLevel(depth) || !ReadRecord(fields.bytes(), depth + 1, &members)) {
          return refusal_.In("members");
        }
        break;
      default:
        break;
    }
  }
  if (!fields.Finish(&refusal_)) return false;
  *error = Error(code, text, name);
  if (!cause.is_undefined()) *error = error->WithCause(std::move(cause));
  if (!members.empty()) *error = error->WithMembers(std::move(members));
  return true;
}

bool ValueReader::ReadReference(uint64_t number, Value* value) {
  auto index = static_cast<uint32_t>(number);
  if (index >= objects_.size()) {
    return refusal_.Because(
        absl::StrCat(index, " is past the table of ", objects_.size(), " references"));
  }
  if (!objects_[index])
    return refusal_.Because(absl::StatusCode::kNotFound,
                            absl::StrCat(index, " is unknown or was refused"));
  Set(value, objects_[index]);
  return true;
}

Bytes ValueReader::TakeBytes(std::string_view content) const {
  if (packet_buffer_ == nullptr || content.size() < kSmallestSlice ||
      content.size() < packet_buffer_->size() / kSliceShare) {
    return Bytes::Copy(content);
  }
  std::string_view packet = packet_buffer_->view();
  bool inside = std::less_equal<>()(packet.data(), content.data()) &&
                std::less_equal<>()(content.data() + content.size(), packet.data() + packet.size());
  return inside ? packet_buffer_->Slice(static_cast<size_t>(content.data() - packet.data()),
                                        content.size())
                : Bytes::Copy(content);
}

}  // namespace hawser::wire
