#include "hawser/module.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "plugins/api/module_state.h"

// Module as its host sees it: what it is called, holds and exports, and how it is emptied.

namespace hawser {

using base::ToAbsl;
using internal::ModuleScope;

std::string_view Module::name() const { return state_->name; }
std::string_view Module::version() const { return state_->version; }
base::Executor& Module::strand() { return state_->strand; }
bool Module::builtin() const { return state_->builtin; }

int Module::concurrency() const {
  switch (state_->concurrency) {
    case hawser::Concurrency::kSerial:
      break;
    case hawser::Concurrency::kPerObject:
      return static_cast<int>(state_->object_strands.size()) + 1;
    case hawser::Concurrency::kFree:
      return 0;
  }
  return 1;
}

Value Module::exports() const {
  base::MutexLock lock(state_->mu);
  return state_->exports.value_or(Value());
}

Value Module::Global(std::string_view name) const {
  base::MutexLock lock(state_->mu);
  auto found = state_->globals.find(name);
  return found == state_->globals.end() ? Value() : found->second;
}

std::vector<std::string> Module::GlobalNames() const {
  std::vector<std::string> names;
  base::MutexLock lock(state_->mu);
  for (const auto& [name, value] : state_->globals) names.push_back(name);
  return names;
}

HostedModule::ListenerCounts Module::listeners() const { return state_->listeners.counts(); }

uint64_t Module::pins() const {
  uint64_t pins = state_->pins.load(std::memory_order_acquire);
  for (const auto& info : state_->classes) {
    pins += info->live().load(std::memory_order_acquire);
    if (info->constructor()->held_outside(1)) ++pins;
  }
  base::MutexLock lock(state_->mu);
  bool exported =
      state_->exports.has_value() && state_->exports->AsObject() == state_->export_object.get();
  if (state_->export_object->held_outside(exported ? 2 : 1)) ++pins;
  return pins;
}

HostedModule::Claim Module::OnSessionStart(const SessionRef& session) {
  for (const auto& hook : state_->on_session_start) Guard("OnSessionStart", [&] { hook(session); });
  Claim claim;
  for (const auto& hook : state_->claims) {
    Guard("ClaimSession", [&] {
      Claim claimed = hook(session);
      if (claimed.window != nullptr) claim.window = std::move(claimed.window);
      if (claimed.contents != nullptr) claim.contents = std::move(claimed.contents);
      if (!claimed.refused.ok()) claim.refused = std::move(claimed.refused);
    });
  }
  return claim;
}

void Module::OnSessionEnd(const SessionRef& session, EndReason reason, bool concerned) {
  concerned |= state_->listeners.EndSession(session->id());
  concerned |= !state_->on_session_start.empty() || !state_->claims.empty() || has_entry_hook();
  state_->cleanups.End(session->id(), reason);
  // One by one: each may take back others.
  while (auto cleanup = state_->cleanups.TakeLast(session->id())) {
    concerned = true;
    Guard("a session's cleanup", [&] {
      cleanup(reason);
      cleanup = nullptr;
    });
  }
  if (!concerned) return;
  for (const auto& hook : state_->on_session_end)
    Guard("OnSessionEnd", [&] { hook(session, reason); });
}

bool Module::has_entry_hook() const { return state_->has_entry_hook; }

EntryDecision Module::OnEntry(const EntryRequest& request) {
  // A hook that fails decides nothing else but to block: it is policy.
  ModuleScope scope(*this);
  try {
    for (const auto& hook : state_->on_entry) {
      EntryDecision decision = hook(request);
      if (decision.verdict != EntryDecision::Verdict::kPass) return decision;
    }
  } catch (...) {
    Error error = CatchException();
    LogError(absl::StrCat("OnEntry failed: ", error.ToString()));
    return EntryDecision::Block(absl::StrCat("the hook failed: ", ToAbsl(error.message())));
  }
  return EntryDecision::Pass();
}

void Module::OnUnload() {
  if (state_->unloaded.load()) {
    state_->closing.store(true);
    ModuleScope scope(*this);
    state_->DropCode();
    return;
  }
  for (const auto& hook : state_->on_unload) Guard("OnUnload", hook);
  state_->unloaded.store(true, std::memory_order_release);
  ModuleScope scope(*this);
  state_->tasks->Close();
  state_->cleanups.Clear();
  state_->DropHooks();
  // Where calls run on this strand only, none runs now and none will: what they would run goes,
  // with the objects it holds.
  if (state_->concurrency == hawser::Concurrency::kSerial) state_->DropCode();
  std::optional<Value> exports;
  std::map<std::string, Value, std::less<>> globals;
  std::deque<Value> constants;
  base::MutexLock lock(state_->mu);
  exports = std::exchange(state_->exports, std::nullopt);
  globals.swap(state_->globals);
  constants.swap(state_->constants);
}

Module& Module::OnSessionStart(std::function<void(const SessionRef&)> hook) {
  CheckOpen("OnSessionStart");
  state_->on_session_start.push_back(std::move(hook));
  return *this;
}
Module& Module::OnSessionEnd(std::function<void(const SessionRef&, EndReason)> hook) {
  CheckOpen("OnSessionEnd");
  state_->on_session_end.push_back(std::move(hook));
  return *this;
}
Module& Module::ClaimSession(std::function<Claim(const SessionRef&)> hook) {
  CheckOpen("ClaimSession");
  state_->claims.push_back(std::move(hook));
  return *this;
}
Module& Module::OnEntry(std::function<EntryDecision(const EntryRequest&)> hook) {
  CheckOpen("OnEntry");
  state_->has_entry_hook = true;
  state_->on_entry.push_back(std::move(hook));
  return *this;
}
Module& Module::OnUnload(std::function<void()> hook) {
  CheckOpen("OnUnload");
  state_->on_unload.push_back(std::move(hook));
  return *this;
}

}  // namespace hawser
