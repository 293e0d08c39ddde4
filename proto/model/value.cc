#include "hawser/value.h"

#include <array>
#include <new>

#include "hawser/error.h"
#include "hawser/object.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "proto/model/names.h"
#include "proto/model/value_internals.h"

// Invariants:
//   * rep_.mark is kCounted exactly if this Value owns a count of a block, of a buffer (kBytes) or
//   of an object (kObject, always).
//   * A block seen through a const Value never changes: MutableArray and MutableRecord leave a
//   shared one to the others first.

namespace hawser {

using internal::ArrayBlock;
using internal::Block;
using internal::ErrorBlock;
using internal::NestBlock;
using internal::RecordBlock;
using internal::StringBlock;
using internal::TypedArrayBlock;

namespace internal {

StringBlock* StringBlock::Make(std::string_view text) {
  auto* block = new (::operator new(sizeof(StringBlock) + text.size())) StringBlock;
  block->size = text.size();
  std::memcpy(static_cast<void*>(block + 1), text.data(), text.size());
  return block;
}

void StringBlock::Delete(StringBlock* block) noexcept {
  block->~StringBlock();
  ::operator delete(block);
}

namespace {

// Deleting a block drops the Values in it, which may delete blocks in turn. Past this depth they
// are put on a list instead, which the outermost deletion on this thread works off.
constexpr int kMaxDeleteDepth = 32;
thread_local int delete_depth = 0;
thread_local NestBlock* delete_later = nullptr;

void Delete(NestBlock* block) noexcept {
  ++delete_depth;
  switch (block->kind) {
    case Kind::kArray:
      delete static_cast<ArrayBlock*>(block);
      break;
    case Kind::kRecord:
      delete static_cast<RecordBlock*>(block);
      break;
    default:
      delete static_cast<ErrorBlock*>(block);
      break;
  }
  --delete_depth;
}

}  // namespace

void Release(NestBlock* block) noexcept {
  if (!block->Unref()) return;
  if (delete_depth >= kMaxDeleteDepth) {
    block->next = std::exchange(delete_later, block);
    return;
  }
  Delete(block);
  while (delete_depth == 0 && delete_later != nullptr) {
    NestBlock* next = delete_later;
    delete_later = next->next;
    Delete(next);
  }
}

}  // namespace internal

std::string_view KindName(Kind kind) {
  static constexpr std::array<std::string_view, 13> kNames = {
      "undefined", "null",  "boolean", "integer",     "number", "string", "bytes",
      "date",      "array", "record",  "typed array", "error",  "object",
  };
  return internal::NameOf(kNames, kind);
}

template <typename T>
T* Value::Counted(Kind kind) const {
  return is(kind) && rep_.mark == kCounted ? static_cast<T*>(Load<Block*>()) : nullptr;
}

Value::Value(std::string_view s) {
  rep_.kind = Kind::kString;
  if (s.size() > kInlineString) {
    Block* block = StringBlock::Make(s);
    std::memcpy(rep_.content, &block, sizeof(block));
    rep_.mark = kCounted;
  } else if (!s.empty()) {
    std::memcpy(rep_.content, s.data(), s.size());
    rep_.mark = static_cast<uint8_t>(s.size());
  }
}

// Where in `content` the parts of a Bytes lie.
static constexpr size_t kBytesData = sizeof(void*);
static constexpr size_t kBytesSize = kBytesData + sizeof(const uint8_t*);
static_assert(kBytesSize + sizeof(uint32_t) <= Value::kInlineString);

Value::Value(Bytes bytes) noexcept {
  rep_.kind = Kind::kBytes;
  rep_.mark = bytes.buffer_ != nullptr ? kCounted : uint8_t{0};
  std::memcpy(rep_.content, &bytes.buffer_, sizeof(bytes.buffer_));
  std::memcpy(rep_.content + kBytesData, &bytes.data_, sizeof(bytes.data_));
  std::memcpy(rep_.content + kBytesSize, &bytes.size_, sizeof(bytes.size_));
  bytes.buffer_ = nullptr;  // its count is ours now
}

Value::Value(Array items) : Value(Kind::kArray, int64_t{0}) {
  if (!items.empty())
    *this = Value(Kind::kArray, static_cast<Block*>(new ArrayBlock(std::move(items))));
}

Value::Value(Record record) : Value(Kind::kRecord, int64_t{0}) {
  if (!record.empty())
    *this = Value(Kind::kRecord, static_cast<Block*>(new RecordBlock(std::move(record))));
}

Value::Value(TypedArray array)
    : Value(Kind::kTypedArray, static_cast<Block*>(new TypedArrayBlock(std::move(array)))) {}

Value::Value(Error error) noexcept : Value(Kind::kError, int64_t{0}) {
  if (error.block_ != nullptr)
    *this = Value(Kind::kError, static_cast<Block*>(std::exchange(error.block_, nullptr)));
}

Value::Value(ObjectRef object) noexcept : Value(Kind::kNull, int64_t{0}) {
  if (object == nullptr) return;
  Object* counted = object.Leak();
  std::memcpy(rep_.content, &counted, sizeof(counted));
  rep_.mark = kCounted;
  rep_.kind = Kind::kObject;
}

void Value::Share() const noexcept {
  switch (rep_.kind) {
    case Kind::kBytes:
      Bytes::AddRef(Load<Bytes::Buffer*>());
      break;
    case Kind::kObject:
      Load<Object*>()->AddRef();
      break;
    default:
      Load<Block*>()->AddRef();
      break;
  }
}

void Value::Drop() noexcept {
  switch (rep_.kind) {
    case Kind::kBytes:
      Bytes::Unref(Load<Bytes::Buffer*>());
      break;
    case Kind::kObject:
      Load<Object*>()->Unref();
      break;
    case Kind::kString: {
      auto* block = Counted<StringBlock>(Kind::kString);
      if (block->Unref()) StringBlock::Delete(block);
      break;
    }
    case Kind::kTypedArray: {
      auto* block = Counted<TypedArrayBlock>(Kind::kTypedArray);
      if (block->Unref()) delete block;
      break;
    }
    default:
      internal::Release(Counted<NestBlock>(rep_.kind));
      break;
  }
}

std::string_view Value::LongString() const { return Counted<StringBlock>(Kind::kString)->text(); }

Bytes Value::AsBytes() const {
  Bytes bytes;
  if (!is(Kind::kBytes) || rep_.mark != kCounted) return bytes;
  bytes.buffer_ = Load<Bytes::Buffer*>();
  bytes.data_ = Load<const uint8_t*>(kBytesData);
  bytes.size_ = Load<uint32_t>(kBytesSize);
  Bytes::AddRef(bytes.buffer_);
  return bytes;
}

const Array& Value::AsArray() const {
  const auto* block = Counted<ArrayBlock>(Kind::kArray);
  return block == nullptr ? internal::EmptyOf<Array>() : block->content;
}

const Record& Value::AsRecord() const {
  const auto* block = Counted<RecordBlock>(Kind::kRecord);
  return block == nullptr ? internal::EmptyOf<Record>() : block->content;
}

const TypedArray& Value::AsTypedArray() const {
  const auto* block = Counted<TypedArrayBlock>(Kind::kTypedArray);
  return block == nullptr ? internal::EmptyOf<TypedArray>() : block->content;
}

Error Value::AsError() const { return Error(Counted<ErrorBlock>(Kind::kError)); }

ObjectRef Value::TakeObject() const { return ObjectRef(AsObject()); }

Array& Value::MutableArray() {
  auto* block = Counted<ArrayBlock>(Kind::kArray);
  if (block == nullptr || block->shared()) {
    block = new ArrayBlock(AsArray());
    *this = Value(Kind::kArray, static_cast<Block*>(block));
  }
  return block->content;
}

Record& Value::MutableRecord() {
  auto* block = Counted<RecordBlock>(Kind::kRecord);
  if (block == nullptr || block->shared()) {
    block = new RecordBlock(AsRecord());
    *this = Value(Kind::kRecord, static_cast<Block*>(block));
  }
  return block->content;
}

bool operator==(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kUndefined:
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.AsBool() == b.AsBool();
    case Kind::kInt:
      return a.AsInt() == b.AsInt();
    case Kind::kDouble: {
      double x = a.AsDouble();
      double y = b.AsDouble();
      return x == y || (x != x && y != y);
    }
    case Kind::kString:
      return a.AsString() == b.AsString();
    case Kind::kBytes:
      return a.AsBytes() == b.AsBytes();
    case Kind::kDate:
      return a.AsDate() == b.AsDate();
    // What is shared is equal, however large.
    case Kind::kArray:
      return &a.AsArray() == &b.AsArray() || a.AsArray() == b.AsArray();
    case Kind::kRecord:
      return &a.AsRecord() == &b.AsRecord() || a.AsRecord() == b.AsRecord();
    case Kind::kTypedArray:
      return a.AsTypedArray() == b.AsTypedArray();
    case Kind::kError:
      return a.AsError() == b.AsError();
    case Kind::kObject:
      return a.AsObject()->Same(*b.AsObject());
  }
  return false;
}

}  // namespace hawser
