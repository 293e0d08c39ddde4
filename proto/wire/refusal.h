#ifndef HAWSER_PROTO_WIRE_REFUSAL_H_
#define HAWSER_PROTO_WIRE_REFUSAL_H_

// Refusal: why a message is not accepted, and where in it. The function that finds the fault says
// what it is; each one outside of it, on the way back, puts the name of its part in front. All give
// false, so that each is one `return`:
//
//   if (text_is_bad) return refusal->Because("not UTF-8 at byte 3");
//   if (!ReadName(...)) return refusal->In("fields", 7);
//
// which reads "call.args[0].fields[7].name: not UTF-8 at byte 3".
//
// Costs nothing until there is a fault.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace hawser::wire {

class Refusal {
 public:
  // The first fault counts.
  bool Because(std::string_view what) { return Because(absl::StatusCode::kInvalidArgument, what); }
  bool Because(absl::StatusCode code, std::string_view what);
  bool In(std::string_view part);
  bool In(std::string_view part, size_t index);

  bool refused() const { return fault_ != nullptr; }
  // OK if nothing was refused; else with `part` in front.
  absl::Status ToStatusIn(std::string_view part) {
    if (refused()) In(part);
    return ToStatus();
  }
  // OK if nothing was refused.
  absl::Status ToStatus() const { return refused() ? MakeStatus() : absl::OkStatus(); }

 private:
  struct Fault {
    absl::StatusCode code;
    std::string place;
    std::string what;
  };
  absl::Status MakeStatus() const;

  std::unique_ptr<Fault> fault_;
};

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_REFUSAL_H_
