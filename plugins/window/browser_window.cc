#include "plugins/window/browser_window.h"

#include <utility>

namespace hawser::window {
namespace {

// A field of the options into `*out`, if it is there.
template <typename T>
absl::Status Take(const Record& record, std::string_view name, T* out) {
  const Value* value = record.Find(name);
  if (value == nullptr || value->is_undefined()) return absl::OkStatus();
  absl::StatusOr<T> converted = value->As<T>();
  if (!converted.ok()) {
    return absl::InvalidArgumentError(std::string(name) + ": " +
                                      std::string(converted.status().message()));
  }
  *out = *std::move(converted);
  return absl::OkStatus();
}

absl::Status CheckSize(int64_t width, int64_t height) {
  constexpr int64_t kLargest = 1 << 20;
  if (width < 1 || height < 1 || width > kLargest || height > kLargest) {
    return absl::InvalidArgumentError("a window's size is 1 to " + std::to_string(kLargest) +
                                      " pixels each way, got " + std::to_string(width) + " x " +
                                      std::to_string(height));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WindowOptions> WindowOptions::From(const Record& record) {
  WindowOptions options;
  for (const absl::Status& status :
       {Take(record, "width", &options.width), Take(record, "height", &options.height),
        Take(record, "x", &options.x), Take(record, "y", &options.y),
        Take(record, "title", &options.title), Take(record, "show", &options.show)}) {
    if (!status.ok()) return status;
  }
  if (absl::Status status = CheckSize(options.width, options.height); !status.ok()) return status;
  return options;
}

absl::Status WebContents::LoadUrl(const std::string& url) {
  size_t scheme = url.find(':');
  if (scheme == std::string::npos || scheme == 0) {
    return absl::InvalidArgumentError("\"" + url +
                                      "\" is no URL: it has no scheme, such as https:");
  }
  Emit("did-start-loading");
  url_ = url;
  Emit("did-navigate", Record{{"url", url}});
  Emit("did-finish-load");
  if (std::function<void()> told = std::exchange(on_first_load_, nullptr)) told();
  return absl::OkStatus();
}

absl::Status WebContents::Reload() {
  if (url_.empty()) return absl::OkStatus();
  return LoadUrl(std::string(url_));
}

BrowserWindow::BrowserWindow(std::shared_ptr<Windows> windows, WindowOptions options)
    : windows_(std::move(windows)),
      id_(windows_->next_id++),
      options_(std::move(options)),
      contents_(Make<WebContents>(id_)) {}

Ref<BrowserWindow> BrowserWindow::Open(const std::shared_ptr<Windows>& windows,
                                       WindowOptions options) {
  bool show = options.show;
  auto window = Make<BrowserWindow>(windows, std::move(options));
  windows->open.emplace(window->id(), window);
  window->contents()->OnFirstLoad([windows, id = window->id()] {
    if (auto open = windows->open.find(id); open != windows->open.end())
      open->second->Emit("ready-to-show");
  });
  if (show) window->Show();
  return window;
}

void BrowserWindow::SetTitle(std::string title) {
  options_.title = std::move(title);
  Emit("page-title-updated", options_.title);
}

absl::Status BrowserWindow::SetSize(int64_t width, int64_t height) {
  if (absl::Status status = CheckSize(width, height); !status.ok()) return status;
  options_.width = width;
  options_.height = height;
  Emit("resize", Record{{"width", width}, {"height", height}});
  return absl::OkStatus();
}

void BrowserWindow::SetPosition(int64_t x, int64_t y) {
  options_.x = x;
  options_.y = y;
  Emit("move", Record{{"x", x}, {"y", y}});
}

void BrowserWindow::Show() {
  if (!std::exchange(visible_, true)) Emit("show");
  Focus();
}

void BrowserWindow::Hide() {
  if (windows_->focused == id_) {
    windows_->focused = 0;
    Emit("blur");
  }
  if (std::exchange(visible_, false)) Emit("hide");
}

void BrowserWindow::Focus() {
  if (closed_ || windows_->focused == id_) return;
  auto before = windows_->open.find(std::exchange(windows_->focused, id_));
  if (before != windows_->open.end()) before->second->Emit("blur");
  Emit("focus");
}

void BrowserWindow::Close() {
  if (std::exchange(closed_, true)) return;
  Ref<BrowserWindow> self(this);
  Emit("close");
  visible_ = false;
  if (windows_->focused == id_) windows_->focused = 0;
  windows_->open.erase(id_);
  Emit("closed");
  Destroy(*contents_);
  Destroy(*this);
}

}  // namespace hawser::window
