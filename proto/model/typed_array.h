#ifndef HAWSER_TYPED_ARRAY_H_
#define HAWSER_TYPED_ARRAY_H_

// TypedArray: numbers of one element type in one buffer; the element type survives the crossing.
// Immutable, thread-compatible.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "hawser/bytes.h"

namespace hawser {

class TypedArray {
 public:
  // Numbers as in TypedArray.Element of value.proto.
  enum class Element : uint8_t {
    kInt8 = 1,
    kUint8,
    kInt16,
    kUint16,
    kInt32,
    kUint32,
    kInt64,
    kUint64,
    kFloat32,
    kFloat64,
  };
  static size_t ElementSize(Element element);            // bytes
  static std::string_view ElementName(Element element);  // "int8", ... "float64"
  // Of any integer or floating-point type up to 64 bits.
  template <typename T>
  static constexpr Element ElementOf();

  TypedArray() = default;  // empty, of uint8
  // INVALID_ARGUMENT if `data` is not a whole number of elements or `element` is no Element.
  static absl::StatusOr<TypedArray> Make(Element element, Bytes data);
  // Copies the numbers, as many as fit into Bytes::kMaxSize.
  template <typename T>
  static TypedArray Of(std::span<const T> numbers);

  Element element() const { return element_; }
  const Bytes& data() const { return data_; }  // little-endian
  size_t size() const { return data_.size() / ElementSize(element_); }
  // The numbers, copied; empty if the element type is not T's.
  template <typename T>
  std::vector<T> To() const;

  friend bool operator==(const TypedArray&, const TypedArray&) = default;

 private:
  TypedArray(Element element, Bytes data) : element_(element), data_(std::move(data)) {}

  Element element_ = Element::kUint8;
  Bytes data_;
};

static_assert(std::endian::native == std::endian::little, "numbers are kept as they lie in memory");

template <typename T>
constexpr TypedArray::Element TypedArray::ElementOf() {
  static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8);
  if constexpr (std::is_same_v<T, float>)
    return Element::kFloat32;
  else if constexpr (std::is_same_v<T, double>)
    return Element::kFloat64;
  else if constexpr (sizeof(T) == 1)
    return std::is_signed_v<T> ? Element::kInt8 : Element::kUint8;
  else if constexpr (sizeof(T) == 2)
    return std::is_signed_v<T> ? Element::kInt16 : Element::kUint16;
  else if constexpr (sizeof(T) == 4)
    return std::is_signed_v<T> ? Element::kInt32 : Element::kUint32;
  else
    return std::is_signed_v<T> ? Element::kInt64 : Element::kUint64;
}

template <typename T>
TypedArray TypedArray::Of(std::span<const T> numbers) {
  numbers = numbers.first(std::min(numbers.size(), Bytes::kMaxSize / sizeof(T)));
  return TypedArray(ElementOf<T>(), Bytes::Copy(numbers.data(), numbers.size_bytes()));
}

template <typename T>
std::vector<T> TypedArray::To() const {
  if (element_ != ElementOf<T>() || data_.empty()) return {};
  std::vector<T> numbers(data_.size() / sizeof(T));
  std::memcpy(numbers.data(), data_.data(), data_.size());
  return numbers;
}

}  // namespace hawser

#endif  // HAWSER_TYPED_ARRAY_H_
