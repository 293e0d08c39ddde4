#include "tools/cli/connection_news.h"

#include "fmt/format.h"
#include "tools/cli/failure.h"

namespace hawser::cli {

void TellNews(const ConnectionEvent& event, Output& output) {
  switch (event.kind) {
    case ConnectionEvent::Kind::kReconnecting:
      output.Say(fmt::format("the connection is lost ({}); trying again", MessageOf(event.status)));
      break;
    case ConnectionEvent::Kind::kResumed:
      output.Say("connected again; nothing was lost");
      break;
    case ConnectionEvent::Kind::kConnected:
    case ConnectionEvent::Kind::kLost:
      break;
  }
}

}  // namespace hawser::cli
