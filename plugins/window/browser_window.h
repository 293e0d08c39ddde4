#ifndef HAWSER_PLUGINS_WINDOW_BROWSER_WINDOW_H_
#define HAWSER_PLUGINS_WINDOW_BROWSER_WINDOW_H_

// BrowserWindow and WebContents: headless windows. They have a place, a size, a title and a page
// address, they show and hide and close and say so; nothing is drawn. An open window lives although
// nobody refers to it, as on a desktop; closing it destroys it. Strand-bound.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "hawser/module.h"

namespace hawser::window {

class BrowserWindow;

// The open windows, by id. Owned by the module's block; strand-bound.
struct Windows {
  std::map<int64_t, Ref<BrowserWindow>> open;
  int64_t next_id = 1;
  int64_t focused = 0;  // id; 0: none
};

// What a window shows: a page.
class WebContents final : public EventEmitter {
 public:
  explicit WebContents(int64_t id) : id_(id) {}

  // Emits did-start-loading, did-navigate {url} and did-finish-load. INVALID_ARGUMENT unless `url`
  // has a scheme.
  absl::Status LoadUrl(const std::string& url);
  // Told once, when the first page has been loaded.
  void OnFirstLoad(std::function<void()> told) { on_first_load_ = std::move(told); }
  absl::Status Reload();
  int64_t id() const { return id_; }
  const std::string& url() const { return url_; }

 private:
  const int64_t id_;
  std::string url_;
  std::function<void()> on_first_load_;
};

struct WindowOptions {
  int64_t width = 800;
  int64_t height = 600;
  int64_t x = 0;
  int64_t y = 0;
  std::string title = "Hawser";
  bool show = true;

  // INVALID_ARGUMENT naming the field for a wrong type or a size below 1; unknown fields are
  // ignored, as the seed's windows have many.
  static absl::StatusOr<WindowOptions> From(const Record& record);
};

class BrowserWindow final : public EventEmitter {
 public:
  BrowserWindow(std::shared_ptr<Windows> windows, WindowOptions options);

  // Opens a window: makes it, lists it, focuses it if shown. It emits ready-to-show once, when its
  // first page has been loaded: by then whoever made it has had time to listen.
  static Ref<BrowserWindow> Open(const std::shared_ptr<Windows>& windows, WindowOptions options);

  absl::Status LoadUrl(std::string url) { return contents_->LoadUrl(url); }
  std::string url() const { return contents_->url(); }
  const std::string& title() const { return options_.title; }
  void SetTitle(std::string title);
  std::vector<int64_t> size() const { return {options_.width, options_.height}; }
  absl::Status SetSize(int64_t width, int64_t height);
  std::vector<int64_t> position() const { return {options_.x, options_.y}; }
  void SetPosition(int64_t x, int64_t y);
  void Show();
  void Hide();
  void Focus();
  bool visible() const { return visible_; }
  // Emits close and closed, then the window is destroyed: those who hold it are told.
  void Close();
  bool closed() const { return closed_; }

  int64_t id() const { return id_; }
  int64_t width() const { return options_.width; }
  int64_t height() const { return options_.height; }
  const Ref<WebContents>& contents() const { return contents_; }

 private:
  const std::shared_ptr<Windows> windows_;
  const int64_t id_;
  WindowOptions options_;
  const Ref<WebContents> contents_;
  bool visible_ = false;
  bool closed_ = false;
};

}  // namespace hawser::window

#endif  // HAWSER_PLUGINS_WINDOW_BROWSER_WINDOW_H_
