// The functions of scalars that the formulas of kernels/math use; kernels/cpu/vector-inl.h has them for
// Vectors.

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "kernels/math/host_device.h"

#if defined(TINYTORCH_MATH_SCALAR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_SCALAR_INL_H
#undef TINYTORCH_MATH_SCALAR_INL_H
#else
#define TINYTORCH_MATH_SCALAR_INL_H
#endif

BEGIN_MATH

/// The type of a vector's elements; of a scalar, its own.
template <class T>
struct ElementOf {
  using type = T;
};
template <class T>
requires requires { typename T::Element; }
struct ElementOf<T> {
  using type = typename T::Element;
};
template <class T>
inline constexpr bool is_f32 = std::is_same_v<typename ElementOf<T>::type, float>;

template <class T>
inline constexpr bool is_vector = !std::is_same_v<typename ElementOf<T>::type, T>;

/// a where the condition holds, else b.
template <class T>
HOST_DEVICE T select(bool condition, T a, T b) {
  return condition ? a : b;
}

/// a b + c, rounded once; but twice for processors without such an instruction.
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T fma(T a, T b, T c) {
#if defined(HWY_NATIVE_FMA) && !HWY_NATIVE_FMA
  return a * b + c;
#else
  return std::fma(a, b, c);
#endif
}

/// f(x...), computed in f64.
template <class Function, class T, class... Ts>
requires std::is_floating_point_v<T> HOST_DEVICE T in_f64(Function f, T x, Ts... others) {
  return static_cast<T>(f(static_cast<double>(x), static_cast<double>(others)...));
}

template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T sqrt(T x) { return std::sqrt(x); }

template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T abs(T x) { return std::fabs(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T floor(T x) { return std::floor(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T ceil(T x) { return std::ceil(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T trunc(T x) { return std::trunc(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T round_half_to_even(T x) { return std::nearbyint(x); }
HOST_DEVICE double exp(double x) { return std::exp(x); }
HOST_DEVICE double expm1(double x) { return std::expm1(x); }
HOST_DEVICE double log(double x) { return std::log(x); }
HOST_DEVICE double log1p(double x) { return std::log1p(x); }
HOST_DEVICE double tanh(double x) { return std::tanh(x); }
HOST_DEVICE double erf(double x) { return std::erf(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T sin(T x) { return std::sin(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T cos(T x) { return std::cos(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T tan(T x) { return std::tan(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T asin(T x) { return std::asin(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T acos(T x) { return std::acos(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T atan(T x) { return std::atan(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T sinh(T x) { return std::sinh(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T cosh(T x) { return std::cosh(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T exp2(T x) { return std::exp2(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T log2(T x) { return std::log2(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T log10(T x) { return std::log10(x); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T atan2(T a, T b) { return std::atan2(a, b); }
template <class T>
requires std::is_floating_point_v<T> HOST_DEVICE T pow(T a, T b) { return std::pow(a, b); }

/// The bits of a floating-point value, as an integer of its size.
HOST_DEVICE std::uint32_t to_bits(float x) { return std::bit_cast<std::uint32_t>(x); }
HOST_DEVICE std::uint64_t to_bits(double x) { return std::bit_cast<std::uint64_t>(x); }
HOST_DEVICE float from_bits(std::uint32_t x) { return std::bit_cast<float>(x); }
HOST_DEVICE double from_bits(std::uint64_t x) { return std::bit_cast<double>(x); }

template <int n, class T>
requires std::is_unsigned_v<T> HOST_DEVICE T shift_left(T x) { return x << n; }
template <int n, class T>
requires std::is_unsigned_v<T> HOST_DEVICE T shift_right(T x) { return x >> n; }
/// Copies of the highest bit come in from the left.
template <int n, class T>
requires std::is_unsigned_v<T> HOST_DEVICE T shift_right_signed(T x) {
  return static_cast<T>(static_cast<std::make_signed_t<T>>(x) >> n);
}
template <class T>
using BitsOf = decltype(to_bits(T()));

END_MATH

#endif
