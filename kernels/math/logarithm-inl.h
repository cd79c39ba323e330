// Logarithms, see kernels/math/polynomial-inl.h. The polynomial of f32 is from Moshier's Cephes library, that
// of f64 is a minimax fit. The error bounds were measured over every 61st f32, and over 10^7 random f64.

#include "kernels/math/polynomial-inl.h"

#if defined(TINYTORCH_MATH_LOGARITHM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_LOGARITHM_INL_H
#undef TINYTORCH_MATH_LOGARITHM_INL_H
#else
#define TINYTORCH_MATH_LOGARITHM_INL_H
#endif

BEGIN_MATH

/// x = m 2^exponent for a positive, finite x, with m in [sqrt(1/2), sqrt(2)).
template <class F>
struct Scaled {
  F mantissa, exponent;
};

/// @tparam kNormal  x is neither subnormal nor 0
template <bool kNormal = false, class F>
HOST_DEVICE Scaled<F> scale_to_one(F x) {
  constexpr Word<F> kSqrtHalf = is_f32<F> ? Word<F>(0x3f3504f3) : Word<F>(0x3fe6a09e667f3bcd);
  constexpr Word<F> kOne = kExponentBias<F> << kFractionBits<F>,
                    kFraction = (Word<F>{1} << kFractionBits<F>)-1;
  const auto tiny = x < F(Limits<F>::min());
  const F grown = kNormal ? x : select(tiny, x * F(is_f32<F> ? 0x1p23 : 0x1p52), x);
  const BitsOf<F> above = to_bits(grown) - BitsOf<F>(kSqrtHalf);
  const F m = from_bits((above & BitsOf<F>(kFraction)) + BitsOf<F>(kSqrtHalf));
  // The biased exponent, in the low bits of a float whose last bit is 1.
  const F last_bit_one(1.0 / static_cast<double>(Limits<F>::epsilon()));
  const BitsOf<F> biased = shift_right<kFractionBits<F>>(above + BitsOf<F>(kOne));
  const F e = from_bits(biased | to_bits(last_bit_one)) - (last_bit_one + F(kExponentBias<F>));
  return {m, kNormal ? e : select(tiny, e - F(kFractionBits<F>), e)};
}

/// Whether all elements of a vector are as most are, so that what others need can be left out.
template <class F>
HOST_DEVICE bool are_positive_and_normal(F x) {
  if constexpr (is_vector<F>) {
    return all((x >= F(Limits<F>::min())) & (x < F(Limits<F>::infinity())));
  } else {
    return false;
  }
}

/// log(x) = exponent ln 2 + (f + correction) for a positive, finite x, where 1 + f is the mantissa.
template <class F>
struct Logarithm {
  F exponent, f, correction;
};

/// With s = f / (2 + f), log(1 + f) is 2 s + s R(s^2), which is f - (f^2 / 2 - s (f^2 / 2 + R)).
template <bool kNormal = false, class F>
HOST_DEVICE Logarithm<F> log_parts(F x) {
  const Scaled<F> scaled = scale_to_one<kNormal>(x);
  const F f = scaled.mantissa - F(1), square = f * f;
  if constexpr (is_f32<F>) {
    const F p =
        horner(f, F(7.0376836292e-2f), -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f,
               1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f);
    return {scaled.exponent, f, fma(F(-0.5f), square, p * f * square)};
  } else {
    const F s = f / (F(2) + f), z = s * s, half = F(0.5) * square;
    const F r =
        z * horner(z, F(0.14809619217275447), 0.15312756965018931, 0.18183611851303771, 0.22222197721925629,
                   0.28571428750006306, 0.39999999999383845, 0.66666666666667385);
    return {scaled.exponent, f, fma(s, half + r, -half)};
  }
}

/// The logarithm where x is positive and finite, else infinity, -infinity or NaN.
template <class F>
HOST_DEVICE F in_domain(F x, F logarithm) {
  const F infinity(Limits<F>::infinity());
  const F zero_or_negative = select(x == F(0), -infinity, F(Limits<F>::quiet_NaN()));
  return select(x > F(0), select(x < infinity, logarithm, infinity), zero_or_negative);
}

/// log(x) from its parts.
struct NaturalLogarithm {
  template <class F>
  HOST_DEVICE F operator()(Logarithm<F> l) const {
    constexpr double kHigh = is_f32<F> ? 0.693359375 : 0.69314718055994529;  // of ln 2
    constexpr double kLow = is_f32<F> ? -2.12194440e-4 : 2.3190468138462996e-17;
    return fma(l.exponent, F(kHigh), l.f + fma(l.exponent, F(kLow), l.correction));
  }
};

/// combine(parts of the logarithm of x) where x is positive and finite, else infinity, -infinity or NaN.
template <class F, class Combine>
HOST_DEVICE F logarithm_of(F x, const Combine& combine) {
  if (are_positive_and_normal(x)) return combine(log_parts<true>(x));
  return in_domain(x, combine(log_parts(x)));
}

/// Natural logarithm, within 1 ulp.
template <HasFormulas F>
HOST_DEVICE F log(F x) {
  return logarithm_of(x, NaturalLogarithm{});
}

/// log(1 + x), within 2 ulp, also for small results: the rounding error of 1 + x is corrected by the
/// derivative.
template <HasFormulas F>
HOST_DEVICE F log1p(F x) {
  const F u = F(1) + x, residual = x - (u - F(1)), logarithm = log(u);
  const F inside = select(x == F(0), x, logarithm + residual / u);
  return select(u > F(0), select(u < F(Limits<F>::infinity()), inside, logarithm), logarithm);
}

/// A constant in two parts, as is its product with ln 2.
struct LogarithmBase {
  double high, low, two_high, two_low;

  /// The logarithm times the constant.
  template <class F>
  HOST_DEVICE F operator()(Logarithm<F> l) const {
    const F y = fma(l.f, F(high), fma(l.f, F(low), fma(l.correction, F(high), l.exponent * F(two_low))));
    return fma(l.exponent, F(two_high), y);
  }
};

/// Logarithm to the base 2, within 1.1 ulp.
template <class F>
requires is_vector<F> HOST_DEVICE F log2(F x) {
  return logarithm_of(x, is_f32<F> ? LogarithmBase{1.44269502162933349609, 1.92596299112661746887e-8, 1, 0}
                                   : LogarithmBase{1.4426950408889634, 2.0355273740931033e-17, 1, 0});
}

/// Logarithm to the base 10, within 1 ulp.
template <class F>
requires is_vector<F> HOST_DEVICE F log10(F x) {
  return logarithm_of(
      x, is_f32<F> ? LogarithmBase{0.43429449200630187988, -1.01030499e-8, 0.30103001, -1.43209888e-8}
                   : LogarithmBase{0.43429448190325182, 1.0983196502167651e-17, 0.3010299956639812,
                                   -2.8037281277851704e-18});
}

END_MATH

#endif
