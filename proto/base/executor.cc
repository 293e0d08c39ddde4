#include "hawser/base/executor.h"

#include <utility>

namespace hawser::base {
namespace {

thread_local Executor* current = nullptr;

}  // namespace

Executor* CurrentExecutor() { return current; }

ScopedExecutor::ScopedExecutor(Executor* executor) : previous_(std::exchange(current, executor)) {}

ScopedExecutor::~ScopedExecutor() { current = previous_; }

}  // namespace hawser::base
