#include "tests/scenarios/plugin_folder.h"

#include <filesystem>
#include <system_error>

#include "hawser/base/check.h"

namespace hawser::scenarios {

namespace fs = std::filesystem;

PluginFolder::PluginFolder(const std::vector<std::string>& plugins) {
  for (const std::string& plugin : plugins) {
    // A copy: a link would be resolved, and the plugin's path be one in Bazel's folders.
    fs::path from;
    for (const char* folder : {"plugins", "tests/testdata/plugins"}) {
      if (fs::exists(fs::path(folder) / plugin)) from = fs::path(folder) / plugin;
    }
    if (from.empty()) from = "tests/testdata/plugins/exports";
    from /= plugin + ".so";
    std::error_code error;
    fs::copy_file(from, fs::path(path()) / from.filename(), error);
    HAWSER_CHECK(!error, from.string() + ": " + error.message());
  }
}

}  // namespace hawser::scenarios
