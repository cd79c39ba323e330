// Trigonometric functions of Vectors, see kernels/math/polynomial-inl.h. Multiples of pi are subtracted in
// three parts (Cody and Waite, Software Manual for the Elementary Functions, 1980), the first of which is
// exact with a fused multiply-add; far from 0 the C library takes over. The polynomials are minimax
// fits. The error bounds were measured over every 61st f32, and over 10^7 random f64.

#include <cmath>

#include "kernels/math/polynomial-inl.h"

#if defined(TINYTORCH_MATH_TRIGONOMETRY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_TRIGONOMETRY_INL_H
#undef TINYTORCH_MATH_TRIGONOMETRY_INL_H
#else
#define TINYTORCH_MATH_TRIGONOMETRY_INL_H
#endif

BEGIN_MATH

/// True where the multiple of pi that is nearest to x is not accurate.
template <class F>
HOST_DEVICE auto is_far(F x) {
  return abs(x) > F(is_f32<F> ? 1e5 : 1e12);
}

/// pi scale in two parts, where scale is a power of two.
template <class F>
struct PiParts {
  F high, low;

  HOST_DEVICE explicit PiParts(double scale)
      : high((is_f32<F> ? 3.14159274101257324219 : 3.1415926535897931) * scale),
        low((is_f32<F> ? -8.74227765734758577e-8 : 1.2246467991473532e-16) * scale) {}
};

/// What these parts lack.
template <class F>
inline constexpr double kPiRest = is_f32<F> ? -3.43024902e-15 : -2.9947698097183397e-33;

/// x - n pi.
template <class F>
HOST_DEVICE F minus_pi(F x, F n) {
  const PiParts<F> pi(1);
  return fma(n, F(-kPiRest<F>), fma(n, -pi.low, fma(n, -pi.high, x)));
}

/// sin(r) for |r| <= pi / 2, negated where the integer n is odd.
template <class F>
HOST_DEVICE F sine(F r, BitsOf<F> n) {
  const F z = r * r;
  F p;
  if constexpr (is_f32<F>) {
    p = horner(z, F(2.5994666e-6f), -1.98068417e-4f, 8.33303016e-3f, -1.66666582e-1f);
  } else {
    p = horner(z, F(2.721037974627782e-15), -7.642985173341332e-13, 1.6058939780426884e-10,
               -2.5052106882337905e-8, 2.755731921135899e-6, -0.00019841269841211492, 0.0083333333333332048,
               -0.16666666666666666);
  }
  return from_bits(to_bits(fma(r * z, p, r)) ^ shift_left<8 * sizeof(Word<F>) - 1>(n));
}

/// Sine, within 1.8 ulp.
template <class F>
requires is_vector<F> HOST_DEVICE F sin(F x) {
  const Rounded<F> n = round_scaled(x, F(0.31830988618379069));
  const F near = sine(minus_pi(x, n.value), n.bits);
  return replace_rare(
      is_far(x), select(x == F(0), x, near), [](auto element) { return std::sin(element); }, x);
}

/// Cosine, within 1.8 ulp: the sine of the distance from the odd multiples of pi / 2.
template <class F>
requires is_vector<F> HOST_DEVICE F cos(F x) {
  const F offset = rounding_offset<F>(), shifted = fma(x, F(0.31830988618379069), F(-0.5)) + offset;
  const F r = minus_pi(x, shifted - offset + F(0.5));
  const BitsOf<F> n = to_bits(shifted) - to_bits(offset) + BitsOf<F>(Word<F>{1});
  return replace_rare(
      is_far(x), sine(r, n), [](auto element) { return std::cos(element); }, x);
}

/// Tangent, within 1.7 ulp: minus the reciprocal where the nearest multiple of pi / 2 is odd.
template <class F>
requires is_vector<F> HOST_DEVICE F tan(F x) {
  const Rounded<F> n = round_scaled(x, F(0.63661977236758138));
  // x - n pi / 2 = r + correction.
  const PiParts<F> quarter(0.5);
  const F first = fma(n.value, -quarter.high, x), second = n.value * quarter.low;
  const F r = first - second, z = r * r;
  const F rest = ((first - r) - second) - fma(n.value, quarter.low, -second);
  const F correction = fma(n.value, F(-0.5 * kPiRest<F>), rest);
  F p;
  if constexpr (is_f32<F>) {
    p = horner(z, F(4.5801932e-3f), -3.18892271e-4f, 1.11532947e-2f, 2.11619008e-2f, 5.40826879e-2f,
               1.33324683e-1f, 3.33333552e-1f);
  } else {
    p = horner(z, F(-1.7863715135122242e-8), 0.00024481043768039337, -0.02144114502835745,
               0.33333333333333331) /
        horner(z, F(-0.00025596137227233836), 0.024559043442306947, -0.46432343508507229, 1);
  }
  const F rough = fma(r * z, p, r);  // tan' = 1 + tan^2
  const F tangent = r + fma(r * z, p, correction * fma(rough, rough, F(1)));
  const auto odd = (n.bits & BitsOf<F>(Word<F>{1})) != BitsOf<F>(Word<F>{0});
  const F near = from_bits(select(odd, to_bits(F(-1) / tangent), to_bits(tangent)));
  return replace_rare(
      is_far(x), select(x == F(0), x, near), [](auto element) { return std::tan(element); }, x);
}

