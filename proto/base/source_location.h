#ifndef PROTO_BASE_SOURCE_LOCATION_H_
#define PROTO_BASE_SOURCE_LOCATION_H_

// The standard's source_location, also for clang before 16, which lacks the builtin it is made of.
//
//   void Register(std::string name, base::SourceLocation where = base::SourceLocation::current());

#include <cstdint>
#include <source_location>

namespace hawser::base {

#ifdef __cpp_lib_source_location
using SourceLocation = std::source_location;
#else
class SourceLocation {
 public:
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
#endif

}  // namespace hawser::base

#endif  // PROTO_BASE_SOURCE_LOCATION_H_
