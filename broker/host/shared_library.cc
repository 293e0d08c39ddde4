#include "broker/host/shared_library.h"

#include <dlfcn.h>
#include <elf.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"

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

// A file that is still being copied has less than its headers say. Mapped all the same, the first
// touch of what is missing would end this process by SIGBUS.
absl::Status CheckWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return absl::OkStatus();  // the loader says why
  const auto size = static_cast<uint64_t>(std::max<std::streamoff>(file.tellg(), 0));
  auto read = [&](uint64_t offset, void* to, size_t bytes) {
    file.seekg(static_cast<std::streamoff>(offset));
    return bool(file.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes)));
  };
  auto partial = [&](uint64_t needed) {
    return absl::UnavailableError(absl::StrCat(path, " is not whole: it has ", size, " bytes of ",
                                               needed, " at least; is it still being copied?"));
  };
  if (size == 0) return partial(sizeof(Elf64_Ehdr));
  Elf64_Ehdr header = {};
  const size_t there = std::min<size_t>(size, sizeof(header));
  if (!read(0, &header, there)) return absl::OkStatus();
  if (std::memcmp(header.e_ident, ELFMAG, std::min<size_t>(there, SELFMAG)) != 0)
    return absl::OkStatus();
  if (there < sizeof(header)) return partial(sizeof(header));
  // Of another machine: refused before anything of it is mapped.
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr))
    return absl::OkStatus();
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment = {};
    const uint64_t at = header.e_phoff + i * sizeof(segment);
    if (at > size || size - at < sizeof(segment)) return partial(at + sizeof(segment));
    if (!read(at, &segment, sizeof(segment))) return absl::OkStatus();
    if (segment.p_type == PT_LOAD &&
        (segment.p_offset > size || size - segment.p_offset < segment.p_filesz))
      return partial(segment.p_offset + segment.p_filesz);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SharedLibrary> SharedLibrary::Open(const std::string& path) {
  std::error_code error;
  std::filesystem::path file = std::filesystem::canonical(path, error);
  if (error) return absl::NotFoundError(path + ": " + error.message());
  if (!std::filesystem::is_regular_file(file, error))
    return absl::InvalidArgumentError(path + " is not a file");
  if (absl::Status status = CheckWhole(path); !status.ok()) return status;
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
