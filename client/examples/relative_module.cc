// A module by its path from the broker's main folder, wherever this program runs. A module may
// export any value.
//
//   // main process: main/foo.js
//   module.exports = 'bar'
//
//   const foo = require('electron').remote.require('./foo') // bar

#include <hawser/base/status_macros.h>

#include "client/examples/example.h"

absl::Status Example(hawser::Remote& remote) {
  HAWSER_ASSIGN_OR_RETURN(std::string foo, remote.Require<std::string>("./foo"));
  std::printf("%s\n", foo.c_str());
  return absl::OkStatus();
}

int main(int argc, char** argv) { return RunExample(argc, argv, &Example); }
