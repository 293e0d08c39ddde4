#ifndef HAWSER_CALLABLE_TRAITS_H_
#define HAWSER_CALLABLE_TRAITS_H_

// What a C++ callable takes and gives: for member functions, function pointers, lambdas and
// std::function. Authors do not use this header.

#include <optional>
#include <type_traits>

#include "hawser/convert.h"

namespace hawser::internal {

template <typename T>
concept HasConvert = requires {
  Convert<T>::kType;
};
template <typename T>
concept Callable = std::is_class_v<T> && requires {
  &T::operator();
};

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <typename... T>
struct TypeList {};

template <typename F>
struct CallableTraits;
template <typename F>
requires Callable<F>
struct CallableTraits<F> : CallableTraits<decltype(&F::operator())> {
};

// NOLINTBEGIN(bugprone-macro-parentheses): qualifiers stand alone
#define HAWSER_CALLABLE_TRAITS(QUALIFIERS)           \
  template <typename R, typename C, typename... P>   \
  struct CallableTraits<R (C::*)(P...) QUALIFIERS> { \
    using Result = R;                                \
    using Params = TypeList<P...>;                   \
  }
// NOLINTEND(bugprone-macro-parentheses)
HAWSER_CALLABLE_TRAITS();
HAWSER_CALLABLE_TRAITS(const);
HAWSER_CALLABLE_TRAITS(noexcept);
HAWSER_CALLABLE_TRAITS(const noexcept);
#undef HAWSER_CALLABLE_TRAITS
template <typename R, typename... P>
struct CallableTraits<R (*)(P...)> {
  using Result = R;
  using Params = TypeList<P...>;
};
template <typename R, typename... P>
struct CallableTraits<R (*)(P...) noexcept> : CallableTraits<R (*)(P...)> {};

}  // namespace hawser::internal

#endif  // HAWSER_CALLABLE_TRAITS_H_
