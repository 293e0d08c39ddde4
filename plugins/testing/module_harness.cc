#include "hawser/testing/module_harness.h"

#include <array>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "hawser/base/check.h"

namespace hawser::testing {
namespace {

absl::StatusOr<std::unique_ptr<HostedModule>> Create(const hawser_plugin_info& plugin,
                                                     ManualHost& host) {
  std::array<char, 1024> error{};
  HostedModule* module = plugin.create(&host, error.data(), error.size());
  if (module == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("module ", plugin.name, " was not made: ", error.data()));
  }
  return std::unique_ptr<HostedModule>(module);
}

template <typename T>
T OrAbort(absl::StatusOr<T> result) {
  HAWSER_CHECK(result.ok(), result.status().ToString());
  return *std::move(result);
}

}  // namespace

ModuleHarness::ModuleHarness(std::unique_ptr<ManualHost> host, std::unique_ptr<HostedModule> module)
    : host_(std::move(host)) {
  Begin(std::move(module));
}

ModuleHarness::ModuleHarness(const hawser_plugin_info& plugin)
    : host_(std::make_unique<ManualHost>()) {
  Begin(OrAbort(Create(plugin, *host_)));
}

ModuleHarness::ModuleHarness(const std::function<void(Module&)>& body)
    : host_(std::make_unique<ManualHost>()) {
  Begin(OrAbort(Module::Make(*host_, "test", body)));
}

void ModuleHarness::Begin(std::unique_ptr<HostedModule> module) {
  module_ = std::move(module);
  host_->Run();  // what the module has posted
  session_ = std::make_unique<TestSession>(*host_, *module_, std::map<std::string, std::string>());
}

absl::StatusOr<std::unique_ptr<ModuleHarness>> ModuleHarness::Load(
    const hawser_plugin_info& plugin) {
  auto host = std::make_unique<ManualHost>();
  absl::StatusOr<std::unique_ptr<HostedModule>> module = Create(plugin, *host);
  if (!module.ok()) return module.status();
  return std::unique_ptr<ModuleHarness>(new ModuleHarness(std::move(host), *std::move(module)));
}

ModuleHarness::~ModuleHarness() {
  others_.clear();
  session_.reset();
  module_->strand().Post([this] { module_->OnUnload(); });
  host_->Run();
  module_->OnUnload();  // again: nothing of it runs
  if (module_->pins() == 0) return;
  std::fprintf(
      stderr,
      "module %s: %zu objects, functions or tasks are still referred to, so it is not unloaded\n",
      std::string(module_->name()).c_str(), static_cast<size_t>(module_->pins()));
  (void)module_.release();
  (void)host_.release();
}

absl::StatusOr<Value> ModuleHarness::Await(const Value& promise) {
  if (!promise.is_object()) return WrongKind("promise", promise);
  return TestObject(*session_, promise.TakeObject()).Do(Op::kAwait, "", {});
}

TestSession& ModuleHarness::StartSession(std::map<std::string, std::string> attributes) {
  return *others_.emplace_back(
      std::make_unique<TestSession>(*host_, *module_, std::move(attributes)));
}

}  // namespace hawser::testing
