#include "broker/host/shared_library.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

namespace hawser::broker {
namespace {

bool IsMapped(const std::string& path) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    size_t name = line.find('/');
    if (name != std::string::npos && line.compare(name, std::string::npos, path) == 0) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<SharedLibrary> SharedLibrary::Open(const std::string& path) {
  std::error_code error;
  std::filesystem::path file = std::filesystem::canonical(path, error);
  if (error) return absl::NotFoundError(path + ": " + error.message());
  if (!std::filesystem::is_regular_file(file, error))
    return absl::InvalidArgumentError(path + " is not a file");
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    // The loader begins with the file, unless it is another one that is wrong.
    std::string why = dlerror();
    std::string named = file.string() + ": ";
    if (why.starts_with(named)) why.erase(0, named.size());
    return absl::InvalidArgumentError(path + " cannot be loaded: " + why);
  }
  return SharedLibrary(handle, file.string());
}

SharedLibrary::SharedLibrary(SharedLibrary&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

SharedLibrary& SharedLibrary::operator=(SharedLibrary&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(path_, other.path_);
  return *this;
}

SharedLibrary::~SharedLibrary() { Close(); }

void* SharedLibrary::Symbol(const char* name) const { return dlsym(handle_, name); }

bool SharedLibrary::Close() {
  if (handle_ == nullptr) return true;
  dlclose(std::exchange(handle_, nullptr));
  return !IsMapped(path_);
}

}  // namespace hawser::broker
