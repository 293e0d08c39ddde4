#include "broker/core/module_registry.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "hawser/base/string_view.h"
#include "hawser/call_check.h"

namespace hawser::broker {
namespace {

using base::ToAbsl;

bool IsModuleName(std::string_view name) {
  constexpr size_t kLongest = 128;
  return !name.empty() && name.size() <= kLongest &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '.' || c == '-';
         });
}

ModuleRegistry::Required AsRequired(const HostedModule& module) {
  return {module.exports(), std::string(module.name()), module.builtin()};
}

}  // namespace

ModuleRegistry::ModuleRegistry(const base::Clock& clock)
    : clock_(clock),
      order_(std::make_shared<const Modules>()),
      hooks_(std::make_shared<const Modules>()) {}

absl::Status ModuleRegistry::Add(ModulePtr module, std::string path) {
  std::string name(module->name());
  if (!IsModuleName(name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", name, "' is no name for a module: use A-Z a-z 0-9 _ . -"));
  }
  base::MutexLock lock(mu_);
  auto [entry, added] = modules_.try_emplace(name);
  if (!added) {
    const Listed& other = entry->second;
    std::string there = absl::StrCat("a module named '", name, "' is there already");
    if (other.module == nullptr) {
      return absl::UnavailableError(
          absl::StrCat(there, ", provided by session ", other.provider.Short()));
    }
    return absl::AlreadyExistsError(absl::StrCat(
        there, other.path.empty() ? ", built in" : absl::StrCat(", loaded from ", other.path)));
  }
  entry->second = {name, std::move(path), module, nullptr, {}, clock_.WallNow()};
  auto order = std::make_shared<Modules>(*order_);
  order->push_back(std::move(module));
  order_ = std::move(order);
  Rebuild();
  return absl::OkStatus();
}

void ModuleRegistry::Remove(const ModulePtr& module) {
  base::MutexLock lock(mu_);
  auto entry = modules_.find(module->name());
  if (entry == modules_.end() || entry->second.module != module) return;
  modules_.erase(entry);
  auto order = std::make_shared<Modules>(*order_);
  std::erase(*order, module);
  order_ = std::move(order);
  Rebuild();
}

void ModuleRegistry::Rebuild() {
  auto hooks = std::make_shared<Modules>();
  for (const ModulePtr& module : *order_) {
    if (module->has_entry_hook()) hooks->push_back(module);
  }
  hooks_ = std::move(hooks);
  version_.fetch_add(1, std::memory_order_acq_rel);
}

absl::Status ModuleRegistry::AddProvided(std::string_view name, ObjectRef object,
                                         SessionId provider, size_t max_names) {
  if (!IsModuleName(name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", ToAbsl(name.substr(0, 200)), "' is no name for a module: use A-Z a-z 0-9 _ . -"));
  }
  ObjectRef replaced;  // dropped after the lock
  base::MutexLock lock(mu_);
  auto entry = modules_.find(name);
  if (entry != modules_.end()) {
    Listed& other = entry->second;
    if (other.module != nullptr) {
      return absl::AlreadyExistsError(absl::StrCat("a module named '", ToAbsl(name),
                                                   "' is loaded; provide under another name"));
    }
    if (other.provider != provider) {
      return absl::AlreadyExistsError(absl::StrCat("session ", other.provider.Short(),
                                                   " provides '", ToAbsl(name), "' already"));
    }
    replaced = std::exchange(other.provided, std::move(object));
    return absl::OkStatus();
  }
  size_t names = 0;
  for (const auto& [key, listed] : modules_) {
    if (listed.module == nullptr && listed.provider == provider) ++names;
  }
  if (names >= max_names) {
    return absl::ResourceExhaustedError(absl::StrCat("provided_names: this session provides ",
                                                     names, " modules (limit ", max_names, ")"));
  }
  std::string key(name);
  modules_.emplace(key, Listed{key, "", nullptr, std::move(object), provider, clock_.WallNow()});
  return absl::OkStatus();
}

void ModuleRegistry::RemoveProvided(const SessionId& provider) {
  std::vector<ObjectRef> dropped;
  base::MutexLock lock(mu_);
  for (auto entry = modules_.begin(); entry != modules_.end();) {
    Listed& listed = entry->second;
    if (listed.module == nullptr && listed.provider == provider) {
      dropped.push_back(std::move(listed.provided));
      entry = modules_.erase(entry);
    } else {
      ++entry;
    }
  }
}

absl::StatusOr<ModuleRegistry::Required> ModuleRegistry::Require(std::string_view name) const {
  // No module's name looks like a path.
  if (name.find('/') != std::string_view::npos) return RequireByPath(name);
  std::vector<std::string> known;
  ObjectRef provided;
  {
    base::MutexLock lock(mu_);
    auto entry = modules_.find(name);
    if (entry != modules_.end() && entry->second.module != nullptr) {
      return AsRequired(*entry->second.module);
    }
    if (entry != modules_.end()) provided = entry->second.provided;
    // Sessions may provide very many, and more than these give no hint.
    if (provided == nullptr && modules_.size() <= kMostCandidates) {
      for (const auto& [key, listed] : modules_) known.push_back(key);
    }
  }
  // Who asks anew because an object is gone must not get it again.
  if (provided != nullptr && provided->gone() != GoneReason::kAlive) {
    return absl::NotFoundError(absl::StrCat("module '", base::ToAbsl(name), "' is gone: ",
                                            base::ToAbsl(GoneReasonName(provided->gone()))));
  }
  if (provided != nullptr) return Required{Value(std::move(provided)), std::string(name)};
  return NotFound("module", name, known);
}

absl::StatusOr<ModuleRegistry::Required> ModuleRegistry::RequireByPath(
    std::string_view name) const {
  namespace fs = std::filesystem;
  if (main_dir_.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "no module '", ToAbsl(name), "': require by path needs a main folder (hawserd --main)"));
  }
  fs::path main = fs::path(main_dir_).lexically_normal();
  std::string wanted = (main / fs::path(name)).lexically_normal().string();
  std::string inside = main.string();
  if (inside.back() != '/') inside += '/';
  if (wanted.compare(0, inside.size(), inside) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("'", ToAbsl(name), "' leads outside the main folder ", main_dir_));
  }
  // By their text, as what is loaded may have left its place; and as the files they lead to. Links
  // are followed: whoever put one into the folder may put a file there as well.
  std::vector<std::string> files = {wanted + ".so", wanted};
  std::string present;
  for (size_t i = 0; i < 2; ++i) {
    std::error_code error;
    fs::path file = fs::canonical(files[i], error);
    if (error || !fs::is_regular_file(file, error)) continue;
    if (present.empty()) present = file.string();
    files.push_back(file.string());
  }
  std::optional<Required> found = LoadedFrom(files);
  absl::Status status;
  if (!found && !present.empty() && loader_) {
    status = Load(present);
    found = LoadedFrom(files);
  }
  if (found) return *std::move(found);
  if (!status.ok()) return status;
  return absl::NotFoundError(absl::StrCat("there is no ", wanted, ".so or ", wanted));
}

