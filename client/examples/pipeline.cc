// Many steps in one round trip: answers are named before they are there.

#include <hawser/base/status_macros.h>

#include "client/examples/example.h"

absl::Status Example(hawser::Remote& remote) {
  // Four messages leave together; the caller waits once.
  HAWSER_ASSIGN_OR_RETURN(std::string title, remote.Pipeline()
                                                 .Require("window")
                                                 .Get("BrowserWindow")
                                                 .New(hawser::Record{{"title", "pipelined"}})
                                                 .Get("title")
                                                 .Await<std::string>());
  std::printf("title: %s\n", title.c_str());

  // A step can be used more than once, and be an argument of another.
  hawser::Pipeline counter = remote.Pipeline().Require("counter");
  hawser::Pipeline sum = counter.Call("add", 1, 2);
  hawser::Future<int64_t> more = counter.Call("add", sum, 10).Future<int64_t>();
  hawser::Future<int64_t> most = counter.Call("add", sum, 100).Future<int64_t>();
  HAWSER_ASSIGN_OR_RETURN(int64_t first, more.Await());
  HAWSER_ASSIGN_OR_RETURN(int64_t second, most.Await());
  std::printf("sums: %lld and %lld\n", static_cast<long long>(first),
              static_cast<long long>(second));
  return absl::OkStatus();
}

int main(int argc, char** argv) { return RunExample(argc, argv, &Example); }
