// What the formulas of elementary functions share, see kernels/math/host_device.h.

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/math/scalar-inl.h"

#if defined(TINYTORCH_MATH_POLYNOMIAL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_POLYNOMIAL_INL_H
#undef TINYTORCH_MATH_POLYNOMIAL_INL_H
#else
#define TINYTORCH_MATH_POLYNOMIAL_INL_H
#endif

BEGIN_MATH

/// The types whose elementary functions have formulas of our own. They are without branches or tables. In f64
/// they rely on fused multiply-adds, so that scalars call the C library: CUDA's is as good, and processors
/// without such an instruction have no Vectors.
template <class F>
concept HasFormulas = is_f32<F> || is_vector<F>;

/// The polynomial of x with these coefficients, the highest power's first (Horner's method).
template <class F, class... Rest>
HOST_DEVICE F horner(F x, F first, double second, Rest... rest) {
  const F sum = fma(first, x, F(second));
  if constexpr (sizeof...(rest) == 0) {
    return sum;
  } else {
    return horner(x, sum, rest...);
  }
}

/// The unsigned integer of the size of F's elements.
template <class F>
using Word = std::conditional_t<is_f32<F>, std::uint32_t, std::uint64_t>;
template <class F>
using Limits = std::numeric_limits<typename ElementOf<F>::type>;
template <class F>
inline constexpr int kFractionBits = Limits<F>::digits - 1;
template <class F>
inline constexpr Word<F> kSignBit = Word<F>{1} << (8 * sizeof(Word<F>) - 1);
template <class F>
inline constexpr Word<F> kExponentBias = Limits<F>::max_exponent - 1;

/// 2^n for a normal result, n given in the bits of an integer.
template <class F>
HOST_DEVICE F power_of_two(BitsOf<F> n) {
  return from_bits(shift_left<kFractionBits<F>>(n + BitsOf<F>(kExponentBias<F>)));
}

template <class F>
HOST_DEVICE BitsOf<F> sign_bit(F x) {
  return to_bits(x) & BitsOf<F>(kSignBit<F>);
}
template <class F>
HOST_DEVICE F magnitude(F x) {
  return from_bits(to_bits(x) & BitsOf<F>(kSignBit<F> - 1));
}
template <class F>
HOST_DEVICE F with_sign_of(F magnitude, F x) {
  return from_bits(to_bits(magnitude) | sign_bit(x));
}

/// x rounded to an integer, for |x| up to a quarter of 1 / epsilon. Adding 1.5 / epsilon rounds: then the
/// integer is in the low bits.
template <class F>
struct Rounded {
  F value;
  BitsOf<F> bits;  // of the value as an integer
};
template <class F>
HOST_DEVICE F rounding_offset() {
  return F(1.5) * F(1.0 / static_cast<double>(Limits<F>::epsilon()));
}
/// x scale rounded.
template <class F>
HOST_DEVICE Rounded<F> round_scaled(F x, F scale) {
  const F offset = rounding_offset<F>(), shifted = fma(x, scale, offset);
  return {shifted - offset, to_bits(shifted) - to_bits(offset)};
}

END_MATH

#endif
