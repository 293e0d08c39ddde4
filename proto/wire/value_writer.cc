#include "proto/wire/value_writer.h"

#include <bit>

#include "hawser/typed_array.h"
#include "proto/wire/frame.h"
#include "proto/wire/sink.h"

namespace hawser::wire {
namespace {

// Whether objects in the value are named by the frame's table, or cannot be.
enum class Objects { kReferenced, kNull };

template <typename Sink>
class ValuePutter {
 public:
  ValuePutter(Sink& sink, Objects objects) : sink_(sink), objects_(objects) {}

  // `depth`: levels around `value`.
  void Put(uint32_t tag, const Value& value, int depth) {
    // Scalars are measured where they are written: noting their sizes would cost more than finding
    // them twice.
    switch (value.kind()) {
      case Kind::kUndefined:
        return sink_.Nested(tag, ValueTag::kUndefined, 1);
      case Kind::kNull:
        return sink_.Nested(tag, ValueTag::kNull, 1);
      case Kind::kBool:
        return sink_.Nested(tag, ValueTag::kBoolean, value.AsBool() ? 1 : 0);
      case Kind::kInt:
        return sink_.Nested(tag, ValueTag::kInteger, ZigZag(value.AsInt()));
      case Kind::kDouble:
        return sink_.Sized(tag, kTagBytes + sizeof(double), [&] {
          sink_.Fixed64(ValueTag::kNumber, std::bit_cast<uint64_t>(value.AsDouble()));
        });
      case Kind::kDate:
        return sink_.Nested(tag, ValueTag::kDateMs, ZigZag(value.AsDate().unix_ms));
      case Kind::kString:
        return PutBlob(tag, ValueTag::kString, value.AsString());
      case Kind::kBytes:
        return PutBlob(tag, ValueTag::kBytes, value.AsBytes().view());
      case Kind::kObject:
        if (objects_ == Objects::kNull) return sink_.Nested(tag, ValueTag::kNull, 1);
        return sink_.Nested(tag, ValueTag::kReference, sink_.NextReference());
      case Kind::kTypedArray:
        return sink_.Message(tag, [&] { PutTypedArray(value.AsTypedArray()); });
      case Kind::kArray:
      case Kind::kRecord:
      case Kind::kError:
        // Deeper values were refused before; this only keeps the stack safe from a caller who
        // forgot to ask.
        if (depth == WireLimits::kMaxDepth) return sink_.Nested(tag, ValueTag::kUndefined, 1);
        return sink_.Message(tag, [&] { PutContainer(value, depth + 1); });
    }
  }

  // `depth`: levels around what the error holds.
  void PutError(uint32_t tag, const Error& error, int depth) {
    sink_.Message(tag, [&] {
      sink_.Number(ErrorTag::kCode, static_cast<uint64_t>(error.code()));
      sink_.Text(ErrorTag::kName, error.name());
      sink_.Text(ErrorTag::kMessage, error.message());
      if (!error.cause().is_undefined()) Put(ErrorTag::kCause, error.cause(), depth);
      if (error.members().empty() || depth == WireLimits::kMaxDepth) return;
      PutRecord(ErrorTag::kMembers, error.members(), depth + 1);
    });
  }

 private:
  void PutBlob(uint32_t tag, uint32_t kind_tag, std::string_view content) {
    sink_.Sized(tag, BlobSize(content.size()), [&] { sink_.Blob(kind_tag, content); });
  }

  void PutContainer(const Value& value, int depth) {
    switch (value.kind()) {
      case Kind::kArray:
        return sink_.Message(ValueTag::kArray, [&] {
          for (const Value& item : value.AsArray()) Put(ArrayTag::kItems, item, depth);
        });
      case Kind::kRecord:
        return PutRecord(ValueTag::kRecord, value.AsRecord(), depth);
      default:
        return PutError(ValueTag::kError, value.AsError(), depth);
    }
  }

  void PutRecord(uint32_t tag, const Record& record, int depth) {
    sink_.Message(tag, [&] {
      for (const Record::Field& field : record) {
        sink_.Message(RecordTag::kFields, [&] {
          if (!field.first.empty()) sink_.Blob(FieldTag::kName, field.first);
          Put(FieldTag::kValue, field.second, depth);
        });
      }
    });
  }

  void PutTypedArray(const TypedArray& array) {
    sink_.Message(ValueTag::kTypedArray, [&] {
      sink_.Number(TypedArrayTag::kElement, static_cast<uint64_t>(array.element()));
      if (!array.data().empty()) sink_.Blob(TypedArrayTag::kData, array.data().view());
    });
  }

  Sink& sink_;
  const Objects objects_;
};

}  // namespace

template <typename Sink>
void PutAnyValue(Sink& sink, uint32_t tag, const Value& value) {
  ValuePutter<Sink>(sink, Objects::kReferenced).Put(tag, value, 0);
}

template <typename Sink>
void PutCopiedValue(Sink& sink, uint32_t tag, const Value& value) {
  ValuePutter<Sink>(sink, Objects::kNull).Put(tag, value, 0);
}

template <typename Sink>
void PutError(Sink& sink, uint32_t tag, const Error& error) {
  ValuePutter<Sink>(sink, Objects::kReferenced).PutError(tag, error, 1);
}

template void PutAnyValue(SizeSink&, uint32_t, const Value&);
template void PutAnyValue(WriteSink&, uint32_t, const Value&);
template void PutCopiedValue(SizeSink&, uint32_t, const Value&);
template void PutCopiedValue(WriteSink&, uint32_t, const Value&);
template void PutError(SizeSink&, uint32_t, const Error&);
template void PutError(WriteSink&, uint32_t, const Error&);

}  // namespace hawser::wire
