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
  std::vector<std::pair<Reply, Outcome>> answers;
  {
    base::MutexLock lock(mu_);
    auto found = entries_.find(session);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    entry.claims[index] = std::move(claim);
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
  }
  std::vector<ObjectRef> pins;
  for (HostedModule::Claim& claim : ended.claims) {
    if (claim.window) pins.push_back(std::move(claim.window));
    if (claim.contents) pins.push_back(std::move(claim.contents));
  }
  return pins;
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
  for (const HostedModule::Claim& claim : entry.claims) {
    const ObjectRef& object = which == Which::kWindow ? claim.window : claim.contents;
    if (object) return Outcome(Value(object));
  }
  return Outcome::Failed(absl::NotFoundError(
      which == Which::kWindow ? "no module gives this session a current window"
                              : "no module gives this session current web contents"));
}

}  // namespace hawser::broker
