#include "broker/core/claim_table.h"

#include <utility>

namespace hawser::broker {

void ClaimTable::Begin(const SessionRef& session, const ModuleRegistry& modules) {
  std::shared_ptr<const ModuleRegistry::Modules> all = modules.modules();
  {
    base::MutexLock lock(mu_);
    Entry& entry = entries_[session->id()];
    entry.claims.resize(all->size());
    entry.missing = all->size();
  }
  for (size_t i = 0; i < all->size(); ++i) {
    const ModuleRegistry::ModulePtr& module = (*all)[i];
    module->strand().Post([this, module, session, i] {
      if (session->ended()) return;
      Put(session->id(), i, module->OnSessionStart(session));
    });
  }
}

void ClaimTable::Put(const SessionId& session, size_t index, HostedModule::Claim claim) {
  std::vector<ObjectRef> dropped;
  std::vector<std::pair<Reply, Outcome>> answers;
  {
    base::MutexLock lock(mu_);
    auto found = entries_.find(session);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    Claimed& claimed = entry.claims[index];
    claimed.claim = std::move(claim);
    // If it is destroyed from here on, ObjectGone waits for the lock.
    TakeIfGone(claimed.claim.window, claimed.window_gone, &dropped);
    TakeIfGone(claimed.claim.contents, claimed.contents_gone, &dropped);
    AddHolder(claimed.claim.window, session);
    AddHolder(claimed.claim.contents, session);
    if (--entry.missing > 0) return;
    for (Waiting& waiting : entry.waiting) {
      answers.emplace_back(std::move(waiting.reply), Find(entry, waiting.which));
    }
    entry.waiting.clear();
  }
  for (auto& [reply, outcome] : answers) reply.Answer(std::move(outcome));
}

std::vector<ObjectRef> ClaimTable::End(const SessionId& session) {
  Entry ended;  // its waiting calls are dropped when the lock is free: the link answered them
  {
    base::MutexLock lock(mu_);
    auto found = entries_.find(session);
    if (found == entries_.end()) return {};
    ended = std::move(found->second);
    entries_.erase(found);
    for (const Claimed& claimed : ended.claims) {
      RemoveHolder(claimed.claim.window, session);
      RemoveHolder(claimed.claim.contents, session);
    }
  }
  std::vector<ObjectRef> pins;
  for (Claimed& claimed : ended.claims) {
    if (claimed.claim.window) pins.push_back(std::move(claimed.claim.window));
    if (claimed.claim.contents) pins.push_back(std::move(claimed.claim.contents));
  }
  return pins;
}

void ClaimTable::ObjectGone(const Object& object) {
  std::vector<ObjectRef> dropped;
  base::MutexLock lock(mu_);
  auto holders = holders_.extract(&object);
  if (!holders) return;
  for (const SessionId& session : holders.mapped()) {
    for (Claimed& claimed : entries_.at(session).claims) {
      if (claimed.claim.window.get() == &object)
        Take(claimed.claim.window, claimed.window_gone, &dropped);
      if (claimed.claim.contents.get() == &object)
        Take(claimed.claim.contents, claimed.contents_gone, &dropped);
    }
  }
}

void ClaimTable::Take(ObjectRef& object, bool& gone, std::vector<ObjectRef>* dropped) {
  gone = true;
  dropped->push_back(std::exchange(object, nullptr));
}

void ClaimTable::TakeIfGone(ObjectRef& object, bool& gone, std::vector<ObjectRef>* dropped) {
  if (object && object->gone() != GoneReason::kAlive) Take(object, gone, dropped);
}

void ClaimTable::AddHolder(const ObjectRef& object, const SessionId& session) {
  if (object) holders_[object.get()].insert(session);
}

void ClaimTable::RemoveHolder(const ObjectRef& object, const SessionId& session) {
  auto found = object ? holders_.find(object.get()) : holders_.end();
  if (found == holders_.end()) return;
  found->second.erase(session);
  if (found->second.empty()) holders_.erase(found);
}

void ClaimTable::Current(const SessionRef& session, Which which, Reply reply) {
  Outcome outcome = Outcome::Failed(
      absl::NotFoundError("only a session has a current window or current web contents"));
  if (session != nullptr) {
    base::MutexLock lock(mu_);
    auto found = entries_.find(session->id());
    if (found != entries_.end() && found->second.missing > 0) {
      found->second.waiting.push_back({which, std::move(reply)});
      return;
    }
    if (found != entries_.end()) outcome = Find(found->second, which);
  }
  reply.Answer(std::move(outcome));
}

Outcome ClaimTable::Find(const Entry& entry, Which which) {
  const bool window = which == Which::kWindow;
  absl::Status none =
      absl::NotFoundError(window ? "no module gives this session a current window"
                                 : "no module gives this session current web contents");
  for (const Claimed& claimed : entry.claims) {
    const HostedModule::Claim& claim = claimed.claim;
    const ObjectRef& object = window ? claim.window : claim.contents;
    // It may be destroyed on its strand just now.
    bool gone = object   ? object->gone() != GoneReason::kAlive
                : window ? claimed.window_gone
                         : claimed.contents_gone;
    if (gone) {
      return Outcome::Failed(absl::NotFoundError(
          window ? "this session's window was closed"
                 : "this session's web contents are gone: its window was closed"));
    }
    if (object) return Outcome(Value(object));
    if (!claim.refused.ok()) none = claim.refused;
  }
  return Outcome::Failed(none);
}

}  // namespace hawser::broker
