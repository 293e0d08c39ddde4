// usage: walkthrough ENDPOINT CLI
//
// What tools/demo shows: each thing Hawser promises, done by real clients against a running broker,
// and what the command line sees of it. Ends with exit code 1 where something is not as promised.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "hawser/remote.h"
#include "tools/walkthrough/child.h"
#include "tools/walkthrough/roles.h"
#include "tools/walkthrough/say.h"

namespace hawser::walkthrough {
namespace {

class Walkthrough {
 public:
  Walkthrough(std::string program, std::string endpoint, std::string cli)
      : program_(std::move(program)),
        endpoint_(std::move(endpoint)),
        cli_(std::move(cli)),
        colour_(isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr) {
    ConnectOptions options;
    options.attributes["name"] = "walkthrough";
    remote_ = Must(Remote::Connect(endpoint_, std::move(options)), "connecting to the broker");
  }

  void Run() {
    Window();
    MapNumbers();
    Reloads();
    KilledInATransaction();
    CutOff();
    Heading("Done: everything was as promised.");
  }

 private:
  void Heading(std::string_view text) {
    Say(colour_ ? absl::StrCat("\n\033[1m", std::string(text), "\033[0m")
                : absl::StrCat("\n", std::string(text)));
  }
  // Runs the command line and shows both. It finds the broker through HAWSER_ENDPOINT.
  void Cli(const std::string& arguments) {
    Say(colour_ ? absl::StrCat("\033[2m$ hawser ", arguments, "\033[0m")
                : absl::StrCat("$ hawser ", arguments));
    if (std::system(absl::StrCat(cli_, " ", arguments).c_str()) != 0)
      Give(absl::StrCat("hawser ", arguments), "failed");
  }
  // The output of a command line, for checking.
  std::string CliOutput(const std::string& arguments) {
    Child child("/bin/sh", {"-c", absl::StrCat(cli_, " ", arguments)});
    std::string text;
    for (std::string line = child.ReadLine(); !line.empty(); line = child.ReadLine())
      absl::StrAppend(&text, line, "\n");
    Expect(child.Wait() == 0, absl::StrCat("hawser ", arguments, " succeeds"));
    return text;
  }
  RemoteObject BrowserWindow() {
    return Must(
        Must(remote_.Require("window"), "require('window')").Get<RemoteObject>("BrowserWindow"),
        "BrowserWindow");
  }

  void Window() {
    Heading("1. A window, made and used from another process");
    Say("   auto win = BrowserWindow->New(Record{{\"width\", 800}, {\"height\", 600}});");
    Say("   win->Call(\"loadURL\", \"https://github.com\");");
    window_ =
        Must(BrowserWindow().New(Record{{"width", 800}, {"height", 600}}), "new BrowserWindow");
    Must(window_.Call("loadURL", "https://github.com"), "loadURL");
    Expect(Must(window_.Call<std::string>("getURL"), "getURL") == "https://github.com",
           "the window has the URL");
    Cli(absl::StrCat("describe @", window_.id().value()));
  }

  void MapNumbers() {
    Heading(
        "2. Callbacks are asynchronous: main sees undefined from a client's function, and a result "
        "from its own");
    RemoteObject map_numbers = Must(remote_.Require("./map_numbers"), "require('./map_numbers')");
    Value remote_results =
        Must(map_numbers.Call("withRendererCallback", Callback([](int64_t x) { return x + 1; })),
             "withRendererCallback");
    Value local_results = Must(map_numbers.Call("withLocalCallback"), "withLocalCallback");
    Say(absl::StrCat("   withRendererCallback(x => x + 1)  ->  ", remote_results.ToString()));
    Say(absl::StrCat("   withLocalCallback()               ->  ", local_results.ToString()));
    Expect(remote_results == Value(Array{Undefined{}, Undefined{}, Undefined{}}),
           "the client's callback gives undefined");
    Expect(local_results == Value(Array{2, 3, 4}), "main's callback gives [2, 3, 4]");
    Cli("describe map_numbers");
  }

