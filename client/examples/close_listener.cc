// Listening to an event, and not leaking the listener.
//
//   require('electron').remote.getCurrentWindow().on('close', () => {
//     // window was closed...
//   })

#include <hawser/base/status_macros.h>

#include <condition_variable>
#include <mutex>

#include "client/examples/example.h"

absl::Status Example(hawser::Remote& remote) {
  HAWSER_ASSIGN_OR_RETURN(hawser::RemoteObject win, remote.GetCurrentWindow());

  // Removed when the Subscription goes. What a program forgets to remove goes with its session:
  // however often it is started anew, the window keeps no listener of a run that is over.
  {
    HAWSER_ASSIGN_OR_RETURN(hawser::Subscription moved,
                            win.On("move", [] { std::printf("never printed\n"); }));
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false;
  HAWSER_ASSIGN_OR_RETURN(hawser::Subscription close, win.On("close", [&] {
    std::lock_guard lock(mutex);
    std::printf("window was closed\n");
    closed = true;
    changed.notify_all();
  }));

  HAWSER_RETURN_IF_ERROR(win.Call("setPosition", 10, 10).status());
  HAWSER_RETURN_IF_ERROR(win.Call("close").status());
  // The listener runs on a thread of its own, soon.
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return closed; });
  return absl::OkStatus();
}

int main(int argc, char** argv) { return RunExample(argc, argv, &Example); }
