// The plugin is loaded by hawserd in a process of its own, which may crash or hang without harm to
// anybody.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/base/string_view.h"
#include "hawser/record.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

constexpr absl::Duration kDefaultTime = absl::Seconds(30);

bool IsProgram(const std::string& path) { return access(path.c_str(), X_OK) == 0; }

// The folder this program is in.
std::string OwnFolder() {
  std::string path(PATH_MAX, '\0');
  ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0) return "";
  path.resize(static_cast<size_t>(size));
  return path.substr(0, path.rfind('/'));
}

// Next to this program, where an installation or a build tree has it, or in PATH.
absl::StatusOr<std::string> FindDaemon() {
  std::string own = OwnFolder();
  for (const char* place : {"/hawserd", "/../sbin/hawserd", "/../../broker/hawserd"}) {
    if (IsProgram(own + place)) return own + place;
  }
  const char* value = std::getenv("PATH");
  std::string_view path = value == nullptr ? std::string_view() : std::string_view(value);
  while (!path.empty()) {
    size_t colon = std::min(path.find(':'), path.size());
    std::string program = std::string(path.substr(0, colon)) + "/hawserd";
    if (IsProgram(program)) return program;
    path.remove_prefix(std::min(colon + 1, path.size()));
  }
  return Fail(Exit::kUnreachable, "cannot find hawserd, which loads the plugin to check it",
              "it is looked for next to hawser and in PATH");
}

// A child process whose stdout and stderr come back through one pipe. Killed and waited for when
// this goes.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    if (pipe_ >= 0) close(pipe_);
  }

  absl::Status Start(std::vector<std::string> words) {
    std::array<int, 2> ends = {-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      return Fail(Exit::kRaised, fmt::format("pipe: {}", std::strerror(errno)));
    pipe_ = ends[0];
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    // This program blocks the signals that one of its threads waits for, and ignores SIGPIPE; the
    // child must not.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &pipe);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int error =
        posix_spawn(&pid_, words[0].c_str(), &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error == 0) return absl::OkStatus();
    pid_ = -1;
    return Fail(Exit::kRaised, fmt::format("cannot run {}: {}", words[0], std::strerror(error)));
  }

  // What it writes until it closes its output; false if that takes longer than `time`.
  bool ReadAll(absl::Duration time, std::string* out) {
    absl::Time end = absl::Now() + time;
    while (true) {
      pollfd ready = {pipe_, POLLIN, 0};
      int64_t left_ms = absl::ToInt64Milliseconds(end - absl::Now());
      if (left_ms <= 0) return false;
      if (poll(&ready, 1, static_cast<int>(std::min<int64_t>(left_ms, INT_MAX))) <= 0) continue;
      std::array<char, 4096> piece;
      ssize_t size = read(pipe_, piece.data(), piece.size());
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return true;
      out->append(piece.data(), static_cast<size_t>(size));
    }
  }

  // How it ended, as waitpid says it.
  int Wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
  int pipe_ = -1;
};

std::string Trimmed(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

constexpr Column kColumns[] = {
    {"file", "FILE"},       {"accepted", "ACCEPTED", Format::kYesNo}, {"module", "MODULE"},
    {"version", "VERSION"}, {"members", "MEMBERS", Format::kValue},   {"error", "WHY NOT"},
};
constexpr View kView = {.name = {"module", "MODULE"}, .columns = kColumns};

// What hawserd said of a plugin that it loaded: "module NAME VERSION", then a member a line.
Record Accepted(const std::string& file, std::string_view said) {
  std::vector<std::string> lines = absl::StrSplit(base::ToAbsl(said), '\n');
  std::vector<std::string> words =
      absl::StrSplit(lines[0], absl::MaxSplits(' ', 2));  // a version may have spaces
  words.resize(3);
  Array members;
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].starts_with("  ")) members.emplace_back(lines[i].substr(2));
  }
  return {{"file", file},        {"accepted", true},   {"module", words[1]},
          {"version", words[2]}, {"members", members}, {"error", nullptr}};
}

// To people the failure says it all.
absl::Status NotAccepted(Context& context, const std::string& message, std::string_view said) {
  if (context.options.format == OutputFormat::kJson) {
    std::string error = said.empty() ? message : std::string(said);
    context.printer.Item(kView, Record{{"file", context.line.arguments[0]},
                                       {"accepted", false},
                                       {"module", nullptr},
                                       {"version", nullptr},
                                       {"members", Array()},
                                       {"error", error}});
  }
  return Fail(Exit::kThreshold, message, said);
}

absl::Status Run(Context& context) {
  const std::string& file = context.line.arguments[0];
  if (access(file.c_str(), R_OK) != 0) {
    return Fail(Exit::kNotFound, fmt::format("cannot read {}: {}", file, std::strerror(errno)));
  }
  HAWSER_ASSIGN_OR_RETURN(std::string daemon, FindDaemon());
  Child child;
  HAWSER_RETURN_IF_ERROR(child.Start({daemon, "--check-plugin", file}));
  std::string said;
  absl::Duration time = context.options.timeout ? *context.options.timeout : kDefaultTime;
  if (!child.ReadAll(time, &said)) {
    return Fail(Exit::kDeadline,
                fmt::format("{} did not load within {}", file, absl::FormatDuration(time)),
                "a plugin's body must register what it has and return");
  }
  int status = child.Wait();
  said = Trimmed(std::move(said));
  if (WIFSIGNALED(status)) {
    return NotAccepted(
        context,
        fmt::format("{} crashed the process that loaded it: {}", file, strsignal(WTERMSIG(status))),
        said);
  }
  if (WEXITSTATUS(status) != 0) {
    return NotAccepted(context, fmt::format("{} is no plugin a broker would load", file), said);
  }
  OutputFormat format = context.options.format;
  if (format == OutputFormat::kJson || format == OutputFormat::kName) {
    context.printer.Item(kView, Accepted(file, said));
  } else {
    context.output.Write(said + "\n");
  }
  return absl::OkStatus();
}

constexpr Example kExamples[] = {
    {"hawser plugin check ./counter.so", ""},
};
constexpr Exit kExits[] = {Exit::kNotFound, Exit::kThreshold};
constexpr Shown kShown[] = {{"", &kView}};

}  // namespace

constexpr Command kPluginCheckCommand = {
    .name = "plugin check",
    .group = Group::kBroker,
    .summary = "try whether a broker would load a plugin",
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .details =
        "Loads it with hawserd --check-plugin in a process of its own: a plugin that crashes or "
        "hangs is reported, and no broker sees "
        "it.",
    .examples = kExamples,
    .exits = kExits,
    .shown = kShown,
    .run = Run,
};

}  // namespace hawser::cli
