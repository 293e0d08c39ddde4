#ifndef HAWSER_TESTS_SUPPORT_TEMP_DIR_H_
#define HAWSER_TESTS_SUPPORT_TEMP_DIR_H_

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace hawser::tests {

// A folder of the test's own, with a path short enough for a Unix socket in it. Removed with all it
// holds.
class TempDir {
 public:
  TempDir() {
    char path[] = "/tmp/hawser-test-XXXXXX";
    path_ = mkdtemp(path);
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_SUPPORT_TEMP_DIR_H_
