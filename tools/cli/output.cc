#include "tools/cli/output.h"

#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "fmt/format.h"
#include "tools/cli/control_character.h"

namespace hawser::cli {
namespace {

class FileSink final : public Sink {
 public:
  explicit FileSink(int fd) : fd_(fd) {}

  void Write(std::string_view bytes) override {
    while (!bytes.empty()) {
      ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written >= 0) {
        bytes.remove_prefix(static_cast<size_t>(written));
      } else if (errno == EPIPE) {
        EndByBrokenPipe();
      } else if (errno == EAGAIN) {
        // Whoever shares the terminal may have made it so.
        pollfd ready = {fd_, POLLOUT, 0};
        poll(&ready, 1, -1);
      } else if (errno != EINTR) {
        EndByError(errno);
        return;
      }
    }
  }

 private:
  [[noreturn]] static void EndByBrokenPipe() {
    signal(SIGPIPE, SIG_DFL);
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_UNBLOCK, &pipe, nullptr);
    raise(SIGPIPE);
    _exit(128 + SIGPIPE);
  }

  // What a script takes for data must be all of it.
  void EndByError(int error) const {
    if (fd_ == STDERR_FILENO) return;  // nobody is left to be told
    std::string message = fmt::format("hawser: cannot write: {}\n", std::strerror(error));
    [[maybe_unused]] ssize_t written = write(STDERR_FILENO, message.data(), message.size());
    _exit(1);
  }

  const int fd_;
};

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::string_view CodeOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kHeading:
      return "1";
    case Tone::kFaint:
      return "2";
    case Tone::kGood:
      return "32";
    case Tone::kWarning:
      return "33";
    case Tone::kBad:
      return "31";
    case Tone::kObject:
      return "36";
  }
  return "";
}

// Of the control characters only `kept` stay as they are.
std::string WithoutControls(std::string_view text, std::string_view kept) {
  std::string printable;
  while (!text.empty()) {
    std::optional<ControlCharacter> control = ControlAt(text);
    size_t size = control ? control->size : 1;
    if (!control || kept.find(text[0]) != kept.npos) {
      printable += text.substr(0, size);
    } else if (text[0] == '\n' || text[0] == '\t') {
      printable += text[0] == '\n' ? "\\n" : "\\t";
    } else {
      bool short_form = control->code <= 0xff;
      printable += short_form ? fmt::format("\\x{:02x}", control->code)
                              : fmt::format("\\u{:04x}", control->code);
    }
    text.remove_prefix(size);
  }
  return printable;
}

}  // namespace

std::unique_ptr<Sink> MakeFileSink(int fd) { return std::make_unique<FileSink>(fd); }

Look LookOf(int fd, ColourChoice choice) {
  Look look;
  look.terminal = isatty(fd) == 1;
  const char* term = std::getenv("TERM");
  bool dumb = term == nullptr || std::string_view(term) == "dumb";
  look.colours = choice == ColourChoice::kAlways ||
                 (choice == ColourChoice::kAuto && look.terminal && !dumb && !IsSet("NO_COLOR"));
  look.unicode = std::string_view(nl_langinfo(CODESET)) == "UTF-8";
  winsize size = {};
  if (look.terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    look.width = size.ws_col;
  return look;
}

std::string Paint(std::string_view text, Tone tone, const Look& look) {
  if (!look.colours || tone == Tone::kPlain || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", CodeOf(tone), text);
}

size_t WidthOf(std::string_view text) {
  size_t width = 0;
  mbstate_t state = {};
  while (!text.empty()) {
    wchar_t c = 0;
    size_t size = mbrtowc(&c, text.data(), text.size(), &state);
    int columns = 1;
    if (size == 0 || size > text.size()) {
      size = 1;
      state = {};
    } else {
      columns = wcwidth(c);
    }
    width += columns < 0 ? 0 : static_cast<size_t>(columns);
    text.remove_prefix(size);
  }
  return width;
}

std::string Printable(std::string_view text) { return WithoutControls(text, ""); }

std::string PrintableLines(std::string_view text) { return WithoutControls(text, "\n\t"); }

Output::Output(std::unique_ptr<Sink> data, std::unique_ptr<Sink> messages, Look data_look,
               Look messages_look, const base::Clock& clock)
    : data_look_(data_look),
      messages_look_(messages_look),
      clock_(clock),
      data_(std::move(data)),
      messages_(std::move(messages)) {}

void Output::Write(std::string_view bytes) {
  base::MutexLock lock(mu_);
  data_->Write(bytes);
}

void Output::Say(std::string_view message) { SayIn(Tone::kPlain, "", message); }

void Output::Complain(std::string_view message) {
  SayIn(Tone::kBad, "hawser:", " " + std::string(message));
}

void Output::Advise(std::string_view message) {
  if (messages_look_.terminal) SayIn(Tone::kFaint, message, "");
}

void Output::SayIn(Tone tone, std::string_view painted, std::string_view plain) {
  std::string line = Paint(PrintableLines(painted), tone, messages_look_) + PrintableLines(plain);
  base::MutexLock lock(mu_);
  messages_->Write(line + "\n");
}

}  // namespace hawser::cli
