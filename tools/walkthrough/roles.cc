#include "tools/walkthrough/roles.h"

#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "hawser/remote.h"
#include "tools/walkthrough/say.h"

namespace hawser::walkthrough {
namespace {

Remote Connect(const std::string& endpoint, const char* name, ConnectOptions options = {}) {
  options.attributes["name"] = name;
  return Must(Remote::Connect(endpoint, std::move(options)), "connecting");
}

// Ends every socket connection of this process, as a cable that is pulled would.
void CutConnections() {
  DIR* descriptors = opendir("/proc/self/fd");
  while (dirent* entry = readdir(descriptors)) {
    int fd = std::atoi(entry->d_name);
    if (fd > STDERR_FILENO) shutdown(fd, SHUT_RDWR);
  }
  closedir(descriptors);
}

}  // namespace

int Reload(const std::string& endpoint, const std::string& window_id) {
  Remote remote = Connect(endpoint, "reloaded page");
  RemoteObject window_class =
      Must(Must(remote.Require("window"), "require").Get<RemoteObject>("BrowserWindow"),
           "BrowserWindow");
  RemoteObject window =
      Must(window_class.Call<RemoteObject>("fromId", std::stoll(window_id)), "fromId");
  Must(window.Call("on", "closed",
                   Callback([] { std::cerr << "a stale listener ran" << std::endl; })),
       "on");
  Say(absl::StrCat(Must(window.Call<int64_t>("listenerCount", "closed"), "listenerCount")));
  _exit(0);  // no goodbye
}

int Transact(const std::string& endpoint, const std::string& path) {
  Remote remote = Connect(endpoint, "victim");
  RemoteObject database =
      Must(Must(remote.Require("sqlite"), "require").Call<RemoteObject>("open", path), "open");
  RemoteObject transaction = Must(database.Call<RemoteObject>("begin"), "begin");
  Must(transaction.Call("exec", "INSERT INTO orders VALUES ('never to be seen')"), "insert");
  Say("in transaction");
  while (true) pause();
}

int Cut(const std::string& endpoint) {
  ConnectOptions options;
  options.reconnect = false;
  options.ttl = absl::Seconds(3);
  Remote remote = Connect(endpoint, "cut off", std::move(options));
  RemoteObject counter_class =
      Must(Must(remote.Require("counter"), "require").Get<RemoteObject>("Counter"), "Counter");
  // Held until the lease ends.
  [[maybe_unused]] RemoteObject counter = Must(counter_class.New(41), "new Counter");
  CutConnections();
  Say("cut");
  while (true) pause();
}

}  // namespace hawser::walkthrough
