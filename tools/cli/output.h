#ifndef TOOLS_CLI_OUTPUT_H_
#define TOOLS_CLI_OUTPUT_H_

// Output: where a command writes. stdout is for data, stderr for messages to people; what the two
// can show (colours, how wide a line is, which characters) is asked of the terminal once and lies
// here, so that nothing else looks at the environment.

#include <memory>
#include <string>
#include <string_view>

#include "hawser/base/clock.h"
#include "hawser/base/mutex.h"

namespace hawser::cli {

// Takes bytes. Not thread-safe.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void Write(std::string_view bytes) = 0;
};

// Writes to a descriptor, all of it at once. When the reader is gone (EPIPE) the process ends by
// SIGPIPE, without a word, as programs in a pipe do; when it cannot be written for another reason (a
// full disk), with a message and exit code 1.
std::unique_ptr<Sink> MakeFileSink(int fd);

// What text means, for colour.
enum class Tone { kPlain, kHeading, kFaint, kGood, kWarning, kBad, kObject };

// What one of the two streams can show.
struct Look {
  bool terminal = false;
  bool colours = false;
  bool unicode = true;
  size_t width = 80;  // columns; of a terminal
};

enum class ColourChoice { kAuto, kAlways, kNever };
// Of the descriptor, by the terminal, NO_COLOR, TERM and the locale.
Look LookOf(int fd, ColourChoice choice);

// `text` in the colour of `tone`, if there are colours.
std::string Paint(std::string_view text, Tone tone, const Look& look);

// How many columns of a terminal `text` takes.
size_t WidthOf(std::string_view text);

// Control characters as \x1b or \u202e, so that no name from elsewhere can drive a terminal, break a
// line, or look like another.
std::string Printable(std::string_view text);
// The same, but lines stay lines, and tabs tabs.
std::string PrintableLines(std::string_view text);

// Thread-safe.
class Output {
 public:
  // `clock` outlives it.
  Output(std::unique_ptr<Sink> data, std::unique_ptr<Sink> messages, Look data_look,
         Look messages_look, const base::Clock& clock);

  // Data. What is written together stays together; it goes out at once.
  void Write(std::string_view bytes) HAWSER_EXCLUDES(mu_);
  // One message, with a newline behind it. What comes from elsewhere is in messages of all kinds, and
  // they end up in terminals sooner or later: control characters are shown in each.
  void Say(std::string_view message) HAWSER_EXCLUDES(mu_);
  // The same, of a failure: "hawser: " stands before it.
  void Complain(std::string_view message) HAWSER_EXCLUDES(mu_);

  // A message that only helps who looks on: nothing where nobody does.
  void Advise(std::string_view message) HAWSER_EXCLUDES(mu_);

  const Look& look() const { return data_look_; }
  const Look& messages_look() const { return messages_look_; }
  absl::Time now() const { return clock_.WallNow(); }

 private:
  void SayIn(Tone tone, std::string_view painted, std::string_view plain) HAWSER_EXCLUDES(mu_);

  const Look data_look_;
  const Look messages_look_;
  const base::Clock& clock_;
  base::Mutex mu_;
  const std::unique_ptr<Sink> data_ HAWSER_PT_GUARDED_BY(mu_);
  const std::unique_ptr<Sink> messages_ HAWSER_PT_GUARDED_BY(mu_);
};

}  // namespace hawser::cli

#endif  // TOOLS_CLI_OUTPUT_H_
