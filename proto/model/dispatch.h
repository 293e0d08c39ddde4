#ifndef HAWSER_DISPATCH_H_
#define HAWSER_DISPATCH_H_

// Calls between objects of one process. For the model and the plugin API; module code uses
// hawser::Function.

#include <string_view>

#include "hawser/object.h"

namespace hawser::internal {

// Calls made by calls made by calls ... on one stack, before the next one is queued.
inline constexpr int kMaxInlineDepth = 8;

// Has `target` run a call where it belongs: at once if it may run on this thread and the stack is
// not too deep, else queued at its home. `reply` is answered in every case; an empty one says that
// nobody takes the answer. Thread-safe; the target's code and the taker of the answer may run before
// it returns, so the caller holds no lock.
void Dispatch(Object& target, Op op, std::string_view member, Array args, Reply reply);

}  // namespace hawser::internal

#endif  // HAWSER_DISPATCH_H_
