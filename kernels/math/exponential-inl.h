// Exponential and hyperbolic functions, see kernels/math/polynomial-inl.h. The method is that of Cody and
// Waite (Software Manual for the Elementary Functions, 1980); the polynomials are minimax fits, that of f32's
// tanh is from Moshier's Cephes library. The error bounds were measured over every 61st f32, and over 10^7
// random f64.

#include <cmath>

#include "kernels/math/polynomial-inl.h"

#if defined(TINYTORCH_MATH_EXPONENTIAL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_EXPONENTIAL_INL_H
#undef TINYTORCH_MATH_EXPONENTIAL_INL_H
#else
#define TINYTORCH_MATH_EXPONENTIAL_INL_H
#endif

BEGIN_MATH

/// mantissa 2^exponent.
template <class F>
struct Power {
  F mantissa;
  BitsOf<F> exponent;

  /// For a normal result.
  HOST_DEVICE F normal_value() const { return mantissa * power_of_two<F>(exponent); }
  /// The value times 2^shift. Two factors, because 2^exponent may be subnormal or infinite where the result
  /// is, or rounds to, a normal number.
  HOST_DEVICE F value(Word<F> shift = 0) const {
    const BitsOf<F> half = shift_right_signed<1>(exponent);
    return mantissa * power_of_two<F>(half) * power_of_two<F>(exponent + BitsOf<F>(shift) - half);
  }
};

/// e^x = (1 + r + p r^2) 2^exponent.
template <class F>
struct Exponential {
  F r, p;
  BitsOf<F> exponent;

  HOST_DEVICE Power<F> power() const { return {fma(fma(p, r, F(1)), r, F(1)), exponent}; }
  /// e^x - 1, where 2^exponent is normal.
  HOST_DEVICE F minus_one() const {
    const F scale = power_of_two<F>(exponent);
    return fma(fma(p, r * r, r), scale, scale - F(1));
  }
};

/// For x in [-110, 110], or [-760, 760] in f64; NaN for NaN, unspecified elsewhere.
template <class F>
HOST_DEVICE Exponential<F> exp_parts(F x) {
  const Rounded<F> n = round_scaled(x, F(1.4426950408889634));
  if constexpr (is_f32<F>) {
    // Minus n ln 2, in two parts; the first is exact without fused multiply-adds, too.
    const F r = fma(n.value, F(2.12194440e-4f), fma(n.value, F(-0.693359375f), x));
    const F p =
        horner(r, F(1.393453451e-03f), 8.363769390e-03f, 4.166645557e-02f, 1.666657329e-01f, 5.0e-01f);
    return {r, p, n.bits};
  } else {
    const F r = fma(n.value, F(-2.3190468138462996e-17), fma(n.value, F(-0.69314718055994529), x));
    const F p =
        horner(r, F(2.0910857657602668e-9), 2.5109404118773315e-8, 2.7557283042371073e-7,
               2.7557243232003097e-6, 2.480158731792035e-5, 0.00019841269887013312, 0.0013888888888886029,
               0.0083333333333213168, 0.041666666666666671, 0.16666666666666677, 0.5);
    return {r, p, n.bits};
  }
}

/// 2^x for x in [-160, 160], or [-1100, 1100] in f64; NaN for NaN, unspecified elsewhere.
template <class F>
HOST_DEVICE Power<F> exp2_power(F x) {
  const Rounded<F> n = round_scaled(x, F(1));
  const F r = x - n.value;
  if constexpr (is_f32<F>) {
    const F mantissa = horner(r, F(1.54764071e-4f), 1.34002964e-3f, 9.61800385e-3f, 5.5503279e-2f,
                              2.40226507e-1f, 6.93147182e-1f, 1.0f);
    return {mantissa, n.bits};
  } else {
    const F mantissa =
        horner(r, F(4.4574000402055506e-10), 7.0738677197409418e-9, 1.0178046368139644e-7,
               1.3215434775933542e-6, 1.5252733867797388e-5, 0.00015403530458155129, 0.0013333558146378707,
               0.0096181291075932776, 0.055504108664821743, 0.24022650695910133, 0.69314718055994529, 1.0);
    return {mantissa, n.bits};
  }
}

