#include "broker/session/session_reaper.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace hawser::broker {

SessionReaper::~SessionReaper() {
  base::MutexLock lock(mu_);
  while (working_) idle_.Wait(mu_);
}

void SessionReaper::EndSoon(Ref<link::Endpoint> session, EndReason reason, absl::Status why) {
  {
    base::MutexLock lock(mu_);
    queue_.push_back({std::move(session), reason, std::move(why)});
    if (std::exchange(working_, true)) return;
  }
  services_.pool.Post([this] { WorkSlice(); });
}

void SessionReaper::WorkSlice() {
  const base::MonoTime until = services_.clock.Now() + services_.limits.reap_slice;
  do {
    Ending ending;
    {
      base::MutexLock lock(mu_);
      if (queue_.empty()) {
        working_ = false;
        idle_.NotifyAll();
        return;
      }
      ending = std::move(queue_.front());
      queue_.pop_front();
    }
    ending.session->End(ending.reason, ending.why);
  } while (services_.clock.Now() < until);
  services_.pool.Post([this] { WorkSlice(); });
}

void SessionReaper::Release(const SessionRef& session, EndReason reason,
                            std::vector<ObjectRef> pins,
                            std::span<const base::Executor* const> used_homes) {
  services_.modules.RemoveProvided(session->id());
  std::vector<ObjectRef> claimed = services_.claims.End(session->id());
  pins.insert(pins.end(), std::make_move_iterator(claimed.begin()),
              std::make_move_iterator(claimed.end()));

  // Pins by module. What is no module's (promises, objects of other sessions) is dropped here, at
  // the end.
  std::map<std::string, std::vector<ObjectRef>, std::less<>> by_module;
  const base::Executor* home = nullptr;
  std::vector<ObjectRef>* bucket = &by_module[""];
  for (ObjectRef& pin : pins) {
    // Runs of objects of one module are the rule.
    if (pin->home() != home) {
      home = pin->home();
      bucket = &by_module[services_.homes.ModuleOf(home)];
    }
    bucket->push_back(std::move(pin));
  }
  std::set<std::string, std::less<>> used;
  for (const base::Executor* used_home : used_homes)
    used.insert(services_.homes.ModuleOf(used_home));
  for (const ModuleRegistry::ModulePtr& module : *services_.modules.modules()) {
    std::vector<ObjectRef> mine;
    bool concerned = used.contains(module->name());
    if (auto entry = by_module.find(module->name()); entry != by_module.end()) {
      mine = std::move(entry->second);
      by_module.erase(entry);
      concerned = true;
    }
    module->strand().Post([module, session, reason, concerned, mine = std::move(mine),
                           per_turn = services_.limits.pins_per_turn]() mutable {
      module->OnSessionEnd(session, reason, concerned);
      DropPins(module->strand(), std::move(mine), per_turn);
    });
  }
}

// A session with a million objects must not hold a module's strand while they all go.
void SessionReaper::DropPins(base::Executor& strand, std::vector<ObjectRef> pins, size_t per_turn) {
  size_t left = pins.size() - std::min(pins.size(), per_turn);
  pins.resize(left);
  if (pins.empty()) return;
  strand.Post([&strand, pins = std::move(pins), per_turn]() mutable {
    DropPins(strand, std::move(pins), per_turn);
  });
}

}  // namespace hawser::broker
