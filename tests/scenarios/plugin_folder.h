#ifndef TESTS_SCENARIOS_PLUGIN_FOLDER_H_
#define TESTS_SCENARIOS_PLUGIN_FOLDER_H_

#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace hawser::scenarios {

// A folder with the files of some plugins, as Bazel built them for the test.
class PluginFolder {
 public:
  explicit PluginFolder(const std::vector<std::string>& plugins);
  const std::string& path() const { return folder_.path(); }

 private:
  const tests::TempDir folder_;
};

}  // namespace hawser::scenarios

#endif  // TESTS_SCENARIOS_PLUGIN_FOLDER_H_
