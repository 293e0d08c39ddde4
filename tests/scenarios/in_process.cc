#include <unistd.h>

#include "broker/host/plugin_loader.h"
#include "hawser/base/check.h"
#include "tests/scenarios/main_side.h"
#include "tests/scenarios/plugin_folder.h"
#include "tests/support/broker_harness.h"

namespace hawser::scenarios {
namespace {

class InProcess final : public MainSide {
 public:
  explicit InProcess(const std::vector<std::string>& plugins)
      : folder_(plugins), harness_({.listen = true, .main_dir = folder_.path()}) {
    for (const std::string& plugin : plugins) Load(plugin);
  }

  std::string endpoint() const override { return harness_.socket(); }
  pid_t pid() const override { return getpid(); }
  void PassTime(absl::Duration time) override { harness_.Advance(time); }

 private:
  void Load(const std::string& name) {
    absl::StatusOr<broker::Plugin> plugin =
        broker::Plugin::Load(folder_.path() + "/" + name + ".so");
    HAWSER_CHECK(plugin.ok(), plugin.status().ToString());
    std::string path = plugin->path();
    broker::Broker& broker = harness_.broker();
    auto module = broker::Plugin::CreateModule(*std::move(plugin), broker.NewHost(name));
    HAWSER_CHECK(module.ok(), module.status().ToString());
    absl::Status added = broker.AddModule(*std::move(module), path);
    HAWSER_CHECK(added.ok(), added.ToString());
  }

  const PluginFolder folder_;
  tests::BrokerHarness harness_;
};

}  // namespace

std::unique_ptr<MainSide> StartInProcess(const std::vector<std::string>& plugins) {
  return std::make_unique<InProcess>(plugins);
}

}  // namespace hawser::scenarios
