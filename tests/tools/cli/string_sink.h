#ifndef TESTS_TOOLS_CLI_STRING_SINK_H_
#define TESTS_TOOLS_CLI_STRING_SINK_H_

// What a command printed, as strings.

#include <memory>
#include <string>
#include <string_view>

#include "tests/support/fake_clock.h"
#include "tools/cli/output.h"

namespace hawser::cli {

class StringSink final : public Sink {
 public:
  explicit StringSink(std::string& out) : out_(out) {}
  void Write(std::string_view bytes) override { out_ += bytes; }

 private:
  std::string& out_;
};

// An Output that writes to `data` and `messages`, at the time that `clock` tells; all outlive it.
inline std::unique_ptr<Output> MakeStringOutput(std::string& data, std::string& messages,
                                                const base::Clock& clock, Look look = {}) {
  return std::make_unique<Output>(std::make_unique<StringSink>(data),
                                  std::make_unique<StringSink>(messages), look, look, clock);
}

}  // namespace hawser::cli

#endif  // TESTS_TOOLS_CLI_STRING_SINK_H_
