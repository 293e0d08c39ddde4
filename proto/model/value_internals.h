#ifndef HAWSER_VALUE_INTERNALS_H_
#define HAWSER_VALUE_INTERNALS_H_

// The counted blocks that Values and Errors share. Private to the model.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "hawser/value.h"

namespace hawser::internal {

// A block is born with one count and changed only while it has one. One that is lent never gets
// another.
struct Block {
  void AddRef() noexcept { refs.fetch_add(1, std::memory_order_relaxed); }
  // True if that was the last count: the caller deletes the block.
  // Who holds the only one need not count down: nobody else can count up.
  [[nodiscard]] bool Unref() noexcept {
    return !shared() || refs.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  bool shared() const noexcept { return refs.load(std::memory_order_acquire) != 1; }

  std::atomic<uint32_t> refs{1};
};

// The characters follow the block.
struct StringBlock : Block {
  static StringBlock* Make(std::string_view text);
  static void Delete(StringBlock* block) noexcept;
  std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), size}; }

  size_t size = 0;
};

// A block that holds Values, which hold blocks, to any depth.
struct NestBlock : Block {
  explicit NestBlock(Kind kind) : kind(kind) {}

  const Kind kind;
  bool lent = false;          // a reference by which its content may be changed is about
  NestBlock* next = nullptr;  // in the list of blocks about to be deleted
};

struct ArrayBlock : NestBlock {
  explicit ArrayBlock(Array content) : NestBlock(Kind::kArray), content(std::move(content)) {}
  Array content;
};

struct RecordBlock : NestBlock {
  explicit RecordBlock(Record content) : NestBlock(Kind::kRecord), content(std::move(content)) {}
  Record content;
};

struct ErrorBlock : NestBlock {
  ErrorBlock() : NestBlock(Kind::kError) {}

  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string name;
  std::string message;
  Value cause;
  Record members;
};

struct TypedArrayBlock : Block {
  explicit TypedArrayBlock(TypedArray content) : content(std::move(content)) {}
  TypedArray content;
};

// A T made by default, for references to nothing; never destroyed.
template <typename T>
const T& EmptyOf() {
  alignas(T) static std::byte storage[sizeof(T)];
  static const T& empty = *new (storage) T;
  return empty;
}

// Gives up one count; deletes the block, and what it holds, with the last one. However deep the
// nesting, the stack stays shallow.
void Release(NestBlock* block) noexcept;

}  // namespace hawser::internal

#endif  // HAWSER_VALUE_INTERNALS_H_
