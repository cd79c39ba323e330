// Powers of Vectors, see kernels/math/polynomial-inl.h. The power of f32 is computed in f64; that of f64 from
// a logarithm of twice the precision, as in fdlibm and in Muller, Handbook of Floating-Point Arithmetic,
// chapters 5 and 11. The polynomials are minimax fits. The error bounds were measured over 10^7 random
// operands.

#include <cmath>

#include "kernels/math/exponential-inl.h"
#include "kernels/math/logarithm-inl.h"

#if defined(TINYTORCH_MATH_POWER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_POWER_INL_H
#undef TINYTORCH_MATH_POWER_INL_H
#else
#define TINYTORCH_MATH_POWER_INL_H
#endif

BEGIN_MATH

/// The unevaluated sum of two values, the second of which is much smaller.
template <class F>
struct DoubleWord {
  F high, low;
};

/// The exact sum, for |a| >= |b| or a = 0.
template <class F>
HOST_DEVICE DoubleWord<F> exact_sum(F a, F b) {
  const F sum = a + b;
  return {sum, (a - sum) + b};
}
/// The exact product.
template <class F>
HOST_DEVICE DoubleWord<F> exact_product(F a, F b) {
  const F product = a * b;
  return {product, fma(a, b, -product)};
}
template <class F>
HOST_DEVICE DoubleWord<F> product(DoubleWord<F> a, DoubleWord<F> b) {
  const DoubleWord<F> p = exact_product(a.high, b.high);
  return {p.high, fma(a.high, b.low, fma(a.low, b.high, p.low))};
}

/// The logarithm to the base 2 of a positive, finite x, with a relative error of 2^-64. With
/// s = f / (2 + f), log(1 + f) = 2 s (1 + s^2 (1/3 + s^2 P(s^2))).
template <class F>
HOST_DEVICE DoubleWord<F> double_log2(F x) {
  const Scaled<F> scaled = scale_to_one(x);
  const F m = scaled.mantissa, f = m - F(1);
  const F divisor = m + F(1), divisor_low = m - (divisor - F(1)), inverse = F(1) / divisor;
  const F s = f * inverse;
  const F s_low = fma(-s, divisor_low, fma(-s, divisor, f)) * inverse;
  DoubleWord<F> z = exact_product(s, s);
  z.low = fma(s + s, s_low, z.low);
  const F p = horner(z.high, F(0.066049208885251343), 0.066277000592778024, 0.076934082058301309,
                     0.090908915637612955, 0.11111111266773156, 0.14285714285013323, 0.200000000000012);
  const F third(0.33333333333333331), sum = fma(z.high, p, third);
  const DoubleWord<F> tail{sum, fma(z.high, p, third - sum) + F(1.8503717077085941e-17)};
  const DoubleWord<F> cube = product(DoubleWord<F>{s, s_low}, product(z, tail));
  const DoubleWord<F> half = exact_sum(s, cube.high);
  const DoubleWord<F> log2 = product(DoubleWord<F>{half.high, half.low + (cube.low + s_low)},
                                     DoubleWord<F>{F(2.8853900817779268), F(4.0710547481862066e-17)});
  const DoubleWord<F> whole = exact_sum(scaled.exponent, log2.high);
  return {whole.high, whole.low + log2.low};
}

/// 2^(x.high + x.low), so accurate that powers of small integers are exact; for x.high in [-1100, 1100]. With
/// r the fraction of x.high, 2^r = 1 + r ln 2 + r^2 P(r).
template <class F>
HOST_DEVICE F double_exp2(DoubleWord<F> x) {
  const F ln2(0.69314718055994529), ln2_low(2.3190468138462996e-17);
  const Rounded<F> n = round_scaled(x.high, F(1));
  const F r = x.high - n.value, square = r * r;
  const F p =
      horner(r, F(2.5112681721976474e-11), 4.4569113359468495e-10, 7.0553353936024813e-9,
             1.0178050119426006e-7, 1.3215485664417916e-6, 1.5252733857077014e-5, 0.0001540353039470156,
             0.0013333558146392604, 0.0096181291076278281, 0.055504108664821666, 0.24022650695910072);
  const DoubleWord<F> linear = exact_product(r, ln2), sum = exact_sum(F(1), linear.high);
  const F rough = fma(square, p, sum.high);  // x.low multiplies it by 1 + x.low ln 2
  const F low = fma(x.low * ln2, rough, fma(r, ln2_low, linear.low));
  return Power<F>{sum.high + (sum.low + fma(square, p, low)), n.bits}.value();
}

