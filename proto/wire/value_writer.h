#ifndef HAWSER_PROTO_WIRE_VALUE_WRITER_H_
#define HAWSER_PROTO_WIRE_VALUE_WRITER_H_

// Values as messages, into either sink. Instantiated in value_writer.cc.

#include <cstdint>

#include "hawser/value.h"
#include "proto/wire/tags.h"
#include "proto/wire/varint.h"

namespace hawser::wire {

// Writes `value` as a field of type Value. Objects become the sink's next references.
template <typename Sink>
void PutAnyValue(Sink& sink, uint32_t tag, const Value& value);
template <typename Sink>
void PutValue(Sink& sink, uint32_t tag, const Value& value) {
  if (value.is(Kind::kInt)) return sink.Nested(tag, ValueTag::kInteger, ZigZag(value.AsInt()));
  PutAnyValue(sink, tag, value);
}

// The same for a value that holds no objects; one that does has null in their place.
template <typename Sink>
void PutCopiedValue(Sink& sink, uint32_t tag, const Value& value);

// Writes `error` as a field of type Error.
template <typename Sink>
void PutError(Sink& sink, uint32_t tag, const Error& error);

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_VALUE_WRITER_H_
