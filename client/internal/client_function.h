#ifndef CLIENT_INTERNAL_CLIENT_FUNCTION_H_
#define CLIENT_INTERNAL_CLIENT_FUNCTION_H_

// ClientFunction: a function of this program as an object that the broker may hold: what is behind
// a hawser::Callback. Thread-safe.
//
// A function registered by Once gets a stand-in: an object of its own with the same body. So the
// broker knows that registration from others of the function, and so does who calls it; RemoteObject
// ::Off, given the function, finds the stand-in again.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/internal/callback_queue.h"
#include "hawser/base/mutex.h"
#include "hawser/callback.h"
#include "hawser/object.h"

namespace hawser::internal {

class ClientFunction final : public Object {
 public:
  ClientFunction(CallbackBody body, ShapeRef shape, Value constant, std::string site)
      : body_(std::make_shared<const CallbackBody>(std::move(body))),
        shape_(std::move(shape)),
        constant_(std::move(constant)),
        site_(std::move(site)) {}
  // A stand-in.
  explicit ClientFunction(const ClientFunction& original)
      : body_(original.body_),
        shape_(original.shape_),
        constant_(original.constant_),
        site_(original.site_) {}

  // `object` if it is one, else null.
  static ClientFunction* From(Object* object);

  // Runs the body on this thread. What it throws is the error.
  Outcome Run(Args args);
  // From now on calls do nothing.
  void Silence() { silent_.store(true, std::memory_order_release); }
  // Whether a call has been run.
  bool has_run() const { return has_run_.load(std::memory_order_acquire); }

  // One registration: the object it is at, of the session of `connection`.
  struct Place {
    const void* connection = nullptr;
    uint64_t object = 0;
    std::string event;
    bool operator==(const Place&) const = default;
  };
  Ref<ClientFunction> MakeStandIn(Place place) HAWSER_EXCLUDES(mu_);
  // The newest stand-in at `place` that may still run; null if there is none.
  Ref<ClientFunction> StandInAt(const Place& place) HAWSER_EXCLUDES(mu_);

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

  struct StandIn {
    Place place;
    Ref<ClientFunction> function;
  };
  // Has run, will not, or its session is gone.
  bool used_up() const HAWSER_EXCLUDES(mu_);
  std::vector<StandIn> TakeUsedUp() HAWSER_REQUIRES(mu_);

  const std::shared_ptr<const CallbackBody> body_;  // shared with stand-ins
  const ShapeRef shape_;
  const Value constant_;
  const std::string site_;
  std::atomic<bool> silent_{false};
  std::atomic<bool> has_run_{false};
  mutable base::Mutex mu_;
  std::weak_ptr<CallbackQueue> home_ HAWSER_GUARDED_BY(mu_);
  bool has_home_ HAWSER_GUARDED_BY(mu_) = false;
  // Not used up, but for those since the last look.
  std::vector<StandIn> stand_ins_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_CLIENT_FUNCTION_H_