std::optional<ModuleRegistry::Required> ModuleRegistry::LoadedFrom(
    std::span<const std::string> files) const {
  base::MutexLock lock(mu_);
  for (const auto& [key, listed] : modules_) {
    if (listed.module != nullptr && std::ranges::find(files, listed.path) != files.end())
      return AsRequired(*listed.module);
  }
  return std::nullopt;
}

absl::Status ModuleRegistry::Load(const std::string& file) const {
  {
    base::MutexLock lock(mu_);
    while (loading_) loaded_.Wait(mu_);
    loading_ = true;
  }
  // Who waited may find that it was loaded meanwhile.
  absl::Status status = LoadedFrom(std::span(&file, 1)) ? absl::OkStatus() : loader_(file);
  base::MutexLock lock(mu_);
  loading_ = false;
  loaded_.NotifyAll();
  return status;
}

absl::StatusOr<Value> ModuleRegistry::Builtin(std::string_view name) const {
  {
    base::MutexLock lock(mu_);
    auto entry = modules_.find(name);
    if (entry != modules_.end() && entry->second.module != nullptr &&
        entry->second.module->builtin()) {
      return entry->second.module->exports();
    }
  }
  return NotFound("built-in module", name, BuiltinNames());
}

absl::StatusOr<Value> ModuleRegistry::Global(std::string_view name) const {
  std::shared_ptr<const Modules> all = modules();
  for (const ModulePtr& module : *all) {
    if (Value value = module->Global(name); !value.is_undefined()) return value;
  }
  std::vector<std::string> known;
  for (const ModulePtr& module : *all) {
    for (std::string& global : module->GlobalNames()) known.push_back(std::move(global));
  }
  return NotFound("global", name, known);
}

absl::Status ModuleRegistry::NotFound(std::string_view what, std::string_view name,
                                      const std::vector<std::string>& known) const {
  constexpr size_t kShown = 200;
  std::string text =
      absl::StrCat("no ", ToAbsl(what), " named '", ToAbsl(name.substr(0, kShown)), "'");
  if (std::vector<std::string> near = Nearest(name, known); !near.empty()) {
    absl::StrAppend(&text, "; did you mean '", absl::StrJoin(near, "' or '"), "'?");
  }
  return absl::NotFoundError(text);
}

std::vector<ModuleRegistry::Listed> ModuleRegistry::List() const {
  std::vector<Listed> list;
  base::MutexLock lock(mu_);
  list.reserve(modules_.size());
  for (const auto& [name, listed] : modules_) list.push_back(listed);
  return list;
}

std::vector<std::string> ModuleRegistry::BuiltinNames() const {
  std::vector<std::string> names;
  base::MutexLock lock(mu_);
  for (const auto& [name, listed] : modules_) {
    if (listed.module != nullptr && listed.module->builtin()) names.push_back(name);
  }
  return names;
}

std::shared_ptr<const ModuleRegistry::Modules> ModuleRegistry::modules() const {
  base::MutexLock lock(mu_);
  return order_;
}

std::shared_ptr<const ModuleRegistry::Modules> ModuleRegistry::hooks() const {
  base::MutexLock lock(mu_);
  return hooks_;
}

}  // namespace hawser::broker
