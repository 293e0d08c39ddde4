#ifndef HAWSER_BOUND_METHODS_H_
#define HAWSER_BOUND_METHODS_H_

// BoundMethods: the methods of one module's objects that somebody holds as functions, so that
// reading the same one again gives the same function, and a client gets no new handle. It keeps
// nothing alive. Thread-safe. Authors do not use this header.

#include <cstddef>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "hawser/base/mutex.h"
#include "hawser/object.h"

namespace hawser::internal {

class BoundMethod;
class MemberTable;

class BoundMethods {
 public:
  // Method number `member` of `self`, whose members are those of `table`.
  ObjectRef Get(Object& self, const MemberTable& table, int member) HAWSER_EXCLUDES(mu_);
  // The last reference to `method` is gone. Another one may have taken its place already.
  void Forget(const BoundMethod& method) HAWSER_EXCLUDES(mu_);
  size_t size() const HAWSER_EXCLUDES(mu_);

 private:
  // A method holds its object, so no other object has this address as long as the entry is there.
  using Key = std::tuple<const Object*, const MemberTable*, int>;

  mutable base::Mutex mu_;
  absl::flat_hash_map<Key, BoundMethod*> methods_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::internal

#endif  // HAWSER_BOUND_METHODS_H_
