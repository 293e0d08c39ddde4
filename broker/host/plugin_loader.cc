#include "broker/host/plugin_loader.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "hawser/base/keep_for_ever.h"

namespace hawser::broker {
namespace {

constexpr size_t kMaxNameBytes = 64;

bool IsName(const char* name) {
  if (name == nullptr) return false;
  std::string_view text(name);
  if (text.empty() || text.size() > kMaxNameBytes) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) {
                       return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
                              c == '-' || c == '.';
                     }) &&
         text.front() != '.';
}

absl::Status CheckInfo(const std::string& path, const hawser_plugin_info* info) {
  if (info == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": hawser_plugin() describes nothing; define the plugin with HAWSER_MODULE"));
  }
  // The version first: if it differs, nothing after it can be trusted to be where it is looked for.
  if (info->abi_version != HAWSER_ABI_VERSION || info->size < sizeof(hawser_plugin_info)) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " was built for plugin ABI ", info->abi_version, ", this broker has ABI ",
        HAWSER_ABI_VERSION, "; build it again with this version's headers"));
  }
  if (info->fingerprint == nullptr ||
      std::string_view(info->fingerprint) != HAWSER_BUILD_FINGERPRINT) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " was built with [", info->fingerprint == nullptr ? "nothing" : info->fingerprint,
        "], this broker with [", HAWSER_BUILD_FINGERPRINT,
        "]; build it again with the same compiler and libraries"));
  }
  if (!IsName(info->name)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": the module's name \"", info->name == nullptr ? "" : info->name,
                     "\" is none; use 1 to ", kMaxNameBytes, " of A-Z a-z 0-9 _ . -"));
  }
  if (info->create == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": the plugin has no create function; define it with HAWSER_MODULE"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Plugin> Plugin::Load(const std::string& path) {
  absl::StatusOr<SharedLibrary> library = SharedLibrary::Open(path);
  if (!library.ok()) return library.status();
  auto describe = reinterpret_cast<hawser_plugin_function>(library->Symbol(HAWSER_PLUGIN_SYMBOL));
  if (describe == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is no Hawser plugin: it exports no " HAWSER_PLUGIN_SYMBOL
                           "; define it with HAWSER_MODULE"));
  }
  const hawser_plugin_info* info = nullptr;
  try {
    info = describe();
  } catch (...) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": hawser_plugin() threw; define the plugin with HAWSER_MODULE"));
  }
  if (absl::Status status = CheckInfo(path, info); !status.ok()) return status;
  return Plugin(*std::move(library), info);
}

absl::StatusOr<std::shared_ptr<HostedModule>> Plugin::CreateModule(
    Plugin plugin, ModuleHost& host, std::function<void(bool)> on_unloaded) {
  const std::string path = plugin.path();
  char error[512] = "";
  HostedModule* module = nullptr;
  std::string why;
  try {
    module = plugin.info_->create(&host, error, sizeof(error));
    error[sizeof(error) - 1] = '\0';
    why = error[0] != '\0' ? error : "it gave no reason";
  } catch (const std::exception& exception) {
    why = absl::StrCat("it threw: ", exception.what());
  } catch (...) {
    why = "it threw something that is no std::exception";
  }
  if (module == nullptr) {
    return absl::InternalError(
        absl::StrCat(path, ": module ", std::string(plugin.name()), " could not be made: ", why));
  }
  // The library goes after the module whose code it is, and after the last who uses it.
  auto library = std::make_shared<SharedLibrary>(std::move(plugin.library_));
  return std::shared_ptr<HostedModule>(
      module, [library, on_unloaded = std::move(on_unloaded)](HostedModule* gone) {
        // One that was refused has not been told. Again: nothing of it runs.
        gone->OnUnload();
        gone->OnUnload();
        bool left = gone->pins() == 0;
        if (left) {
          delete gone;
          left = library->Close();
        } else {
          // A static of its library may hold one of its objects: that goes when the program ends, and
          // finds both then.
          base::KeepForEver(std::pair(gone, library));
        }
        if (on_unloaded) on_unloaded(left);
      });
}

absl::StatusOr<std::vector<std::string>> PluginFilesIn(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error)
    return absl::NotFoundError(absl::StrCat("plugin folder ", folder, ": ", error.message()));
  std::vector<std::string> files;
  for (const auto& entry : entries) {
    // Hidden ones are what copying tools have not finished.
    bool hidden = entry.path().filename().string().starts_with('.');
    if (!hidden && entry.path().extension() == ".so") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace hawser::broker
