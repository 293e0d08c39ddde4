// A callback runs later, in this program: the module cannot use its result.
//
//   const mapNumbers = require('electron').remote.require('./mapNumbers')
//   const withRendererCb = mapNumbers.withRendererCallback(x => x + 1)
//   const withLocalCb = mapNumbers.withLocalCallback()
//   console.log(withRendererCb, withLocalCb)
//   // [undefined, undefined, undefined], [2, 3, 4]

#include <hawser/base/status_macros.h>

#include "client/examples/example.h"

absl::Status Example(hawser::Remote& remote) {
  HAWSER_ASSIGN_OR_RETURN(hawser::RemoteObject map_numbers, remote.Require("./map_numbers"));
  hawser::Callback add_one([](int64_t x) { return x + 1; });
  HAWSER_ASSIGN_OR_RETURN(hawser::Value with_renderer_callback,
                          map_numbers.Call("withRendererCallback", add_one));
  HAWSER_ASSIGN_OR_RETURN(hawser::Value with_local_callback, map_numbers.Call("withLocalCallback"));
  std::printf("%s, %s\n", with_renderer_callback.ToString().c_str(),
              with_local_callback.ToString().c_str());
  return absl::OkStatus();
}

int main(int argc, char** argv) { return RunExample(argc, argv, &Example); }
