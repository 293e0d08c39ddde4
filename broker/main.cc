// hawserd: the Hawser object broker. Only wires: see config.h for what it is told, broker.h for
// what it is.

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "absl/synchronization/mutex.h"
#include "broker/broker.h"
#include "broker/builtins.h"
#include "broker/config.h"
#include "broker/load_plugins.h"
#include "hawser/base/log.h"
#include "hawser/base/string_view.h"
#include "hawser/base/version.h"

namespace hawser::broker {
namespace {

// Signals that end the broker. Blocked before the first thread starts, so that only the wait below
// gets them. A hangup that whoever started the broker had ignored, as nohup does, stays ignored.
sigset_t EndingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  struct sigaction inherited = {};
  sigaction(SIGHUP, nullptr, &inherited);
  if (inherited.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
  return signals;
}

// Of a process that was started without them the next files opened get their numbers, and what is
// printed would go into those.
void OpenStandardDescriptors() {
  int opened = 0;
  do {
    opened = open("/dev/null", O_RDWR);
  } while (opened >= 0 && opened <= STDERR_FILENO);
  if (opened >= 0) close(opened);
}

// Before main, and before libraries start, for those open descriptors too.
[[gnu::used, gnu::section(".preinit_array")]] void (*const kOpenFirst)() = &OpenStandardDescriptors;

// What a shell allows by default is few, and each connection takes three.
void RaiseDescriptorLimit() {
  constexpr rlim_t kMost = 1 << 20;  // more than any broker needs; some code walks them all
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = std::max(files.rlim_cur, std::min(files.rlim_max, kMost));
  setrlimit(RLIMIT_NOFILE, &files);
}

int Serve(const Config& config) {
  RaiseDescriptorLimit();
  Broker::Options options;
  options.sockets = config.sockets;
  options.insecure_tcp = config.tcp;
  options.main_dir = config.main_dir;
  options.limits.lease_ttl = config.lease_ttl;
  options.limits.drain = config.drain;
  absl::StatusOr<std::unique_ptr<Broker>> started = Broker::Start(std::move(options));
  if (!started.ok()) {
    std::cerr << "hawserd: " << base::ToStd(started.status().message()) << std::endl;
    if (absl::IsPermissionDenied(started.status()))
      std::cerr << "  to listen where user " << geteuid() << " may: hawserd --listen unix:PATH"
                << std::endl;
    return 1;
  }
  Broker& broker = **started;
  if (absl::Status status = AddBuiltins(broker); !status.ok()) {
    std::cerr << "hawserd: " << base::ToStd(status.message()) << std::endl;
    return 1;
  }
  LoadPlugins(broker, config.plugins, config.plugin_dirs);
  LoadPluginsOnRequire(broker);
  broker.Serve();
  for (const std::string& address : broker.addresses()) {
    std::printf("hawserd: listening on %s\n", address.c_str());
    base::Log(base::LogLevel::kInfo, "listening",
              {{"address", address}, {"pid", getpid()}, {"version", base::kVersion}});
  }
  std::fflush(stdout);

  sigset_t signals = EndingSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  base::Log(base::LogLevel::kInfo, "draining",
            {{"signal", strsignal(signal)}, {"within", config.drain}});
  // A second signal does not wait for anybody.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  bool clean = broker.Stop(config.drain);
  base::Log(base::LogLevel::kInfo, "stopped", {{"clean", clean}});
  // Code of a module that never returned still uses what would now be destroyed.
  if (!clean) _exit(0);
  return 0;
}

}  // namespace
}  // namespace hawser::broker

int main(int argc, char** argv) {
  namespace broker = hawser::broker;
  // Abseil's detector walks a graph of locks on each lock gRPC takes.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  signal(SIGPIPE, SIG_IGN);
  // What gRPC would write to stderr in its own words comes back as a status. Whoever looks into gRPC
  // itself sets the variable.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  broker::ParsedConfig parsed = broker::ParseCommandLine(argc, argv);
  if (!parsed.config) return parsed.exit_code;
  if (absl::Status status = hawser::base::ConfigureLog(parsed.config->log); !status.ok()) {
    std::cerr << "hawserd: " << hawser::base::ToStd(status.message()) << std::endl;
    return 1;
  }
  sigset_t signals = broker::EndingSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (parsed.config->check_plugin) return broker::CheckPlugin(*parsed.config->check_plugin);
  return broker::Serve(*parsed.config);
}
