#ifndef PROTO_BASE_STATUS_MACROS_H_
#define PROTO_BASE_STATUS_MACROS_H_

// Hand an error on to the caller in one line. Both work in functions that return absl::Status or
// any absl::StatusOr.
//
//   HAWSER_RETURN_IF_ERROR(Check(request));
//   HAWSER_ASSIGN_OR_RETURN(Shape shape, ReadShape(bytes));

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Evaluates `expression`, an absl::Status, and returns it from the enclosing function unless it is
// OK.
#define HAWSER_RETURN_IF_ERROR(expression)                                    \
  do {                                                                        \
    if (::absl::Status hawser_status_ = (expression); !hawser_status_.ok()) { \
      return hawser_status_;                                                  \
    }                                                                         \
  } while (false)

// Evaluates `expression`, an absl::StatusOr, and assigns its value to `target` (a variable, or a
// declaration of one), or returns its status from the enclosing function. It is several statements:
// not for an `if` without braces. The target holds no comma, so a structured binding takes a second
// line.
#define HAWSER_ASSIGN_OR_RETURN(target, ...) \
  HAWSER_ASSIGN_OR_RETURN_(HAWSER_CONCAT_(hawser_status_or_, __COUNTER__), target, __VA_ARGS__)

#define HAWSER_ASSIGN_OR_RETURN_(result, target, ...)  \
  auto result = (__VA_ARGS__);                         \
  if (!result.ok()) return std::move(result).status(); \
  target = *std::move(result)

#define HAWSER_CONCAT_(a, b) HAWSER_CONCAT_INNER_(a, b)
#define HAWSER_CONCAT_INNER_(a, b) a##b

#endif  // PROTO_BASE_STATUS_MACROS_H_
