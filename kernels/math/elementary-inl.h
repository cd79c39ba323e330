// exp, log, tanh, erf and so on in single precision, without branches or tables, for scalars and
// vectors: see kernels/math/host_device.h. The polynomials of log and tanh are those of Moshier's
// Cephes library, those of exp and erf are minimax fits. The error bounds were
// measured over all floats with terms that are rounded twice, and over every 61st with fused multiply-adds.

#include <cstdint>
#include <limits>

#include "kernels/math/scalar-inl.h"

#if defined(TINYTORCH_MATH_ELEMENTARY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_ELEMENTARY_INL_H
#undef TINYTORCH_MATH_ELEMENTARY_INL_H
#else
#define TINYTORCH_MATH_ELEMENTARY_INL_H
#endif

BEGIN_MATH

/// The polynomial of x with these coefficients, the highest power's first (Horner's method).
template <class F, class... Rest>
HOST_DEVICE F horner(F x, F first, float second, Rest... rest) {
  const F sum = fma(first, x, F(second));
  if constexpr (sizeof...(rest) == 0) {
    return sum;
  } else {
    return horner(x, sum, rest...);
  }
}

/// 2^n for n in [-126, 127], given in the bits of an integer.
template <class F>
HOST_DEVICE F power_of_two(BitsOf<F> n) {
  return from_bits(shift_left<23>(n + BitsOf<F>(127u)));
}

template <class F>
HOST_DEVICE BitsOf<F> sign_bit(F x) {
  return to_bits(x) & BitsOf<F>(0x80000000u);
}
template <class F>
HOST_DEVICE F magnitude(F x) {
  return from_bits(to_bits(x) & BitsOf<F>(0x7fffffffu));
}
template <class F>
HOST_DEVICE F with_sign_of(F magnitude, F x) {
  return from_bits(to_bits(magnitude) | sign_bit(x));
}

/// e^x = (1 + above_one) 2^exponent, for x in [-110, 110]; NaN for NaN, unspecified elsewhere.
template <class F>
struct Exponential {
  F above_one;  // in [-0.3, 0.42]
  BitsOf<F> exponent;

  HOST_DEVICE F mantissa() const { return above_one + F(1.0f); }
};

template <class F>
HOST_DEVICE Exponential<F> exp_parts(F x) {
  const F round(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer, in the low bits
  const F shifted = fma(x, F(1.44269504f), round), n = shifted - round;
  const F r = fma(n, F(2.12194440e-4f), fma(n, F(-0.693359375f), x));  // minus n ln 2, in two parts
  const F p = horner(r, F(1.393453451e-03f), 8.363769390e-03f, 4.166645557e-02f, 1.666657329e-01f, 5.0e-01f);
  return {fma(p, r * r, r), to_bits(shifted) - to_bits(round)};
}

/// e^x, within 1.1 ulp; overflows to infinity, underflows through the subnormal numbers to 0.
template <class F>
HOST_DEVICE F exp_f32(F x) {
  const Exponential<F> e = exp_parts(x);
  // Two factors, because 2^n may be subnormal or infinite where the result is, or rounds to, a normal number.
  const BitsOf<F> half = shift_right_signed<1>(e.exponent);
  const F result = e.mantissa() * power_of_two<F>(half) * power_of_two<F>(e.exponent - half);
  return select(x < F(-104.0f), F(0.0f),
                select(x > F(89.0f), F(std::numeric_limits<float>::infinity()), result));
}

/// Natural logarithm, within 1 ulp.
template <class F>
HOST_DEVICE F log_f32(F x) {
  const auto tiny = x < F(std::numeric_limits<float>::min());
  const BitsOf<F> bits = to_bits(select(tiny, x * F(8388608.0f), x));
  // x = m 2^e with m in [sqrt(1/2), sqrt(2)).
  const BitsOf<F> sqrt_half(0x3f3504f3u), above = bits - sqrt_half;
  const F exponent = signed_to_float(shift_right_signed<23>(above));
  const F e = select(tiny, exponent - F(23.0f), exponent);
  const F f = from_bits((above & BitsOf<F>(0x007fffffu)) + sqrt_half) - F(1.0f);
  const F z = f * f;
  F p = horner(f, F(7.0376836292e-2f), -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f,
               1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f);
  p = fma(F(-0.5f), z, fma(e, F(-2.12194440e-4f), p * f * z));
  const F infinity(std::numeric_limits<float>::infinity());
  const F positive = select(x < infinity, fma(e, F(0.693359375f), f + p), infinity);
  const F zero_or_negative = select(x == F(0.0f), F(-std::numeric_limits<float>::infinity()),
                                    F(std::numeric_limits<float>::quiet_NaN()));
  return select(x > F(0.0f), positive, zero_or_negative);
}

/// Hyperbolic tangent, within 2 ulp.
template <class F>
HOST_DEVICE F tanh_f32(F x) {
  const F size = magnitude(x), z = x * x;
  const F p = horner(z, F(-5.70498872745e-3f), 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f,
                     -3.33332819422e-1f);
  const F near = fma(p * z, x, x);
  const Exponential<F> e = exp_parts(size + size);
  const F middle = F(1.0f) - F(2.0f) / fma(e.mantissa(), power_of_two<F>(e.exponent), F(1.0f));
  const F far = select(size > F(10.0f), F(1.0f), middle);
  return select(size < F(0.625f), near, with_sign_of(far, x));
}

/// e^x - 1, within 2 ulp, also for small results.
template <class F>
HOST_DEVICE F expm1_f32(F x) {
  const F clamped = select(x > F(88.0f), F(88.0f), select(x < F(-30.0f), F(-30.0f), x));  // NaN stays
  const Exponential<F> e = exp_parts(clamped);
  const F scale = power_of_two<F>(e.exponent);
  const F middle = fma(e.above_one, scale, scale - F(1.0f));
  const F tiny = select(x == F(0.0f), x, middle);  // keeps the sign of zero
  return select(x > F(88.0f), exp_f32(x), tiny);
}

/// log(1 + x), within 2 ulp, also for small results: the rounding error of 1 + x is corrected by the
/// derivative.
template <class F>
HOST_DEVICE F log1p_f32(F x) {
  const F u = F(1.0f) + x, residual = x - (u - F(1.0f)), logarithm = log_f32(u);
  const F inside = select(x == F(0.0f), x, logarithm + residual / u);
  return select(u > F(0.0f), select(u < F(std::numeric_limits<float>::infinity()), inside, logarithm),
                logarithm);
}

/// The error function, within 2 ulp: x + x P(x^2) for |x| < 1, else 1 - exp(Q(|x|)) with the sign of x.
template <class F>
HOST_DEVICE F erf_f32(F x) {
  const F size = magnitude(x), z = x * x;
  const F p = horner(z, F(7.889284461e-05f), -8.020894602e-04f, 5.189541727e-03f, -2.685444802e-02f,
                     1.128360033e-01f, -3.761262596e-01f, 1.283791661e-01f);
  const F near = fma(x, p, x);
  const F t = select(size > F(4.0f), F(4.0f), size);
  const F q = horner(t, F(1.876075685e-04f), -2.960122190e-03f, 2.188967355e-02f, -1.032182649e-01f,
                     -6.380121708e-01f, -1.127171636e+00f, -3.205644316e-04f);
  const F far = with_sign_of(F(1.0f) - exp_f32(q), x);
  return select(size < F(1.0f), near, select(size >= F(1.0f), far, x));
}

END_MATH

#endif
