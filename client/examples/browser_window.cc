// Making an object in the broker and calling its methods.
//
//   const {BrowserWindow} = require('electron').remote
//   let win = new BrowserWindow({width: 800, height: 600})
//   win.loadURL('https://github.com')

#include <hawser/base/status_macros.h>

#include "client/examples/example.h"

absl::Status Example(hawser::Remote& remote) {
  HAWSER_ASSIGN_OR_RETURN(hawser::RemoteObject module, remote.Require("window"));
  HAWSER_ASSIGN_OR_RETURN(auto BrowserWindow,
                          module.Get<hawser::RemoteConstructor>("BrowserWindow"));
  HAWSER_ASSIGN_OR_RETURN(hawser::RemoteObject win,
                          BrowserWindow.New(hawser::Record{{"width", 800}, {"height", 600}}));
  HAWSER_RETURN_IF_ERROR(win.Call("loadURL", "https://github.com").status());

  // Each of these is a message, and is answered when its effect is there for everybody.
  HAWSER_ASSIGN_OR_RETURN(std::string url, win.Call<std::string>("getURL"));
  HAWSER_ASSIGN_OR_RETURN(int64_t width, win.Get<int64_t>("width"));
  HAWSER_ASSIGN_OR_RETURN(int64_t height, win.Get<int64_t>("height"));
  std::printf("%s shows %s at %lld x %lld\n", win.ToString().c_str(), url.c_str(),
              static_cast<long long>(width), static_cast<long long>(height));
  return win.Call("close").status();
}

int main(int argc, char** argv) { return RunExample(argc, argv, &Example); }
