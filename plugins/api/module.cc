#include "hawser/module.h"

#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/keep_for_ever.h"
#include "hawser/base/string_view.h"
#include "hawser/base/unnest.h"
#include "hawser/base/utf8.h"
#include "plugins/api/module_state.h"

// A module is filled by its body, then sealed: shapes are built, and what the host may see is
// constant. It is emptied in three steps. OnUnload stops it: its objects are gone for callers, and it
// lets go of whatever it holds itself, but for what calls may be running still. OnUnload again, once
// none does, lets go of that; what others still hold is deleted from now on where they drop it, for
// there may be no strand any more. When nobody holds anything of it (pins), it may be deleted, and
// its library closed.

namespace hawser {

using base::ToAbsl;
using internal::ModuleScope;

// ModuleScope

namespace internal {

// Looked at in every call. The library is always there from a program's start, so its few words are
// in the part of each thread's storage that is reached without a function call. Not static: gold
// takes a static one of this model to be the first of the library's, wherever it is.
extern thread_local Module* current_module __attribute__((visibility("hidden")));
thread_local Module* current_module __attribute__((tls_model("initial-exec"))) = nullptr;

ModuleScope::ModuleScope(Module& module) : previous_(std::exchange(current_module, &module)) {}
ModuleScope::~ModuleScope() { current_module = previous_; }
Module* ModuleScope::Current() { return current_module; }

Module& ModuleScope::Required(const char* what) {
  if (current_module != nullptr) return *current_module;
  throw Exception(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(what,
                   " belongs to the module whose code runs, and none does on this thread; use the "
                   "functions of hawser::Module there"));
}

// Making

HostedModule* CreateModule(ModuleHost* host, const char* name, void (*body)(Module&), char* error,
                           uint64_t error_capacity) {
  absl::StatusOr<std::unique_ptr<Module>> module = Module::Make(*host, name, body);
  if (module.ok()) return module->release();
  if (error_capacity > 0) {
    std::string_view message = base::ToStd(module.status().message());
    message = message.substr(0, error_capacity - 1);
    std::memcpy(error, message.data(), message.size());
    error[message.size()] = '\0';
  }
  return nullptr;
}

}  // namespace internal

absl::StatusOr<std::unique_ptr<Module>> Module::Make(ModuleHost& host, std::string name,
                                                     const std::function<void(Module&)>& body) {
  std::unique_ptr<Module> module(new Module(host, std::move(name)));
  ModuleScope scope(*module);
  try {
    module->AddClass("DynamicObject", internal::TypeKey<DynamicObject>(), false);
    body(*module);
    module->Seal();
  } catch (...) {
    absl::Status status = CatchException().ToStatus();
    module->state_->on_unload.clear();
    module->OnUnload();
    module->OnUnload();
    // What it made may be held where its body left it, such as in a static of its library: when that
    // goes, it must find the module.
    if (module->pins() > 0) base::KeepForEver(std::move(module));
    return status;
  }
  return module;
}

Module::Module(ModuleHost& host, std::string name)
    : state_(std::make_unique<internal::ModuleState>(*this, host, std::move(name))) {
  state_->export_object = MakeRef<internal::StaticObject>(*this, ObjectKind::kObject, state_->name);
  state_->emitter_members =
      std::make_unique<internal::MemberTable>(*this, ObjectKind::kObject, "EventEmitter");
  AddEmitterMembers(*state_->emitter_members);
  state_->emitter_members->Seal();
}

void Module::Seal() {
  for (size_t i = 0; i < state_->classes.size(); ++i) {
    internal::ClassInfo& info = *state_->classes[i];
    if (info.base() != nullptr) info.members().Inherit(info.base()->members());
    if (state_->class_emits[i]) info.members().Inherit(*state_->emitter_members);
    info.members().Seal();
    internal::StaticObject& constructor = *info.constructor();
    // Inherited static members alone do not export a class, which may be the module's own business.
    const bool exported = constructor.constructible() || !constructor.members().members().empty();
    if (info.base() != nullptr)
      constructor.members().Inherit(info.base()->constructor()->members());
    constructor.members().Seal();
    if (exported) {
      Member member{.name = info.name(), .kind = MemberKind::kProperty, .readonly = true};
      member.signature.result = Type::kConstructor;
      auto get = [&info] { return Value(info.constructor()); };
      export_members().Add(std::move(member), internal::BindFunction(get).bound);
    }
  }
  base::MutexLock lock(state_->mu);
  if (!state_->exports.has_value()) {
    state_->exports = Value(state_->export_object);
  } else if (!export_members().members().empty()) {
    throw Exception(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat(state_->name, ".", export_members().members()[0].name,
                     ": nobody could reach it, because the module has Exports, which gives another "
                     "value in place of all members; leave one of them out"));
  }
  export_members().Seal();
  state_->sealed = true;
}

void Module::CheckOpen(std::string_view what) const {
  if (!state_->sealed) return;
  throw Exception(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(state_->name, ": ", ToAbsl(what), " is for the body of HAWSER_MODULE only"));
}

void Module::CheckName(std::string_view what, std::string_view name) const {
  if (name.empty()) {
    throw Exception(absl::StatusCode::kInvalidArgument,
                    absl::StrCat(state_->name, ": a ", ToAbsl(what), " needs a name"));
  }
  CheckText(what, name);
}

void Module::CheckText(std::string_view what, std::string_view text) const {
  absl::Status status = base::CheckUtf8(what, text);
  if (status.ok()) return;
  throw Exception(status.code(), absl::StrCat(state_->name, ": ", status.message()));
}

internal::ClassInfo& Module::AddClass(std::string name, const void* type_key, bool emits) {
  CheckOpen("Class");
  CheckName("class", name);
  for (const auto& info : state_->classes) {
    std::string problem;
    if (info->name() == name) {
      problem = "is registered twice";
    } else if (info->type_key() == type_key) {
      problem = absl::StrCat("is the C++ class that is registered as ", info->name(), " already");
    }
    if (problem.empty()) continue;
    throw Exception(absl::StatusCode::kInvalidArgument,
                    absl::StrCat(state_->name, ": class ", name, " ", problem));
  }
  state_->class_emits.push_back(emits);
  return *state_->classes.emplace_back(
      std::make_unique<internal::ClassInfo>(*this, std::move(name), type_key));
}

internal::MemberTable& Module::export_members() { return state_->export_object->members(); }

const internal::ClassInfo* Module::FindClass(const void* type_key) const {
  for (const auto& info : state_->classes) {
    if (info->type_key() == type_key) return info.get();
  }
  return nullptr;
}

Module& Module::Version(std::string version) {
  CheckOpen("Version");
  CheckText("version", version);
  state_->version = std::move(version);
  return *this;
}

Module& Module::Concurrency(hawser::Concurrency concurrency) {
  CheckOpen("Concurrency");
  state_->concurrency = concurrency;
  if (concurrency == hawser::Concurrency::kPerObject && state_->object_strands[0] == nullptr) {
    for (base::Executor*& strand : state_->object_strands) strand = &state_->host.NewStrand();
  }
  return *this;
}

Module& Module::Builtin() {
  CheckOpen("Builtin");
  state_->builtin = true;
  return *this;
}

Module& Module::Exports(Value value) {
  CheckOpen("Exports");
  std::optional<Value> old;
  base::MutexLock lock(state_->mu);
  old = std::exchange(state_->exports, std::move(value));
  return *this;
}

Module& Module::Global(std::string name, Value value) {
  CheckName("global", name);
  Value old;
  base::MutexLock lock(state_->mu);
  if (value.is_undefined()) {
    if (auto global = state_->globals.extract(name)) old = std::move(global.mapped());
  } else {
    old = std::exchange(state_->globals[std::move(name)], std::move(value));
  }
  return *this;
}

std::function<Value()> Module::KeepConstant(Value value) {
  base::MutexLock lock(state_->mu);
  size_t index = state_->constants.size();
  state_->constants.push_back(std::move(value));
  return [state = state_.get(), index] {
    base::MutexLock lock(state->mu);
    return index < state->constants.size() ? state->constants[index] : Value();
  };
}

// Running

Module::~Module() {
  ModuleScope scope(*this);
  // Nobody uses the module any more, so whatever it still holds is deleted here and now.
  state_->closing.store(true);
  OnUnload();
  state_->export_object.reset();
}

base::Executor& Module::HomeOf(const Object* object) const {
  switch (state_->concurrency) {
    case hawser::Concurrency::kSerial:
      break;
    case hawser::Concurrency::kPerObject: {
      if (object == nullptr || object == state_->export_object.get()) break;
      // Objects are 16 bytes apart at least.
      uintptr_t address = reinterpret_cast<uintptr_t>(object) >> 4;
      return *state_->object_strands[(address ^ (address >> 8)) % state_->object_strands.size()];
    }
    case hawser::Concurrency::kFree:
      // The host may be gone by then.
      if (state_->closing.load(std::memory_order_relaxed)) break;
      return state_->host.pool();
  }
  return state_->strand;
}

void Module::AddPin() { state_->pins.fetch_add(1, std::memory_order_relaxed); }
void Module::RemovePin() { state_->pins.fetch_sub(1, std::memory_order_release); }

std::atomic<uint64_t>& Module::function_count() { return state_->pins; }

uint64_t Module::LiveOf(const void* type_key) const {
  const internal::ClassInfo* info = FindClass(type_key);
  return info == nullptr ? 0 : info->live().load(std::memory_order_acquire);
}

// Deletions inside deletions on one stack.
constexpr int kMaxNestedDeletions = 32;

void Module::Retire(Object& object, base::Executor& home, std::atomic<uint64_t>& count,
                    void (*destroy)(Object*)) {
  auto run = [this, &object, &count, destroy] {
    {
      ModuleScope scope(*this);
      destroy(&object);
    }
    count.fetch_sub(1, std::memory_order_release);
  };
  if (state_->closing.load() || base::CurrentExecutor() == &home) {
    // Objects may hold each other in chains of any length, which a client alone can make.
    base::Unnest<kMaxNestedDeletions>(run, [](const auto& run) { run(); });
  } else {
    home.Post(run);
  }
}

void Module::Guard(std::string_view what, absl::FunctionRef<void()> body) {
  ModuleScope scope(*this);
  try {
    body();
  } catch (...) {
    LogError(absl::StrCat(ToAbsl(what), " failed: ", CatchException().ToString()));
  }
}

void Module::Post(base::Task task) {
  state_->tasks->Post(state_->strand, [task = std::move(task)](Outcome) mutable { task(); });
}

uint64_t Module::Timer(absl::Duration after, base::Task task) {
  return state_->tasks->Start(after, state_->strand,
                              [task = std::move(task)](Outcome) mutable { task(); });
}

void Module::CancelTimer(uint64_t timer) { state_->tasks->Cancel(timer); }

void Module::Then(const ObjectRef& promise, absl::AnyInvocable<void(Outcome)> then) {
  state_->tasks->Then(promise, state_->strand, std::move(then));
}

void Module::Log(std::string_view message) {
  state_->host.Log(state_->name, ModuleHost::Severity::kInfo, message);
}
void Module::LogWarning(std::string_view message) {
  state_->host.Log(state_->name, ModuleHost::Severity::kWarning, message);
}
void Module::LogError(std::string_view message) {
  state_->host.Log(state_->name, ModuleHost::Severity::kError, message);
}

ModuleHost& Module::host() const { return state_->host; }
GoneReason Module::gone() const {
  return state_->unloaded.load(std::memory_order_acquire) ? GoneReason::kModuleUnloaded
                                                          : GoneReason::kAlive;
}
internal::ListenerRegistry& Module::listener_registry() { return state_->listeners; }
internal::BoundMethods& Module::bound_methods() { return state_->bound_methods; }

uint64_t Caller::OnEnd(absl::AnyInvocable<void(EndReason)> cleanup) const {
  SessionRef caller = session();
  return caller == nullptr ? 0 : module_.HangOnEnd(caller, std::move(cleanup));
}

uint64_t Module::HangOnEnd(const SessionRef& session, absl::AnyInvocable<void(EndReason)> cleanup) {
  if (session == nullptr) return 0;
  internal::SessionCleanups::Hung hung = state_->cleanups.Add(*session, std::move(cleanup));
  if (hung.ended.has_value()) {
    Post([this, number = hung.number, reason = *hung.ended] {
      if (auto taken = state_->cleanups.Take(number)) taken(reason);
    });
  }
  return hung.number;
}

void Module::CancelOnEnd(uint64_t number) { state_->cleanups.Take(number); }

size_t Module::hung_on_ends() const { return state_->cleanups.size(); }

}  // namespace hawser
