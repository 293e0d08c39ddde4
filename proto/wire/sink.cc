#include "proto/wire/sink.h"

#include "hawser/base/utf8.h"

namespace hawser::wire {

void WriteSink::AppendLong(std::string_view content) {
  Flush();
  out_.append(content);
}

void WriteSink::AppendText(std::string_view text) {
  for (;;) {
    size_t good = base::Utf8Prefix(text);
    Append(text.substr(0, good));
    if (good == text.size()) return;
    Append("?");
    text.remove_prefix(good + 1);
  }
}

}  // namespace hawser::wire
