#ifndef HAWSER_MODULE_HOST_H_
#define HAWSER_MODULE_HOST_H_

// What a module asks of whoever runs it, and what that one asks of the module. The broker
// implements ModuleHost for plugins and built-ins, the test harness for unit tests, a client for
// the modules it provides. Authors do not use this header; they use module.h.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "hawser/base/clock.h"
#include "hawser/base/executor.h"
#include "hawser/object.h"

namespace hawser {

// What a hook on an entry point sees and may decide.
struct EntryRequest {
  enum class Point : uint8_t {
    kRequire,
    kBuiltin,
    kGlobal,
    kCurrentWindow,
    kCurrentWebContents,
    kProvide
  };
  Point point;
  SessionRef session;
  // Of the module or global; empty for the current window and contents. What a client requires by path
  // is asked about twice: by the path as the client wrote it, before anything is loaded, and then by
  // the module's name; a built-in that it requires is asked about as kBuiltin, too.
  std::string_view name;
};
std::string_view EntryPointName(
    EntryRequest::Point point);  // "require", "getBuiltin", "getGlobal", ...

struct EntryDecision {
  enum class Verdict : uint8_t { kPass, kReplace, kBlock };
  Verdict verdict = Verdict::kPass;
  Value replacement;   // kReplace
  std::string reason;  // kBlock: PERMISSION_DENIED "require('x') was blocked by MODULE: reason"

  static EntryDecision Pass() { return {}; }
  static EntryDecision Replace(Value value) { return {Verdict::kReplace, std::move(value), {}}; }
  static EntryDecision Block(std::string reason) {
    return {Verdict::kBlock, {}, std::move(reason)};
  }
};

// What a module may do to its surroundings. Thread-safe. Outlives the module.
class ModuleHost {
 public:
  // A strand: runs one task at a time, in order. Lives as long as the host.
  virtual base::Executor& NewStrand() = 0;
  // Runs tasks on any thread, several at once.
  virtual base::Executor& pool() = 0;
  virtual const base::Clock& clock() const = 0;
  // Runs `task` on `executor` at or soon after `when`. The CALLER keeps what it captures alive.
  // Gives a number for CancelTimer.
  virtual uint64_t StartTimer(base::MonoTime when, base::Executor& executor, base::Task task) = 0;
  virtual void CancelTimer(uint64_t timer) = 0;
  // One line into the host's log, marked with the module's name.
  enum class Severity : uint8_t { kInfo, kWarning, kError };
  virtual void Log(std::string_view module, Severity severity, std::string_view message) = 0;
  // `object` is no more: its holders are told.
  virtual void ObjectGone(const Object& object, GoneReason reason) = 0;

 protected:
  ~ModuleHost() = default;
};

// A module as its host sees it. Implemented by Module (module.h). Everything but exports() and
// globals() runs on strand().
class HostedModule {
 public:
  virtual ~HostedModule() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view version() const = 0;
  virtual base::Executor& strand() = 0;
  // Most threads its calls may use at once: 1 for a strand, 0 for no bound.
  virtual int concurrency() const = 0;

  // What require(name) returns: the same until OnUnload, then undefined. Thread-safe.
  virtual Value exports() const = 0;
  // Globals it defines, by name. Thread-safe; read at each getGlobal, since a module may change
  // them.
  virtual Value Global(std::string_view name) const = 0;  // undefined if it has none of that name
  virtual std::vector<std::string> GlobalNames() const = 0;
  // True: also a getter on `remote` under its name (a built-in).
  virtual bool builtin() const = 0;

  // On strand().
  // A session attached. Gives what it claims: the current window and contents of that session, null
  // for no claim. `refused`, if it is no OK: why the session has neither, unless another module
  // claims them.
  struct Claim {
    ObjectRef window;
    ObjectRef contents;
    absl::Status refused = {};
  };
  virtual Claim OnSessionStart(const SessionRef& session) = 0;
  // A session ended; its callbacks are dead already. Drops its listeners, and runs the author's hooks
  // if the session had to do with the module. `concerned`: it called into it, held objects of it, or
  // was claimed by it; what else there may be the module knows itself.
  virtual void OnSessionEnd(const SessionRef& session, EndReason reason, bool concerned) = 0;
  // Policy. Asked for each use of an entry point, by any session.
  virtual bool has_entry_hook() const = 0;
  virtual EntryDecision OnEntry(const EntryRequest& request) = 0;
  // The module is about to be unloaded; runs the author's hook. From then on its objects are gone
  // ("module unloaded"), and it holds nothing itself but what calls may be running. Again, once
  // nothing of the module runs any more: it lets go of that, too, and what others hold is deleted
  // from now on where they drop it. Once pins() is 0 it may be deleted and its library closed, not
  // before.
  virtual void OnUnload() = 0;

  // Thread-safe: how many objects and functions of the module there are, and tasks of it that run.
  // They run its code, at the latest when the last reference to them goes.
  virtual uint64_t pins() const = 0;

  // For inspection; thread-safe. Listeners that were dropped because their session ended, and
  // events that were lost because their listener's session had too much waiting, with where the
  // listeners were registered.
  struct ListenerCounts {
    uint64_t live = 0;
    uint64_t detached = 0;                                           // since start
    std::vector<std::pair<std::string, uint64_t>> detached_by_site;  // most first, at most 20
    uint64_t lost = 0;                                               // since start
    std::vector<std::pair<std::string, uint64_t>> lost_by_site;      // most first, at most 20
  };
  virtual ListenerCounts listeners() const = 0;
};

}  // namespace hawser

#endif  // HAWSER_MODULE_HOST_H_
