#ifndef HAWSER_BROKER_CORE_ROOT_H_
#define HAWSER_BROKER_CORE_ROOT_H_

// Root: the object every session starts from, called `remote`. One for all sessions: what depends
// on the caller it takes from the call's context. Its members are named on the wire.
//
//   require(name) -> any               the module of that name, or of that path below the main folder
//   getBuiltin(name) -> any            a built-in module
//   getGlobal(name) -> any             a global some module defines
//   getCurrentWindow() -> object       what a module claimed for the caller's session
//   getCurrentWebContents() -> object  that object's webContents
//   provide(name, object)              makes an object of the caller's a module, until its session
//                                      ends
//   process                            getGlobal("process")
//   <built-in>                         getBuiltin("<built-in>"), one property for each
//
// Modules' entry hooks are asked before every one of them. All of them are for sessions: a module that
// was handed the root can do nothing with it (FAILED_PRECONDITION), and one that was handed a method
// of it calls that as the session that read it. Thread-safe; runs on any thread and never blocks.

#include <string_view>

#include "absl/functional/any_invocable.h"
#include "broker/core/claim_table.h"
#include "broker/core/entry_gate.h"
#include "broker/core/limits.h"
#include "broker/core/module_registry.h"
#include "hawser/base/mutex.h"
#include "hawser/object.h"

namespace hawser::broker {

class Root final : public Object {
 public:
  // All three outlive it.
  Root(ModuleRegistry& modules, ClaimTable& claims, const BrokerLimits& limits);

  ShapeRef shape() const override HAWSER_EXCLUDES(mu_);
  void Invoke(Invocation call, Reply reply) override;

 private:
  struct Method;
  static const Method kMethods[];
  static const Method* FindMethod(std::string_view name);

  ~Root() override = default;

  void Require(const SessionRef& session, std::span<Value> args, Reply reply);
  void GetBuiltin(const SessionRef& session, std::span<Value> args, Reply reply);
  void GetGlobal(const SessionRef& session, std::span<Value> args, Reply reply);
  void GetCurrentWindow(const SessionRef& session, std::span<Value> args, Reply reply);
  void GetCurrentWebContents(const SessionRef& session, std::span<Value> args, Reply reply);
  void Provide(const SessionRef& session, std::span<Value> args, Reply reply);

  // Asks the hooks, and goes on with the reply if they let the session pass.
  void Ask(EntryRequest::Point point, const SessionRef& session, std::string_view name, Reply reply,
           absl::AnyInvocable<void(Reply)> go_on);
  using Lookup = absl::StatusOr<Value> (ModuleRegistry::*)(std::string_view) const;
  void Named(EntryRequest::Point point, Lookup lookup, const SessionRef& session,
             std::string_view name, Reply reply);
  void Current(EntryRequest::Point point, ClaimTable::Which which, const SessionRef& session,
               Reply reply);

  ModuleRegistry& modules_;
  ClaimTable& claims_;
  const BrokerLimits& limits_;
  EntryGate gate_;

  mutable base::Mutex mu_;
  mutable ShapeRef shape_ HAWSER_GUARDED_BY(mu_);
  mutable uint64_t shape_version_ HAWSER_GUARDED_BY(mu_) = 0;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_ROOT_H_
