#ifndef HAWSER_BROKER_HOST_SHARED_LIBRARY_H_
#define HAWSER_BROKER_HOST_SHARED_LIBRARY_H_

// SharedLibrary: a library loaded with dlopen, closed by its destructor. All of its symbols are
// bound at once, so that a missing one is found when it is loaded and not in the middle of a call.
// Thread-compatible.

#include <string>

#include "absl/status/statusor.h"

namespace hawser::broker {

class SharedLibrary {
 public:
  // NOT_FOUND: no such file. UNAVAILABLE: it is not whole, as while it is being copied. (One that is
  // cut short while it is mapped ends the process: replace a library by renaming another.)
  // INVALID_ARGUMENT: it is no library, or needs a symbol or library that is not there; the message
  // is the loader's own.
  static absl::StatusOr<SharedLibrary> Open(const std::string& path);

  SharedLibrary(SharedLibrary&& other) noexcept;
  SharedLibrary& operator=(SharedLibrary&& other) noexcept;
  ~SharedLibrary();

  // Null if it exports no such symbol.
  void* Symbol(const char* name) const;
  // As the process has it mapped: absolute, links resolved.
  const std::string& path() const { return path_; }

  // Closes it. False if it stays in memory all the same, because something in it pins it (a
  // destructor of a thread, a unique symbol, or another user): it must not be taken for gone, nor
  // its file for replaceable.
  bool Close();

 private:
  SharedLibrary(void* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

  void* handle_;
  std::string path_;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_HOST_SHARED_LIBRARY_H_