  void Reloads() {
    Heading(
        "3. A client that listens for `closed` and is reloaded three times without uninstalling");
    std::string id = absl::StrCat(Must(window_.Get<int64_t>("id"), "id"));
    for (int i = 0; i < 3; ++i) {
      Child child(program_, {endpoint_, "--reload", id});
      std::string listening = child.ReadLine();
      Say(absl::StrCat("   page ", child.pid(), ": listeners on the window: ", listening));
      Expect(std::atoi(listening.c_str()) > 0, "the page listens");
      child.Wait();
    }
    int64_t listeners = -1;
    for (int i = 0; i < 200 && listeners != 0; ++i) {
      listeners = Must(window_.Call<int64_t>("listenerCount", "closed"), "listenerCount");
      if (listeners != 0) usleep(10000);
    }
    Say(absl::StrCat("   stale listeners on the window: ", listeners));
    Expect(listeners == 0, "no stale listener is left");
    Cli("session list --all");
  }

  void KilledInATransaction() {
    Heading("4. A database shared by two clients; one is killed with SIGKILL inside a transaction");
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / absl::StrCat("hawser-demo-", getpid());
    std::filesystem::create_directory(folder);
    std::string path = folder / "orders.db";
    RemoteObject database =
        Must(Must(remote_.Require("sqlite"), "require('sqlite')").Call<RemoteObject>("open", path),
             "open");
    Must(database.Call("exec", "CREATE TABLE orders (what TEXT)"), "create table");
    Must(database.Call("exec", "INSERT INTO orders VALUES ('tea')"), "insert");
    Child victim(program_, {endpoint_, "--transact", path});
    Expect(victim.ReadLine() == "in transaction", "the victim is in its transaction");
    Cli(absl::StrCat("refs @", database.id().value()));
    Say("   (this client asks for all orders: it waits, the transaction holds the connection)");
    auto rows = database.CallAsync<RemoteObject>("prepare", "SELECT what FROM orders");
    Say(absl::StrCat("   kill -9 ", victim.pid()));
    absl::Time killed = absl::Now();
    victim.Kill(SIGKILL);
    RemoteObject statement = Must(rows.Await(), "prepare");
    absl::Duration waited = absl::Now() - killed;
    Value orders = Must(statement.Call("all"), "all");
    Say(absl::StrCat("   all orders, ", absl::ToInt64Milliseconds(waited),
                     " ms later: ", orders.ToString()));
    Expect(orders.AsArray().size() == 1, "the transaction was rolled back");
    Expect(waited < absl::Seconds(10), "its session ended long before its lease of 30 s");
    Cli("session list --all");
    std::filesystem::remove_all(folder);
  }

  void CutOff() {
    Heading(
        "5. A client whose connection is cut, but whose process lives: its references stay until "
        "its lease ends");
    Child client(program_, {endpoint_, "--cut"});
    Expect(client.ReadLine() == "cut", "the client cut itself off");
    std::string sessions;
    for (int i = 0; i < 200 && sessions.find("detached") == std::string::npos; ++i) {
      sessions = CliOutput("session list");
      if (sessions.find("detached") == std::string::npos) usleep(10000);
    }
    Expect(sessions.find("detached") != std::string::npos, "the session is detached");
    Cli("session list");
    Cli("lease list");
    int64_t before = Counters();
    Say("   waiting for its lease of 3 s to end ...");
    for (int i = 0; i < 1000 && Counters() == before; ++i) usleep(10000);
    Say(absl::StrCat("   counters alive in the module: ", before, " before, ", Counters(),
                     " after"));
    Expect(Counters() < before, "what only the cut-off client held is gone");
    Cli("session list --all");
  }

  int64_t Counters() {
    return Must(Must(remote_.Require("counter"), "require('counter')").Call<int64_t>("live"),
                "live");
  }

  const std::string program_;
  const std::string endpoint_;
  const std::string cli_;
  const bool colour_;
  Remote remote_;
  RemoteObject window_;
};

}  // namespace
}  // namespace hawser::walkthrough

int main(int argc, char** argv) {
  namespace walkthrough = hawser::walkthrough;
  std::string role = argc > 2 ? argv[2] : "";
  if (argc == 4 && role == "--reload") return walkthrough::Reload(argv[1], argv[3]);
  if (argc == 4 && role == "--transact") return walkthrough::Transact(argv[1], argv[3]);
  if (argc == 3 && role == "--cut") return walkthrough::Cut(argv[1]);
  if (argc != 3) {
    std::cerr << "usage: walkthrough ENDPOINT CLI\n";
    return 2;
  }
  setenv("HAWSER_ENDPOINT", argv[1], 1);
  walkthrough::Walkthrough(std::filesystem::read_symlink("/proc/self/exe"), argv[1], argv[2]).Run();
  return 0;
}
