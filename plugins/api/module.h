#ifndef HAWSER_MODULE_H_
#define HAWSER_MODULE_H_

// The one header a module needs.
//
//   #include <hawser/module.h>
//
//   class Counter : public hawser::EventEmitter {
//    public:
//     explicit Counter(int64_t start) : value_(start) {}
//     int64_t Increment() { ++value_; Emit("changed", value_); return value_; }
//     ...
//   };
//
//   HAWSER_MODULE(counter, module) {
//     module.Version("1.0");
//     module.Class<Counter>("Counter").Constructor<int64_t>()
//         .Method("increment", &Counter::Increment)
//         .Property("value", &Counter::value, &Counter::set_value)   // without setter: read-only
//         .Event<int64_t>("changed");
//     module.Function("add", [](int64_t a, int64_t b) { return a + b; });
//     module.Global("answer", 42);
//   }
//
// What methods may take and return is listed in binding.h. They throw, or return absl::Status, to
// fail; wrong arguments never reach them. They run one at a time, on the module's strand, and must
// not wait: what takes long answers later (LateReply) or gives a Promise.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "hawser/abi.h"             // IWYU pragma: export
#include "hawser/binding.h"         // IWYU pragma: export
#include "hawser/callable.h"        // IWYU pragma: export
#include "hawser/caller.h"          // IWYU pragma: export
#include "hawser/class_builder.h"   // IWYU pragma: export
#include "hawser/dynamic_object.h"  // IWYU pragma: export
#include "hawser/event_emitter.h"   // IWYU pragma: export
#include "hawser/late_reply.h"      // IWYU pragma: export
#include "hawser/module_host.h"     // IWYU pragma: export
#include "hawser/promise.h"         // IWYU pragma: export

namespace hawser {

// How many calls of a module run at a time.
enum class Concurrency : uint8_t {
  kSerial,  // one
  // One of an object, of different objects side by side as far as their strands do: the objects of
  // a module share 16, each always on the same one, and functions of the module itself run on one
  // more; Function values, listeners too, run on any. So with many objects some wait for others, and
  // one that waited for another inside a call might wait for ever. What objects share, or an object
  // with a function, the author guards.
  kPerObject,
  kFree,  // any number, even on one object; the author guards everything
};

namespace internal {
class BoundMethods;
struct ModuleState;
}  // namespace internal

class Module final : public HostedModule {
 public:
  // Makes a module: runs `body`, which registers what it has. Fails with what `body` throws.
  static absl::StatusOr<std::unique_ptr<Module>> Make(ModuleHost& host, std::string name,
                                                      const std::function<void(Module&)>& body);
  ~Module() override;

  // What clients see of a module - its version, the names of classes, members and globals - is
  // UTF-8, and no name is empty: everything below throws an INVALID_ARGUMENT Exception for what
  // could not be sent to them. In the body that refuses the module, saying which name it was.

  // What it is. In the body only.
  Module& Version(std::string version);
  Module& Concurrency(hawser::Concurrency concurrency);
  // Clients also reach it as a getter on `remote`.
  Module& Builtin();

  // What require gives: an object with these members. In the body only.
  template <std::derived_from<ModuleObject> T>
  ClassBuilder<T> Class(std::string name) {
    return ClassBuilder<T>(
        AddClass(std::move(name), internal::TypeKey<T>(), std::is_base_of_v<EventEmitter, T>));
  }
  template <typename F>
  MemberOptions Function(std::string name, F function) {
    return internal::AddMethod(export_members(), std::move(name),
                               internal::BindFunction(std::move(function)));
  }
  template <typename G>
  MemberOptions Property(std::string name, G get) {
    return internal::AddProperty(export_members(), std::move(name),
                                 internal::BindFunction(std::move(get)), {});
  }
  template <typename G, typename S>
  MemberOptions Property(std::string name, G get, S set) {
    return internal::AddProperty(export_members(), std::move(name),
                                 internal::BindFunction(std::move(get)),
                                 internal::BindFunction(std::move(set)));
  }
  MemberOptions Constant(std::string name, Value value) {
    return internal::AddConstant(export_members(), std::move(name), std::move(value));
  }
  // Or any other value, undefined too, instead of all that: a module that has both, or a class with
  // a constructor or static members besides, is refused. In the body only; the last one counts.
  Module& Exports(Value value);

  // Globals: what remote.getGlobal(name) gives. One that is set to undefined is there no longer. At
  // any time; thread-safe.
  Module& Global(std::string name, Value value);

  // Hooks, run on the strand. In the body only.
  Module& OnSessionStart(std::function<void(const SessionRef&)> hook);
  // For sessions this module had to do with: they called into it, held objects of it or gave it
  // listeners, or a hook of it that hears of every session is there too (OnSessionStart, ClaimSession,
  // OnEntry). See Caller::OnEnd for one's own.
  Module& OnSessionEnd(std::function<void(const SessionRef&, EndReason)> hook);
  // The current window and web contents of a session that attaches. They are no longer kept for it
  // once they are destroyed.
  Module& ClaimSession(std::function<Claim(const SessionRef&)> hook);
  // May replace or block what require, getGlobal and the like answer to anybody. Policy.
  Module& OnEntry(std::function<EntryDecision(const EntryRequest&)> hook);
  Module& OnUnload(std::function<void()> hook);

