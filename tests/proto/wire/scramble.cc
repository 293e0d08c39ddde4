#include "tests/proto/wire/scramble.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "proto/wire/tags.h"
#include "proto/wire/varint.h"

namespace hawser::wire {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class Scrambler {
 public:
  explicit Scrambler(std::mt19937_64& random) : random_(random) {}

  std::string Run(const Message& message) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    // What was set to zero and has no presence is not listed, as it is not serialized. Each element
    // of a repeated field is a piece of its own; those of one field keep their order.
    std::vector<std::vector<std::string>> pieces;
    std::vector<size_t> order;
    for (const FieldDescriptor* field : fields) {
      pieces.push_back(field->is_repeated() ? Repeated(message, field) : Singular(message, field));
      order.insert(order.end(), pieces.back().size(), pieces.size() - 1);
      std::reverse(pieces.back().begin(), pieces.back().end());
    }
    std::shuffle(order.begin(), order.end(), random_);
    std::string out;
    if (message.GetDescriptor()->name() == "Value")
      out += Varint(ValueTag::kInteger, 99);  // another member of the oneof
    for (size_t field : order) {
      while (Once(4)) out += Unknown();
      out += pieces[field].back();
      pieces[field].pop_back();
    }
    if (Once(4)) out += Unknown();
    return out;
  }

 private:
  bool Once(uint32_t n) { return random_() % n == 0; }

  std::string Number(uint64_t number, size_t longest) {
    char buffer[kMaxVarintBytes];
    std::string out(buffer, static_cast<size_t>(PutVarint(buffer, number) - buffer));
    while (out.size() < longest && Once(4)) {
      out.back() = static_cast<char>(out.back() | 0x80);
      out.push_back(0);
    }
    return out;
  }
  std::string Tag(uint32_t tag) { return Number(tag, 5); }
  std::string Varint(uint32_t tag, uint64_t number) {
    return Tag(tag) + Number(number, kMaxVarintBytes);
  }
  std::string Delimited(uint32_t tag, const std::string& content) {
    return Tag(tag) + Number(content.size(), 5) + content;
  }
  std::string Fixed(uint32_t tag, uint64_t bits, size_t bytes) {
    std::string out = Tag(tag);
    for (size_t i = 0; i < bytes; ++i) out.push_back(static_cast<char>(bits >> (8 * i)));
    return out;
  }

  std::string Unknown() {
    static constexpr uint32_t kFields[] = {100, 2000, 536870911};
    uint32_t field = kFields[random_() % 3] << 3;
    switch (random_() % 4) {
      case 0:
        return Varint(field | kWireVarint, random_());
      case 1:
        return Fixed(field | kWireFixed64, random_(), 8);
      case 2:
        return Fixed(field | kWireFixed32, random_(), 4);
      default:
        return Delimited(field | kWireDelimited,
                         std::string(random_() % 40, static_cast<char>(random_())));
    }
  }

  std::vector<std::string> Singular(const Message& message, const FieldDescriptor* field) {
    std::string piece = Element(message, field, -1);
    if (!Once(4)) return {piece};
    switch (field->type()) {
      case FieldDescriptor::TYPE_UINT64:
      case FieldDescriptor::TYPE_SINT64:
        return {Varint(TagOf(field), random_()) + piece};
      case FieldDescriptor::TYPE_MESSAGE: {
        const std::string& type = field->message_type()->name();
        // An empty one of these is refused, and so is a second body of a frame.
        if (type == "TypedArray" || type == "Attach" || message.GetDescriptor()->name() == "Frame")
          return {piece};
        return {Delimited(TagOf(field), "") + piece};
      }
      default:
        return {piece + piece};
    }
  }

  std::vector<std::string> Repeated(const Message& message, const FieldDescriptor* field) {
    std::vector<std::string> pieces;
    int size = message.GetReflection()->FieldSize(message, field);
    std::string run;
    for (int i = 0; i < size; ++i) {
      if (!field->is_packable()) {
        pieces.push_back(Element(message, field, i));
      } else if (Once(3)) {
        if (!run.empty()) pieces.push_back(Packed(field, &run));
        pieces.push_back(Varint(TagOf(field), NumberOf(message, field, i)));
      } else {
        run += Number(NumberOf(message, field, i), kMaxVarintBytes);
        if (Once(5)) pieces.push_back(Packed(field, &run));
      }
    }
    if (!run.empty()) pieces.push_back(Packed(field, &run));
    return pieces;
  }

  std::string Packed(const FieldDescriptor* field, std::string* run) {
    return Delimited(static_cast<uint32_t>(field->number()) << 3 | kWireDelimited,
                     std::exchange(*run, {}));
  }

  static uint32_t TagOf(const FieldDescriptor* field) {
    uint32_t number = static_cast<uint32_t>(field->number()) << 3;
    switch (field->type()) {
      case FieldDescriptor::TYPE_DOUBLE:
        return number | kWireFixed64;
      case FieldDescriptor::TYPE_STRING:
      case FieldDescriptor::TYPE_BYTES:
      case FieldDescriptor::TYPE_MESSAGE:
        return number | kWireDelimited;
      default:
        return number | kWireVarint;
    }
  }

  // Element `i` of a repeated field, or a singular one's content if it is -1.
  static uint64_t NumberOf(const Message& message, const FieldDescriptor* field, int i) {
    const auto& reflection = *message.GetReflection();
    switch (field->type()) {
      case FieldDescriptor::TYPE_UINT64:
        return i < 0 ? reflection.GetUInt64(message, field)
                     : reflection.GetRepeatedUInt64(message, field, i);
      case FieldDescriptor::TYPE_UINT32:
        return reflection.GetUInt32(message, field);
      case FieldDescriptor::TYPE_INT32:
        return static_cast<uint64_t>(int64_t{reflection.GetInt32(message, field)});
      case FieldDescriptor::TYPE_SINT64:
        return ZigZag(reflection.GetInt64(message, field));
      case FieldDescriptor::TYPE_BOOL:
        return reflection.GetBool(message, field) ? 1 : 0;
      case FieldDescriptor::TYPE_DOUBLE:
        return std::bit_cast<uint64_t>(reflection.GetDouble(message, field));
      case FieldDescriptor::TYPE_ENUM:
        return static_cast<uint64_t>(i < 0 ? reflection.GetEnumValue(message, field)
                                           : reflection.GetRepeatedEnumValue(message, field, i));
      default:
        std::abort();
    }
  }

  std::string Element(const Message& message, const FieldDescriptor* field, int i) {
    const auto& reflection = *message.GetReflection();
    switch (field->type()) {
      case FieldDescriptor::TYPE_DOUBLE:
        return Fixed(TagOf(field), NumberOf(message, field, i), 8);
      case FieldDescriptor::TYPE_STRING:
      case FieldDescriptor::TYPE_BYTES:
        return Delimited(TagOf(field), reflection.GetString(message, field));
      case FieldDescriptor::TYPE_MESSAGE:
        return Delimited(TagOf(field),
                         Run(i < 0 ? reflection.GetMessage(message, field)
                                   : reflection.GetRepeatedMessage(message, field, i)));
      default:
        return Varint(TagOf(field), NumberOf(message, field, i));
    }
  }

  std::mt19937_64& random_;
};

}  // namespace

std::string Scramble(const Message& message, std::mt19937_64& random) {
  return Scrambler(random).Run(message);
}

}  // namespace hawser::wire
