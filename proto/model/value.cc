#include "hawser/value.h"

#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "hawser/base/unnest.h"
#include "hawser/error.h"
#include "hawser/object.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "proto/model/names.h"
#include "proto/model/value_internals.h"

// Invariants:
//   * mark() is kCounted exactly if this Value owns a count of a block, of a buffer (kBytes) or
//   of an object (kObject, always).
//   * A block seen through a const Value never changes: MutableArray and MutableRecord leave a
//   shared one to the others first, and lend theirs out: from then on it is not shared any more. A
//   copy gets a block of its own, which is.

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

// A block like the lent one, not lent. To fill it copies Values, which may have lent blocks in turn.
Block* CopyLent(const NestBlock* lent) {
  struct Unfilled {
    const NestBlock* from;
    NestBlock* block;
  };
  NestBlock* copy = lent->kind == Kind::kArray ? static_cast<NestBlock*>(new ArrayBlock({}))
                                               : new RecordBlock({});
  base::Unnest<1>(Unfilled{lent, copy}, [](Unfilled unfilled) {
    auto [from, block] = unfilled;
    if (from->kind == Kind::kArray) {
      static_cast<ArrayBlock*>(block)->content = static_cast<const ArrayBlock*>(from)->content;
    } else {
      static_cast<RecordBlock*>(block)->content = static_cast<const RecordBlock*>(from)->content;
    }
  });
  return copy;
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
  return is(kind) && counted() ? static_cast<T*>(First<Block*>()) : nullptr;
}

// The first `size` bytes at `from`, at most 8, as the low bytes of a word; touches no other byte.
static uint64_t LoadUpTo8(const char* from, size_t size) {
  auto load = [from](size_t offset, auto part) {
    std::memcpy(&part, from + offset, sizeof(part));
    return uint64_t{part} << (8 * offset);
  };
  if (size >= 8) return load(0, uint64_t{0});
  if (size >= 4) return load(0, uint32_t{0}) | load(size - 4, uint32_t{0});
  if (size >= 2) return load(0, uint16_t{0}) | load(size - 2, uint16_t{0});
  return size == 1 ? load(0, uint8_t{0}) : 0;
}

Value::Value(std::string_view s) {
  if (s.size() > kInlineString) {
    *this = Value(Kind::kString, static_cast<Block*>(StringBlock::Make(s)));
    return;
  }
  rep_.first = LoadUpTo8(s.data(), s.size());
  if (s.size() > 8) rep_.second = LoadUpTo8(s.data() + 8, s.size() - 8);
  if (s.size() > 16) rep_.last = LoadUpTo8(s.data() + 16, s.size() - 16);
  rep_.last |= Tag(Kind::kString, static_cast<uint8_t>(s.size()));
}

Value::Value(Bytes bytes) noexcept : Value(Kind::kBytes, uint64_t{0}) {
  if (bytes.buffer_ == nullptr) return;
  rep_.first = std::bit_cast<uint64_t>(std::exchange(bytes.buffer_, nullptr));  // its count, too
  rep_.second = std::bit_cast<uint64_t>(bytes.data_);
  rep_.last = bytes.size_ | Tag(Kind::kBytes, kCounted);
}

Value::Value(Array items) : Value(Kind::kArray, uint64_t{0}) {
  if (!items.empty())
    *this = Value(Kind::kArray, static_cast<Block*>(new ArrayBlock(std::move(items))));
}

Value::Value(Record record) : Value(Kind::kRecord, uint64_t{0}) {
  if (!record.empty())
    *this = Value(Kind::kRecord, static_cast<Block*>(new RecordBlock(std::move(record))));
}

Value::Value(TypedArray array)
    : Value(Kind::kTypedArray, static_cast<Block*>(new TypedArrayBlock(std::move(array)))) {}

Value::Value(Error error) noexcept : Value(Kind::kError, uint64_t{0}) {
  if (error.block_ != nullptr)
    *this = Value(Kind::kError, static_cast<Block*>(std::exchange(error.block_, nullptr)));
}

Value::Value(ObjectRef object) noexcept : Value(Kind::kNull, uint64_t{0}) {
  if (object == nullptr) return;
  rep_.first = std::bit_cast<uint64_t>(object.Leak());
  rep_.last = Tag(Kind::kObject, kCounted);
}

void Value::Share() const noexcept {
  switch (kind()) {
    case Kind::kBytes:
      Bytes::AddRef(First<Bytes::Buffer*>());
      break;
    case Kind::kObject:
      First<Object*>()->AddRef();
      break;
    case Kind::kArray:
    case Kind::kRecord:
      if (const auto* block = Counted<NestBlock>(kind()); block->lent) [[unlikely]] {
        // Only the copy constructor calls this, of the Value that it makes.
        const_cast<Value*>(this)->rep_.first = std::bit_cast<uint64_t>(internal::CopyLent(block));
        break;
      }
      [[fallthrough]];
    default:
      First<Block*>()->AddRef();
      break;
  }
}

void Value::Drop() noexcept {
  switch (kind()) {
    case Kind::kBytes:
      Bytes::Unref(First<Bytes::Buffer*>());
      break;
    case Kind::kObject:
      First<Object*>()->Unref();
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
      internal::Release(Counted<NestBlock>(kind()));
      break;
  }
}

std::string_view Value::LongString() const { return Counted<StringBlock>(Kind::kString)->text(); }

Bytes Value::AsBytes() const {
  Bytes bytes;
  if (!is(Kind::kBytes) || !counted()) return bytes;
  bytes.buffer_ = First<Bytes::Buffer*>();
  bytes.data_ = std::bit_cast<const uint8_t*>(rep_.second);
  bytes.size_ = static_cast<uint32_t>(rep_.last);
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
  block->lent = true;
  return block->content;
}

Record& Value::MutableRecord() {
  auto* block = Counted<RecordBlock>(Kind::kRecord);
  if (block == nullptr || block->shared()) {
    block = new RecordBlock(AsRecord());
    *this = Value(Kind::kRecord, static_cast<Block*>(block));
  }
  block->lent = true;
  return block->content;
}

}  // namespace hawser