  // For use at any time, from any thread.
  template <std::derived_from<ModuleObject> T, typename... A>
  Ref<T> Make(A&&... args) {
    internal::ModuleScope scope(*this);
    return hawser::Make<T>(std::forward<A>(args)...);
  }
  // How many objects of class T there are, those of classes that extend it not counted.
  template <std::derived_from<ModuleObject> T>
  uint64_t Live() const {
    return LiveOf(internal::TypeKey<T>());
  }
  // Runs `task` on the strand, later; not any more once the module is unloaded.
  void Post(base::Task task);
  // Runs `task` on the strand when `after` has passed. Gives a number for CancelTimer, never 0.
  uint64_t Timer(absl::Duration after, base::Task task);
  // It does not run any more, if it has not yet; from the strand that is certain.
  void CancelTimer(uint64_t timer);
  // The same as Caller::OnEnd, for a session that was kept. Ends are remembered for the next 4096
  // sessions that end: of one that ended before, `cleanup` never runs.
  uint64_t HangOnEnd(const SessionRef& session, absl::AnyInvocable<void(EndReason)> cleanup);
  // What has this number (0: nothing) does not run any more, if it has not yet, and what it holds is
  // dropped; from the strand that is certain.
  void CancelOnEnd(uint64_t number);
  // Runs `then` on the strand when `promise` settles.
  void Then(const ObjectRef& promise, absl::AnyInvocable<void(Outcome)> then);
  // A line in the broker's log, marked with the module's name.
  void Log(std::string_view message);
  void LogWarning(std::string_view message);
  void LogError(std::string_view message);
  ModuleHost& host() const;

  // HostedModule: for who runs it.
  std::string_view name() const override;
  std::string_view version() const override;
  base::Executor& strand() override;
  int concurrency() const override;
  Value exports() const override;
  Value Global(std::string_view name) const override;
  std::vector<std::string> GlobalNames() const override;
  bool builtin() const override;
  Claim OnSessionStart(const SessionRef& session) override;
  void OnSessionEnd(const SessionRef& session, EndReason reason, bool concerned) override;
  bool has_entry_hook() const override;
  EntryDecision OnEntry(const EntryRequest& request) override;
  void OnUnload() override;
  uint64_t pins() const override;
  ListenerCounts listeners() const override;

  // For this library.
  // Where calls of `object` run.
  base::Executor& HomeOf(const Object* object) const;
  // kModuleUnloaded once OnUnload has run.
  GoneReason gone() const;
  void AddPin();
  void RemovePin();
  // Deletes an object nobody refers to any more, at its home; then it counts no longer in `count`.
  void Retire(Object& object, base::Executor& home, std::atomic<uint64_t>& count,
              void (*destroy)(Object*));
  std::atomic<uint64_t>& function_count();
  const internal::ClassInfo* FindClass(const void* type_key) const;
  internal::ListenerRegistry& listener_registry();
  internal::BoundMethods& bound_methods();
  // What hangs on the ends of sessions now.
  size_t hung_on_ends() const;
  // Runs `body` as code of the module; what it throws is logged as a failure of `what`.
  void Guard(std::string_view what, absl::FunctionRef<void()> body);
  // Keeps a constant's value until the module is unloaded.
  std::function<Value()> KeepConstant(Value value);

 private:
  Module(ModuleHost& host, std::string name);

  uint64_t LiveOf(const void* type_key) const;
  internal::ClassInfo& AddClass(std::string name, const void* type_key, bool emits);
  internal::MemberTable& export_members();
  void CheckOpen(std::string_view what) const;
  // Throw for what could not be shown to clients.
  void CheckName(std::string_view what, std::string_view name) const;
  void CheckText(std::string_view what, std::string_view text) const;
  void Seal();

  const std::unique_ptr<internal::ModuleState> state_;
};

namespace internal {
// What hawser_plugin_info::create does. `error` gets the message of a failure.
HostedModule* CreateModule(ModuleHost* host, const char* name, void (*body)(Module&), char* error,
                           uint64_t error_capacity);
}  // namespace internal

}  // namespace hawser

#define HAWSER_EXPORT __attribute__((visibility("default")))

// Defines the plugin: once in it, outside of any namespace. The block that follows fills `module`,
// a hawser::Module& that lives as long as the plugin is loaded.
// NOLINTBEGIN(bugprone-macro-parentheses): a name that is declared stands alone
#define HAWSER_MODULE(module_name, module)                                                         \
  static void hawser_module_##module_name(::hawser::Module& module);                               \
  extern "C" HAWSER_EXPORT const hawser_plugin_info* hawser_plugin(void) {                         \
    static constexpr hawser_plugin_info kInfo = {                                                  \
        HAWSER_ABI_VERSION,                                                                        \
        sizeof(hawser_plugin_info),                                                                \
        HAWSER_BUILD_FINGERPRINT,                                                                  \
        #module_name,                                                                              \
        "",                                                                                        \
        [](::hawser::ModuleHost* host, char* error,                                                \
           uint64_t error_capacity) -> ::hawser::HostedModule* {                                   \
          return ::hawser::internal::CreateModule(host, #module_name, hawser_module_##module_name, \
                                                  error, error_capacity);                          \
        }};                                                                                        \
    return &kInfo;                                                                                 \
  }                                                                                                \
  static void hawser_module_##module_name(::hawser::Module& module)
// NOLINTEND(bugprone-macro-parentheses)

#endif  // HAWSER_MODULE_H_
