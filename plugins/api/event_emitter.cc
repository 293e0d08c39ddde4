#include "hawser/event_emitter.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "hawser/base/string_view.h"
#include "hawser/class_info.h"
#include "hawser/dispatch.h"
#include "hawser/listener_registry.h"
#include "hawser/module.h"

namespace hawser {
namespace {

// Takes what the call of a listener in this process comes to. Nobody waits for it, so that of a
// failure is logged. Keeps the emitter's module until then; deletes itself.
class ListenerCall final : public ReplySink {
 public:
  ListenerCall(const EventEmitter& emitter, std::string_view event, ObjectRef listener)
      : class_(*emitter.class_info()), event_(event), listener_(std::move(listener)) {
    class_.module().AddPin();
  }

  void Deliver(uint64_t /*token*/, Outcome outcome) override {
    Module& module = class_.module();
    // One that went away before its turn is no failure of anybody.
    if (!outcome.ok() && listener_->gone() == GoneReason::kAlive) LogFailure(outcome.error());
    delete this;
    module.RemovePin();
  }

 private:
  ~ListenerCall() = default;

  void LogFailure(const Error& why) const {
    std::string_view site = listener_->site();
    class_.module().LogWarning(
        absl::StrCat("a listener of event '", event_, "' of ", class_.name(),
                     site.empty() ? "" : absl::StrCat(" (made at ", base::ToAbsl(site), ")"),
                     " failed: ", why.ToString()));
  }

  const internal::ClassInfo& class_;
  const std::string event_;
  const ObjectRef listener_;
};

}  // namespace

EventEmitter::~EventEmitter() { DropListeners(); }

void EventEmitter::DropListeners() {
  if (has_listeners()) module().listener_registry().RemoveAll(*this, {}, nullptr);
}

size_t EventEmitter::EmitArray(std::string_view event, Array args) {
  if (!has_listeners()) return 0;
  internal::ListenerRegistry& registry = module().listener_registry();
  std::vector<internal::ListenerRegistry::Taken> taken = registry.Take(*this, event);
  // A listener may drop the last other reference to this object; in the object's destructor there
  // is none to take.
  ObjectRef self = TryAddRef() ? ObjectRef::Adopt(this) : ObjectRef();
  size_t reached = 0;
  for (size_t i = 0; i < taken.size(); ++i) {
    Object& callback = *taken[i].callback;
    if (callback.gone() != GoneReason::kAlive) {
      registry.Detach(*this, taken[i].callback);
      continue;
    }
    bool last = i + 1 == taken.size();
    Array copy;
    if (last) {
      copy.swap(args);
    } else {
      copy = args;
    }
    if (callback.home() == nullptr) {
      // In another process: no answer is asked for, but whether it could be sent is told here.
      ShapeRef shape = callback.shape();
      Invocation call{.op = Op::kCall, .shape = shape.get(), .args = copy, .no_reply = true};
      callback.Invoke(call, registry.ReplyFor(taken[i].listener));
    } else {
      internal::Dispatch(callback, Op::kCall, {}, std::move(copy),
                         Reply(new ListenerCall(*this, event, taken[i].callback), 0));
    }
    ++reached;
  }
  return reached;
}

absl::Status EventEmitter::Add(std::string_view event, Function listener, bool once,
                               const SessionRef& session) {
  const internal::ClassInfo* info = class_info();
  if (info == nullptr || listener.object() == nullptr || event.empty()) {
    return absl::InvalidArgumentError(
        "on needs an event, a listener, and an object made by its module");
  }
  std::vector<std::string_view> declared;
  bool known = false;
  for (const Member& member : info->members().members()) {
    if (member.kind != MemberKind::kEvent) continue;
    declared.push_back(member.name);
    known = known || member.name == event;
  }
  if (!declared.empty() && !known) {
    return absl::InvalidArgumentError(absl::StrCat(
        info->name(), " has no event '", base::ToAbsl(event), "'; its events are ",
        absl::StrJoin(declared, ", ",
                      [](std::string* out, std::string_view name) { out->append(name); })));
  }
  module().listener_registry().Add(*this, event, listener.object(), once, session);
  return absl::OkStatus();
}

bool EventEmitter::Off(std::string_view event, const Function& listener) {
  return has_listeners() && listener.object() != nullptr &&
         module().listener_registry().Remove(*this, event, *listener.object());
}

void EventEmitter::RemoveAllListeners(std::string_view event) {
  if (has_listeners()) module().listener_registry().RemoveAll(*this, event, nullptr);
}

size_t EventEmitter::ListenerCount(std::string_view event) const {
  return has_listeners() ? module().listener_registry().Count(*this, event) : 0;
}

void AddEmitterMembers(internal::MemberTable& table) {
  using OptionalEvent = std::optional<std::string_view>;
  auto add = [&table](std::string name, auto method, std::string doc) {
    internal::BoundMember code = internal::BindMethod<EventEmitter>(method);
    table.Add({.name = std::move(name),
               .inherited = true,
               .signature = std::move(code.signature),
               .doc = std::move(doc)},
              std::move(code.bound));
  };
  auto on = [](EventEmitter& self, Caller& caller, std::string_view event, Function listener) {
    return self.Add(event, std::move(listener), false, caller.session());
  };
  auto off = [](EventEmitter& self, std::string_view event, const Function& listener) {
    self.Off(event, listener);
  };
  add("on", on, "Calls the listener at each event, until removed.");
  add("addListener", on, "The same as on.");
  add(
      "once",
      [](EventEmitter& self, Caller& caller, std::string_view event, Function listener) {
        return self.Add(event, std::move(listener), true, caller.session());
      },
      "Calls the listener at the next event only.");
  add("off", off, "Removes a listener.");
  add("removeListener", off, "The same as off.");
  add(
      "listenerCount",
      [](EventEmitter& self, OptionalEvent event) {
        return self.ListenerCount(event.value_or(""));
      },
      "Number of listeners, of one event or of all.");
  add(
      "removeAllListeners",
      [](EventEmitter& self, Caller& caller, OptionalEvent event) {
        if (self.has_listeners()) {
          self.module().listener_registry().RemoveAll(self, event.value_or(""), caller.session());
        }
      },
      "Removes all listeners of the calling session, of one event or of all.");
}

}  // namespace hawser
