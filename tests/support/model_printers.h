#ifndef TESTS_SUPPORT_MODEL_PRINTERS_H_
#define TESTS_SUPPORT_MODEL_PRINTERS_H_

// How GoogleTest shows values and errors when an expectation fails.

#include <ostream>

#include "hawser/error.h"
#include "hawser/value.h"

namespace hawser {

inline void PrintTo(const Value& value, std::ostream* out) { *out << value.ToString(); }
inline void PrintTo(const Error& error, std::ostream* out) { *out << error.ToString(); }

}  // namespace hawser

#endif  // TESTS_SUPPORT_MODEL_PRINTERS_H_