/// For |x| > 1/2, asin(|x|) = pi / 2 - 2 (s + rest) and acos(|x|) = 2 (s + rest), with s = sqrt((1 - |x|) /
/// 2); else asin(|x|) = s + rest, with s = |x|.
template <class F>
struct ArcSine {
  F size, s, rest;

  HOST_DEVICE explicit ArcSine(F x) : size(magnitude(x)) {
    const F half = fma(F(-0.5), size, F(0.5)), z = select(is_large(), half, size * size);
    s = select(is_large(), sqrt(half), size);
    F p;
    if constexpr (is_f32<F>) {
      p = horner(z, F(4.22208048e-2f), 2.41475347e-2f, 4.54767756e-2f, 7.49524832e-2f, 1.66667536e-1f);
    } else {
      p = horner(z, F(0.032704630246819605), -0.021120423700620748, 0.021793075971756354,
                 0.0036712733094431071, 0.010789536740721544, 0.011397259836786381, 0.013981021850979405,
                 0.017351595296698816, 0.02237221591232191, 0.030381942675266813, 0.044642857175280597,
                 0.074999999999701125, 0.16666666666666763);
    }
    rest = s * z * p;
  }
  HOST_DEVICE auto is_large() const { return size > F(0.5); }
};

/// Arc sine, within 1.2 ulp.
template <class F>
requires is_vector<F> HOST_DEVICE F asin(F x) {
  const ArcSine<F> a(x);
  const PiParts<F> quarter(0.5);
  const F twice = a.s + a.s, first = quarter.high - twice,
          low = ((quarter.high - first) - twice) + quarter.low;
  const F large = first - fma(F(2), a.rest, -low);
  return with_sign_of(select(a.is_large(), large, a.s + a.rest), x);
}

/// Arc cosine, within 1.2 ulp.
template <class F>
requires is_vector<F> HOST_DEVICE F acos(F x) {
  const ArcSine<F> a(x);
  const PiParts<F> half(1), quarter(0.5);
  const F angle = a.s + a.rest, twice = angle + angle;
  const F small = quarter.high + (quarter.low - with_sign_of(angle, x));
  return select(a.is_large(), select(x < F(0), half.high + (half.low - twice), twice), small);
}

/// atan(t) for t in [0, 1].
template <class F>
HOST_DEVICE F small_atan(F t) {
  const F z = t * t;
  F p;
  if constexpr (is_f32<F>) {
    p = horner(z, F(-1.781411e-3f), 1.08656054e-2f, -3.1095257e-2f, 5.78816533e-2f, -8.39933977e-2f,
               1.0950882e-1f, -1.42640159e-1f, 1.99985296e-1f, -3.33332986e-1f);
  } else {
    p = horner(z, F(1.3234527923315509e-5), -0.00015225540278717483, 0.0008317593893653343,
               -0.0028861618693384011, 0.0071989307993536606, -0.013904012094657397, 0.021988551541116667,
               -0.029906904254198799, 0.036643861349985714, -0.042192765551631636, 0.047223603671560706,
               -0.052535301406774641, 0.058805305212617426, -0.066664045358218516, 0.076922799016867854,
               -0.090909070087941524, 0.11111111007391318, -0.1428571428258944, 0.19999999999951765,
               -0.33333333333333071);
  }
  return fma(t * z, p, t);
}

/// Arc tangent, within 1.6 ulp: pi / 2 - atan(1 / |x|) for |x| > 1.
template <class F>
requires is_vector<F> HOST_DEVICE F atan(F x) {
  const F size = magnitude(x);
  const auto large = size > F(1);
  const F angle = small_atan(select(large, F(1) / size, size));
  const PiParts<F> quarter(0.5);
  return with_sign_of(select(large, quarter.high - (angle - quarter.low), angle), x);
}

/// The angle of the point (x, y), within 1.6 ulp.
template <class F>
requires is_vector<F> HOST_DEVICE F atan2(F y, F x) {
  const F up = magnitude(y), right = magnitude(x);
  const auto steep = up > right;
  const F longer = select(steep, up, right), shorter = select(steep, right, up);
  const F ratio = select(longer == F(0), F(0), select(shorter == longer, F(1), shorter / longer));
  const F angle = small_atan(ratio);
  const PiParts<F> half(1), quarter(0.5);
  const F first = select(steep, quarter.high - (angle - quarter.low), angle);
  const auto left = with_sign_of(F(1), x) < F(0);
  const F result = with_sign_of(select(left, half.high - (first - half.low), first), y);
  return select((x == x) & (y == y), result, x + y);
}

END_MATH

#endif
