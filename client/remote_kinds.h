#ifndef HAWSER_REMOTE_KINDS_H_
#define HAWSER_REMOTE_KINDS_H_

// RemoteFunction, RemoteConstructor and RemotePromise: a RemoteObject known to be of that kind. As
// the type of an answer or a callback's argument they check it: INVALID_ARGUMENT "expected function,
// got object". Threads and errors as of RemoteObject.

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawser/remote_object.h"

namespace hawser {

// A RemoteObject of kind function.
class RemoteFunction : public RemoteObject {
 public:
  using RemoteObject::RemoteObject;
  RemoteFunction With(CallOptions options) const {
    return RemoteFunction(RemoteObject::With(options));
  }
  template <typename... A>
  absl::StatusOr<Value> operator()(A&&... args) const {
    return Invoke(std::forward<A>(args)...);
  }

 private:
  friend struct Convert<RemoteFunction>;
  explicit RemoteFunction(RemoteObject object) : RemoteObject(std::move(object)) {}
};

// A RemoteObject of kind constructor. Its members are the "static" ones of its class.
class RemoteConstructor : public RemoteObject {
 public:
  using RemoteObject::RemoteObject;
  RemoteConstructor With(CallOptions options) const {
    return RemoteConstructor(RemoteObject::With(options));
  }

 private:
  friend struct Convert<RemoteConstructor>;
  explicit RemoteConstructor(RemoteObject object) : RemoteObject(std::move(object)) {}
};

// A RemoteObject of kind promise. One that fails and is dropped by everybody without having been
// awaited is reported to ConnectOptions::on_unhandled_rejection.
class RemotePromise : public RemoteObject {
 public:
  using RemoteObject::RemoteObject;
  RemotePromise With(CallOptions options) const {
    return RemotePromise(RemoteObject::With(options));
  }

 private:
  friend struct Convert<RemotePromise>;
  explicit RemotePromise(RemoteObject object) : RemoteObject(std::move(object)) {}
};

namespace internal {
// INVALID_ARGUMENT unless `value` holds an object of this kind.
absl::Status CheckKind(const Value& value, ObjectKind kind);
}  // namespace internal

#define HAWSER_CONVERT_REMOTE(T, TYPE, KIND)                  \
  template <>                                                 \
  struct Convert<T> {                                         \
    static constexpr Type kType = TYPE;                       \
    static absl::StatusOr<T> From(const Value& value) {       \
      absl::Status status = internal::CheckKind(value, KIND); \
      if (!status.ok()) return status;                        \
      return T(value.TakeObject());                           \
    }                                                         \
    static Value To(const T& object) { return object; }       \
  }
HAWSER_CONVERT_REMOTE(RemoteFunction, Type::kFunction, ObjectKind::kFunction);
HAWSER_CONVERT_REMOTE(RemoteConstructor, Type::kConstructor, ObjectKind::kConstructor);
HAWSER_CONVERT_REMOTE(RemotePromise, Type::kPromise, ObjectKind::kPromise);
#undef HAWSER_CONVERT_REMOTE

}  // namespace hawser

#endif  // HAWSER_REMOTE_KINDS_H_
