#ifndef HAWSER_BROKER_INSPECT_READABLE_H_
#define HAWSER_BROKER_INSPECT_READABLE_H_

// What inspection answers with is made of texts from everywhere: files, modules, functions of
// theirs, the clients. One of them that is no UTF-8 could not be sent, and would take all others
// along.

#include "hawser/value.h"

namespace hawser::broker {

// The value with '?' for each byte that is not UTF-8, in strings and in names of fields, however
// deep. The value itself if there is none.
Value Readable(Value value);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_INSPECT_READABLE_H_
