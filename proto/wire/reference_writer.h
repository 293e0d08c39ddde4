#ifndef HAWSER_PROTO_WIRE_REFERENCE_WRITER_H_
#define HAWSER_PROTO_WIRE_REFERENCE_WRITER_H_

// References and shapes as messages, into either sink. Instantiated in reference_writer.cc.

#include "proto/wire/frame.h"

namespace hawser::wire {

// Writes `reference` as an entry of Frame.references.
template <typename Sink>
void PutReference(Sink& sink, const Reference& reference);

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_REFERENCE_WRITER_H_
