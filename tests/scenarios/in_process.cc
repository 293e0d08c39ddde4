#include <unistd.h>

#include "broker/builtins.h"
#include "broker/load_plugins.h"
#include "hawser/base/check.h"
#include "hawser/base/log.h"
#include "tests/scenarios/main_side.h"
#include "tests/scenarios/plugin_folder.h"
#include "tests/support/broker_harness.h"

namespace hawser::scenarios {
namespace {

class InProcess final : public MainSide {
 public:
  explicit InProcess(const std::vector<std::string>& plugins)
      : folder_(plugins), harness_({.listen = true, .main_dir = folder_.path()}) {
    // As the daemon of these tests does: no word about what is well.
    HAWSER_CHECK(base::ConfigureLog({.level = base::LogLevel::kWarning}).ok(), "log");
    absl::Status builtins = broker::AddBuiltins(harness_.broker());
    HAWSER_CHECK(builtins.ok(), builtins.ToString());
    int refused = broker::LoadPlugins(harness_.broker(), {}, {folder_.path()});
    HAWSER_CHECK(refused == 0, "plugins were refused");
  }

  std::string endpoint() const override { return harness_.socket(); }
  pid_t pid() const override { return getpid(); }
  void PassTime(absl::Duration time) override { harness_.Advance(time); }

 private:
  const PluginFolder folder_;
  tests::BrokerHarness harness_;
};

}  // namespace

std::unique_ptr<MainSide> StartInProcess(const std::vector<std::string>& plugins) {
  return std::make_unique<InProcess>(plugins);
}

}  // namespace hawser::scenarios