/// x^y for a positive, finite x and a finite y.
template <class F>
requires(!is_f32<F>) HOST_DEVICE F positive_power(F x, F y) {
  const DoubleWord<F> log2 = double_log2(x);
  const DoubleWord<F> exponent = exact_product(y, log2.high);
  const F limit(1100),
      t = select(exponent.high > limit, limit, select(exponent.high < -limit, -limit, exponent.high));
  const F power = double_exp2(DoubleWord<F>{t, fma(y, log2.low, exponent.low)});
  return select(abs(exponent.high) < limit, power, in_range(t, -1099, 1099, t));
}

/// log2(x) within 2^-44, for a positive, finite x.
template <class F>
HOST_DEVICE F fast_log2(F x) {
  const Scaled<F> scaled = scale_to_one(x);
  const F f = scaled.mantissa - F(1), s = f / (F(2) + f), z = s * s;
  const F p = horner(z, F(0.28309851432970129), 0.31989246635659724, 0.41220955747277271, 0.57707793953877407,
                     0.96179669412231028, 2.8853900817778455);
  return fma(s, p, scaled.exponent);
}

/// 2^x within 2^-34 where it is within 2^±1000, which is far beyond f32, else out of that range.
template <class F>
HOST_DEVICE F fast_exp2(F x) {
  const F limit(1001), t = select(x > limit, limit, select(x < -limit, -limit, x));
  const Rounded<F> n = round_scaled(t, F(1));
  const F p = horner(t - n.value, F(1.5316487114533108e-5), 0.0001546976127606906, 0.0013333422538522593,
                     0.0096180255096489104, 0.055504109762367679, 0.24022651214314644, 0.69314718053498858,
                     0.99999999995946998);
  return p * power_of_two<F>(n.bits);
}

/// positive_power() within 2^-34.
struct FastPositivePower {
  template <class F>
  HOST_DEVICE F operator()(F x, F y) const {
    return fast_exp2(y * fast_log2(x));
  }
};

/// The same in f32.
template <class F>
requires is_f32<F> HOST_DEVICE F positive_power(F x, F y) { return in_f64(FastPositivePower(), x, y); }

struct PositivePower {
  template <class F>
  HOST_DEVICE F operator()(F x, F y) const {
    return positive_power(x, y);
  }
};

/// x^y from that of a positive, finite x and a finite y; special values as in C.
template <class F, class Positive>
HOST_DEVICE F power_from(const Positive& positive_power, F x, F y) {
  const F zero(0), one(1), infinity(Limits<F>::infinity());
  const F size = magnitude(x), y_size = magnitude(y);
  const F finite = positive_power(size, y);
  const auto extreme = (size == zero) | (size == infinity) | (y_size == infinity);
  const auto grows = ((size > one) & (y > zero)) | ((size < one) & (y < zero));
  F power = select(extreme, select(grows, infinity, zero), finite);
  power = select(size == one, one, power);
  const F half = F(0.5) * y;
  const auto whole = floor(y) == y, odd = whole & (floor(half) != half);
  power = select(odd, with_sign_of(power, x), power);
  power = select((x < zero) & (size < infinity) & !whole, F(Limits<F>::quiet_NaN()), power);
  power = select((x == x) & (y == y), power, x + y);
  return select((x == one) | (y == zero), one, power);
}

/// x^y, within 0.51 ulp in f32 and 0.8 ulp in f64; special values as in C.
template <class F>
requires is_vector<F> HOST_DEVICE F pow(F x, F y) { return power_from(PositivePower(), x, y); }

/// x^y in f64, as accurate as results in T need it.
template <class T, class F>
HOST_DEVICE F pow_for(F x, F y) {
  if constexpr (is_vector<F> && is_f32<T>) {
    return power_from(FastPositivePower(), x, y);
  } else {
    return pow(x, y);
  }
}

END_MATH

#endif
