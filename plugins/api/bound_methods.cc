#include "hawser/bound_methods.h"

#include "hawser/native_function.h"

namespace hawser::internal {

ObjectRef BoundMethods::Get(Object& self, const MemberTable& table, int member) {
  base::MutexLock lock(mu_);
  BoundMethod*& known = methods_[Key(&self, &table, member)];
  // One that is on its way out waits for the lock in Forget.
  if (known != nullptr && known->TryAddRef()) return ObjectRef::Adopt(known);
  auto method = MakeRef<BoundMethod>(ObjectRef(&self), table, member);
  known = method.get();
  return method;
}

void BoundMethods::Forget(const BoundMethod& method) {
  base::MutexLock lock(mu_);
  auto found = methods_.find(Key(&method.self(), &method.table(), method.member()));
  if (found != methods_.end() && found->second == &method) methods_.erase(found);
}

size_t BoundMethods::size() const {
  base::MutexLock lock(mu_);
  return methods_.size();
}

}  // namespace hawser::internal
