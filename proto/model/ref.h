#ifndef HAWSER_REF_H_
#define HAWSER_REF_H_

// Ref<T>: owning pointer to a type that counts its own references (AddRef/Unref members). Eight
// bytes, no control block. Thread-compatible like std::shared_ptr: distinct Refs to one target may
// be used from different threads at once.

#include <cstddef>
#include <type_traits>
#include <utility>

namespace hawser {

namespace internal {
template <typename U, typename T>
concept PointsTo = std::is_convertible_v<U*, T*>;
}  // namespace internal

template <typename T>
class Ref {
 public:
  constexpr Ref() = default;
  constexpr Ref(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)
  // Takes one more reference.
  explicit Ref(T* target) : target_(target) {
    if (target_ != nullptr) target_->AddRef();
  }
  // Takes over a reference the caller owns already.
  static Ref Adopt(T* target) {
    Ref ref;
    ref.target_ = target;
    return ref;
  }
  Ref(const Ref& other) : Ref(other.target_) {}
  Ref(Ref&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
  template <internal::PointsTo<T> U>
  Ref(const Ref<U>& other) : Ref(other.get()) {}  // NOLINT(google-explicit-constructor)
  template <internal::PointsTo<T> U>
  Ref(Ref<U>&& other) noexcept : target_(other.Leak()) {}  // NOLINT(google-explicit-constructor)
  Ref& operator=(Ref other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~Ref() {
    if (target_ != nullptr) target_->Unref();
  }

  T* get() const { return target_; }
  T& operator*() const { return *target_; }
  T* operator->() const { return target_; }
  explicit operator bool() const { return target_ != nullptr; }
  // Gives the reference to the caller, who must Unref it.
  [[nodiscard]] T* Leak() { return std::exchange(target_, nullptr); }
  void reset() { *this = Ref(); }

  friend bool operator==(const Ref& a, const Ref& b) { return a.target_ == b.target_; }
  friend bool operator==(const Ref& a, std::nullptr_t) { return a.target_ == nullptr; }

 private:
  T* target_ = nullptr;
};

template <typename T, typename... Args>
Ref<T> MakeRef(Args&&... args) {
  return Ref<T>::Adopt(new T(std::forward<Args>(args)...));
}

}  // namespace hawser

#endif  // HAWSER_REF_H_
