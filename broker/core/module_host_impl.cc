#include "broker/core/module_host_impl.h"

#include <utility>

#include "hawser/base/log.h"

namespace hawser::broker {

void HomeTable::Add(const base::Executor* home, std::string_view module) {
  base::MutexLock lock(mu_);
  modules_[home] = std::string(module);
}

void HomeTable::Remove(const base::Executor* home) {
  base::MutexLock lock(mu_);
  modules_.erase(home);
}

std::string HomeTable::ModuleOf(const Object& object) const { return ModuleOf(object.home()); }

std::string HomeTable::ModuleOf(const base::Executor* home) const {
  if (home == nullptr) return {};
  base::MutexLock lock(mu_);
  auto entry = modules_.find(home);
  return entry == modules_.end() ? std::string() : entry->second;
}

ModuleHostImpl::ModuleHostImpl(const ModuleServices& services, std::string name)
    : services_(services),
      name_(std::move(name)),
      pool_(services.shared, services.shared_per_module) {
  services_.homes.Add(&pool_, name_);
}

ModuleHostImpl::~ModuleHostImpl() {
  services_.homes.Remove(&pool_);
  base::MutexLock lock(mu_);
  for (const auto& strand : strands_) services_.homes.Remove(strand.get());
}

base::Executor& ModuleHostImpl::NewStrand() {
  base::MutexLock lock(mu_);
  // The first is the module's own and has one thread at most; those after it run side by side.
  base::Executor& pool = strands_.empty() ? services_.pool : pool_;
  std::shared_ptr<base::Strand> strand = base::Strand::Make(pool);
  services_.homes.Add(strand.get(), name_);
  strands_.push_back(strand);
  return *strand;
}

uint64_t ModuleHostImpl::StartTimer(base::MonoTime when, base::Executor& executor,
                                    base::Task task) {
  return services_.timers.Start(when, executor, std::move(task));
}

void ModuleHostImpl::Log(std::string_view module, Severity severity, std::string_view message) {
  base::LogLevel level = severity == Severity::kInfo      ? base::LogLevel::kInfo
                         : severity == Severity::kWarning ? base::LogLevel::kWarning
                                                          : base::LogLevel::kError;
  base::Log(level, "module", {{"module", module}, {"message", message}});
}

void ModuleHostImpl::ObjectGone(const Object& object, GoneReason reason) {
  if (services_.on_gone) services_.on_gone(object, reason);
}

size_t ModuleHostImpl::queued() const {
  base::MutexLock lock(mu_);
  size_t queued = 0;
  for (const auto& strand : strands_) queued += strand->queued();
  return queued;
}

}  // namespace hawser::broker