/// The power where x is in [low, high], else 0 or infinity.
template <class F>
HOST_DEVICE F in_range(F x, double low, double high, F power) {
  return select(x < F(low), F(0), select(x > F(high), F(Limits<F>::infinity()), power));
}

/// e^x, within 1.1 ulp; overflows to infinity, underflows through the subnormal numbers to 0.
template <HasFormulas F>
HOST_DEVICE F exp(F x) {
  return in_range(x, is_f32<F> ? -104 : -746, is_f32<F> ? 89 : 710, exp_parts(x).power().value());
}

/// e^x for x up to 88, or 709 in f64, within 1.1 ulp; 0 where the result is subnormal.
template <HasFormulas F>
HOST_DEVICE F exp_to_normal(F x) {
  return select(x < F(is_f32<F> ? -87 : -708), F(0), exp_parts(x).power().normal_value());
}
HOST_DEVICE double exp_to_normal(double x) { return exp(x); }

/// 2^x, within 1 ulp.
template <class F>
requires is_vector<F> HOST_DEVICE F exp2(F x) {
  return in_range(x, is_f32<F> ? -151 : -1076, is_f32<F> ? 128.5 : 1024.5, exp2_power(x).value());
}

/// e^x - 1, within 2 ulp, also for small results.
template <HasFormulas F>
HOST_DEVICE F expm1(F x) {
  constexpr double kLow = is_f32<F> ? -30 : -50, kHigh = is_f32<F> ? 88 : 709;
  const F clamped = select(x > F(kHigh), F(kHigh), select(x < F(kLow), F(kLow), x));  // NaN stays
  const F tiny = select(x == F(0), x, exp_parts(clamped).minus_one());  // keeps the sign of zero
  return select(x > F(kHigh), exp(x), tiny);
}

/// Hyperbolic tangent, within 2 ulp: near 0 x + x^3 P(x^2), else 1 - 2 / (e^2|x| + 1).
template <HasFormulas F>
HOST_DEVICE F tanh(F x) {
  const F size = magnitude(x), z = x * x;
  F p;
  if constexpr (is_f32<F>) {
    p = horner(z, F(-5.70498872745e-3f), 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f,
               -3.33332819422e-1f);
  } else {
    p = horner(z, F(5.1080025409436056e-5), -0.00021039131751549991, 0.00057919433079764502,
               -0.0014532371711137415, 0.0035917240790374182, -0.0088631950835356913, 0.021869486021100306,
               -0.053968253878173181, 0.13333333333173356, -0.33333333333332349);
  }
  const Power<F> e = exp_parts(size + size).power();
  const F middle = F(1) - F(2) / fma(e.mantissa, power_of_two<F>(e.exponent), F(1));
  const F far = select(size > F(is_f32<F> ? 10 : 20), F(1), middle);
  return with_sign_of(select(size < F(is_f32<F> ? 0.625 : 0.55), fma(p * z, size, size), far), x);
}

/// e^|x| / 2.
template <class F>
HOST_DEVICE F half_exp(F size) {
  constexpr double kHigh = is_f32<F> ? 91 : 712;  // beyond it the result is infinite
  return exp_parts(select(size > F(kHigh), F(kHigh), size)).power().value(static_cast<Word<F>>(-1));
}

/// Hyperbolic sine, within 1.7 ulp: x + x^3 P(x^2) for |x| < 1.
template <class F>
requires is_vector<F> HOST_DEVICE F sinh(F x) {
  const F size = magnitude(x), z = x * x, half = half_exp(size);
  F p;
  if constexpr (is_f32<F>) {
    p = horner(z, F(2.78221728e-6f), 1.98428956e-4f, 8.33331048e-3f, 1.66666672e-1f);
  } else {
    p = horner(z, F(7.7769586347211124e-13), 1.6056649430144974e-10, 2.5052131097102289e-8,
               2.7557319106303539e-6, 0.00019841269841594335, 0.0083333333333329117, 0.16666666666666669);
  }
  return with_sign_of(select(size < F(1), fma(size * z, p, size), half - F(0.25) / half), x);
}

/// Hyperbolic cosine, within 1.4 ulp.
template <class F>
requires is_vector<F> HOST_DEVICE F cosh(F x) {
  const F half = half_exp(magnitude(x));
  return half + F(0.25) / half;
}

END_MATH

#endif
