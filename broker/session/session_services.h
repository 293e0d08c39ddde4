#ifndef HAWSER_BROKER_SESSION_SESSION_SERVICES_H_
#define HAWSER_BROKER_SESSION_SESSION_SERVICES_H_

#include <string>

#include "broker/core/claim_table.h"
#include "broker/core/limits.h"
#include "broker/core/module_host_impl.h"
#include "broker/core/module_registry.h"
#include "broker/core/object_registry.h"
#include "broker/core/timer_queue.h"
#include "hawser/ids.h"
#include "proto/link/link_limits.h"

namespace hawser::broker {

// What sessions need of the broker. All of it outlives them.
struct SessionServices {
  base::Executor& pool;
  base::Executor& control;  // the control thread; never module code
  TimerQueue& timers;
  const base::Clock& clock;
  ObjectRegistry& objects;
  ModuleRegistry& modules;
  ClaimTable& claims;
  HomeTable& homes;
  ObjectRef root;
  BrokerLimits limits;
  link::LinkLimits link_limits;
  Epoch epoch;         // of this run, never 0
  std::string broker;  // "hawserd 0.1.0"
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_SESSION_SERVICES_H_
