#include "gtest/gtest.h"
#include "hawser/base/check.h"
#include "tests/scenarios/main_side.h"
#include "tests/scenarios/plugin_folder.h"
#include "tests/support/child_process.h"

namespace hawser::scenarios {
namespace {

class Daemon final : public MainSide {
 public:
  explicit Daemon(const std::vector<std::string>& plugins)
      : plugins_(plugins),
        process_("broker/hawserd", {"--listen", endpoint(), "--plugin-dir", plugins_.path(),
                                    "--log-level", "warning", "--drain", "1"}) {
    HAWSER_CHECK(process_.ReadLine() == "hawserd: listening on " + endpoint(), endpoint());
  }
  // Every scenario ends with a daemon that leaves when it is told, and in order.
  ~Daemon() override {
    EXPECT_TRUE(process_.Terminate(absl::Seconds(10))) << "hawserd does not end well";
  }

  std::string endpoint() const override { return "unix:" + socket_path(); }
  pid_t pid() const override { return process_.pid(); }
  void PassTime(absl::Duration /*time*/) override {}

 private:
  std::string socket_path() const { return folder_.path() + "/hawser.sock"; }

  const tests::TempDir folder_;
  const PluginFolder plugins_;
  tests::ChildProcess process_;
};

}  // namespace

std::unique_ptr<MainSide> StartDaemon(const std::vector<std::string>& plugins) {
  return std::make_unique<Daemon>(plugins);
}

}  // namespace hawser::scenarios
