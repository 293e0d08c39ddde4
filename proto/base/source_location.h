#ifndef PROTO_BASE_SOURCE_LOCATION_H_
#define PROTO_BASE_SOURCE_LOCATION_H_

// A source_location that is one type for all compilers: programs and plugins may be built with
// another one than the libraries they link, and clang before 16 lacks what the standard's is made of.
//
//   void Register(std::string name, base::SourceLocation where = base::SourceLocation::current());

#include <cstdint>

namespace hawser::base {

class SourceLocation {
 public:
  // Where it is called, or where the function is whose default argument it is.
  static constexpr SourceLocation current(const char* file = __builtin_FILE(),
                                          uint32_t line = __builtin_LINE()) {
    SourceLocation location;
    location.file_ = file;
    location.line_ = line;
    return location;
  }
  constexpr const char* file_name() const { return file_; }
  constexpr uint32_t line() const { return line_; }

 private:
  const char* file_ = "";
  uint32_t line_ = 0;
};

}  // namespace hawser::base

#endif  // PROTO_BASE_SOURCE_LOCATION_H_
