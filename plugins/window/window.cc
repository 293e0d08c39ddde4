// The module `window`: the seed's BrowserWindow, headless.
//
//   const {BrowserWindow} = require('window')
//   let win = new BrowserWindow({width: 800, height: 600})
//   win.loadURL('https://github.com')
//
// It also says which window a client belongs to (getCurrentWindow, getCurrentWebContents): the one
// its attribute `window` names by id (none for `none`, nor for what is no open window); one that
// names none has one that is opened for it and closed when its session ends. After the window was
// closed there is none.

#include <charconv>

#include "plugins/window/browser_window.h"

namespace hawser::window {
namespace {

// Windows opened for sessions that named none.
using SessionWindows = std::map<SessionId, int64_t>;

Ref<BrowserWindow> Find(const Windows& windows, int64_t id) {
  auto found = windows.open.find(id);
  return found == windows.open.end() ? nullptr : found->second;
}

// The window that a session asks for, if there is one.
Ref<BrowserWindow> Find(const Windows& windows, std::string_view asked) {
  int64_t id = 0;
  auto [end, error] = std::from_chars(asked.data(), asked.data() + asked.size(), id);
  if (error != std::errc() || end != asked.data() + asked.size()) return nullptr;
  return Find(windows, id);
}

HostedModule::Claim ClaimFor(const SessionRef& session, const std::shared_ptr<Windows>& windows,
                             SessionWindows& session_windows) {
  auto named = session->attributes().find("window");
  if (named != session->attributes().end() && !named->second.empty()) {
    const std::string& asked = named->second;
    if (asked == "none") {
      return {nullptr, nullptr,
              absl::NotFoundError("the session asked for no window (window=none)")};
    }
    if (Ref<BrowserWindow> window = Find(*windows, asked)) return {window, window->contents()};
    // Another window in its place would hide the mistake.
    return {
        nullptr, nullptr,
        absl::NotFoundError("the session asked for window " + asked + ", which does not exist")};
  }
  WindowOptions options;
  options.show = false;
  options.title = "session " + session->id().Short();
  Ref<BrowserWindow> window = BrowserWindow::Open(windows, options);
  session_windows.emplace(session->id(), window->id());
  return {window, window->contents()};
}

}  // namespace
}  // namespace hawser::window

HAWSER_MODULE(window, module) {
  using namespace hawser::window;  // NOLINT(google-build-using-namespace): the block is the module
  using hawser::Record;
  module.Version("1.0");
  auto windows = std::make_shared<Windows>();
  auto session_windows = std::make_shared<SessionWindows>();

  module.Class<WebContents>("WebContents")
      .Method("loadURL", &WebContents::LoadUrl)
      .Method("getURL", &WebContents::url)
      .Method("reload", &WebContents::Reload)
      .Property("id", &WebContents::id)
      .Event("did-start-loading")
      .Event<Record>("did-navigate")
      .Event("did-finish-load");

  module.Class<BrowserWindow>("BrowserWindow")
      .Constructor(
          [windows](std::optional<Record> options) -> absl::StatusOr<hawser::Ref<BrowserWindow>> {
            absl::StatusOr<WindowOptions> parsed = WindowOptions::From(options.value_or(Record()));
            if (!parsed.ok()) return parsed.status();
            return BrowserWindow::Open(windows, *std::move(parsed));
          })
      .Method("loadURL", &BrowserWindow::LoadUrl)
      .Doc("Shows a page; its address needs a scheme.")
      .Method("getURL", &BrowserWindow::url)
      .Method("reload", [](BrowserWindow& self) { return self.contents()->Reload(); })
      .Method("getTitle", &BrowserWindow::title)
      .Method("setTitle", &BrowserWindow::SetTitle)
      .Method("getSize", &BrowserWindow::size)
      .Method("setSize", &BrowserWindow::SetSize)
      .Method("getPosition", &BrowserWindow::position)
      .Method("setPosition", &BrowserWindow::SetPosition)
      .Method("show", &BrowserWindow::Show)
      .Method("hide", &BrowserWindow::Hide)
      .Method("focus", &BrowserWindow::Focus)
      .Method("isVisible", &BrowserWindow::visible)
      .Method("isDestroyed", &BrowserWindow::closed)
      .Method("close", &BrowserWindow::Close)
      .Doc("Emits close and closed; then the window is destroyed.")
      .Property("id", &BrowserWindow::id)
      .Property("title", &BrowserWindow::title, &BrowserWindow::SetTitle)
      .Property("width", &BrowserWindow::width)
      .Property("height", &BrowserWindow::height)
      .Property("webContents", &BrowserWindow::contents)
      .Event("ready-to-show")
      .Event("show")
      .Event("hide")
      .Event("focus")
      .Event("blur")
      .Event<Record>("resize")
      .Event<Record>("move")
      .Event<std::string>("page-title-updated")
      .Event("close")
      .Event("closed")
      .Static("getAllWindows",
              [windows] {
                hawser::Array all;
                for (const auto& [id, window] : windows->open) all.emplace_back(window);
                return all;
              })
      .Static("fromId",
              [windows](int64_t id) -> absl::StatusOr<hawser::Ref<BrowserWindow>> {
                if (auto window = Find(*windows, id)) return window;
                return absl::NotFoundError("no open window has the id " + std::to_string(id));
              })
      .Static("getFocusedWindow", [windows]() -> hawser::Value {
        return hawser::Value(hawser::ObjectRef(Find(*windows, windows->focused)));
      });

  module.ClaimSession([windows, session_windows](const hawser::SessionRef& session) {
    return ClaimFor(session, windows, *session_windows);
  });
  module.OnSessionEnd(
      [windows, session_windows](const hawser::SessionRef& session, hawser::EndReason) {
        auto found = session_windows->find(session->id());
        if (found == session_windows->end()) return;
        if (auto window = Find(*windows, found->second)) window->Close();
        session_windows->erase(found);
      });
  module.OnUnload([windows] {
    while (!windows->open.empty()) windows->open.begin()->second->Close();
  });
}
