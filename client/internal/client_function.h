#ifndef CLIENT_INTERNAL_CLIENT_FUNCTION_H_
#define CLIENT_INTERNAL_CLIENT_FUNCTION_H_

// ClientFunction: a function of this program as an object that the broker may hold: what is behind
// a hawser::Callback. Thread-safe.

#include <atomic>
#include <memory>
#include <string>

#include "client/internal/callback_queue.h"
#include "hawser/base/mutex.h"
#include "hawser/callback.h"
#include "hawser/object.h"

namespace hawser::internal {

class ClientFunction final : public Object {
 public:
  ClientFunction(CallbackBody body, ShapeRef shape, Value constant, std::string site)
      : body_(std::move(body)),
        shape_(std::move(shape)),
        constant_(std::move(constant)),
        site_(std::move(site)) {}

  // `object` if it is one, else null.
  static ClientFunction* From(Object* object);

  // Runs the body on this thread. What it throws is the error.
  Outcome Run(Args args) const;
  // From now on calls do nothing.
  void Silence() { silent_.store(true, std::memory_order_relaxed); }

  // Says where the body is to be run and destroyed. Only the first call counts.
  void SetHome(const std::shared_ptr<CallbackQueue>& queue);
  // Null before, and once that session is gone.
  std::shared_ptr<CallbackQueue> home_queue() const;

  ShapeRef shape() const override { return shape_; }
  std::string_view site() const override { return site_; }
  Value constant() const override { return constant_; }
  const void* type_tag() const override;
  // Runs here: who calls it from inside this process sees to it that here is right.
  void Invoke(Invocation call, Reply reply) override;

 private:
  friend std::default_delete<ClientFunction>;
  ~ClientFunction() override = default;
  void Dispose() override;

  const CallbackBody body_;
  const ShapeRef shape_;
  const Value constant_;
  const std::string site_;
  std::atomic<bool> silent_{false};
  mutable base::Mutex mu_;
  std::weak_ptr<CallbackQueue> home_ HAWSER_GUARDED_BY(mu_);
  bool has_home_ HAWSER_GUARDED_BY(mu_) = false;
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_CLIENT_FUNCTION_H_
