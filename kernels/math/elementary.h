#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "kernels/math/host_device.h"

/// exp, log, tanh and erf in single precision, without branches or tables, so that compilers vectorize loops
/// over them. The polynomials of log and tanh are those of Moshier's Cephes library, those of exp and erf are
/// minimax fits. The error bounds were measured over all floats.
namespace tinytorch::math {

/// 2^n for n in [-126, 127].
HOST_DEVICE float power_of_two(std::int32_t n) {
  return std::bit_cast<float>((static_cast<std::uint32_t>(n) + 127u) << 23);
}

HOST_DEVICE std::uint32_t sign_bit(float x) { return std::bit_cast<std::uint32_t>(x) & 0x80000000u; }

/// e^x = (1 + above_one) 2^exponent, for x in [-110, 110]; NaN for NaN, unspecified elsewhere.
struct Exponential {
  float above_one;  // in [-0.3, 0.42]
  std::int32_t exponent;

  HOST_DEVICE float mantissa() const { return above_one + 1.0f; }
};

HOST_DEVICE Exponential exp_parts(float x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer, in the low bits
  const float shifted = x * 1.44269504f + kRound;
  const float n = shifted - kRound;
  const float r =
      (x - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts; the first product is exact
  float p = 1.393453451e-03f;
  p = p * r + 8.363769390e-03f;
  p = p * r + 4.166645557e-02f;
  p = p * r + 1.666657329e-01f;
  p = p * r + 5.000000000e-01f;
  return {p * (r * r) + r, static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(shifted) -
                                                     std::bit_cast<std::uint32_t>(kRound))};
}

/// e^x, within 1.1 ulp; overflows to infinity, underflows through the subnormal numbers to 0.
HOST_DEVICE float exp_f32(float x) {
  const Exponential e = exp_parts(x);
  // Two factors, because 2^n may be subnormal or infinite where the result is, or rounds to, a normal number.
  const std::int32_t half = e.exponent >> 1;
  float result = e.mantissa() * power_of_two(half) * power_of_two(e.exponent - half);
  result = x > 89.0f ? std::numeric_limits<float>::infinity() : result;
  return x < -104.0f ? 0.0f : result;
}

/// Natural logarithm, within 1 ulp.
HOST_DEVICE float log_f32(float x) {
  const bool tiny = x < std::numeric_limits<float>::min();
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(tiny ? x * 8388608.0f : x);
  // x = m 2^e with m in [sqrt(1/2), sqrt(2)).
  constexpr std::uint32_t kSqrtHalf = 0x3f3504f3;
  const std::uint32_t above = bits - kSqrtHalf;
  const auto exponent = static_cast<float>(static_cast<std::int32_t>(above) >> 23);
  const float e = tiny ? exponent - 23.0f : exponent;
  const float f = std::bit_cast<float>((above & 0x007fffffu) + kSqrtHalf) - 1.0f;
  const float z = f * f;
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  p = (p * f * z - e * 2.12194440e-4f) - 0.5f * z;
  constexpr float kInfinity = std::numeric_limits<float>::infinity(),
                  kNan = std::numeric_limits<float>::quiet_NaN();
  const float positive = x < kInfinity ? (f + p) + e * 0.693359375f : kInfinity;
  return x > 0.0f ? positive : x == 0.0f ? -kInfinity : kNan;
}

/// Hyperbolic tangent, within 2 ulp.
HOST_DEVICE float tanh_f32(float x) {
  const float size = std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0x7fffffffu);
  const float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const float near = p * z * x + x;
  const Exponential e = exp_parts(size + size);
  const float middle = 1.0f - 2.0f / (e.mantissa() * power_of_two(e.exponent) + 1.0f);
  const float far = size > 10.0f ? 1.0f : middle;
  return size < 0.625f ? near : std::bit_cast<float>(std::bit_cast<std::uint32_t>(far) | sign_bit(x));
}

/// e^x - 1, within 2 ulp, also for small results.
HOST_DEVICE float expm1_f32(float x) {
  const float clamped = x > 88.0f ? 88.0f : x < -30.0f ? -30.0f : x;  // NaN stays
  const Exponential e = exp_parts(clamped);
  const float scale = power_of_two(e.exponent);
  const float middle = e.above_one * scale + (scale - 1.0f);
  const float tiny = x == 0.0f ? x : middle;  // keeps the sign of zero
  return x > 88.0f ? exp_f32(x) : tiny;
}

/// log(1 + x), within 2 ulp, also for small results: the rounding error of 1 + x is corrected by the
/// derivative.
HOST_DEVICE float log1p_f32(float x) {
  const float u = 1.0f + x;
  const float residual = x - (u - 1.0f);
  const float near = log_f32(u) + residual / u;
  const float inside = x == 0.0f ? x : near;
  return u > 0.0f && u < std::numeric_limits<float>::infinity() ? inside : log_f32(u);
}

/// The error function, within 2 ulp: x + x P(x^2) for |x| < 1, else 1 - exp(Q(|x|)) with the sign of x.
HOST_DEVICE float erf_f32(float x) {
  const float size = std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0x7fffffffu);
  const float z = x * x;
  float p = 7.889284461e-05f;
  p = p * z - 8.020894602e-04f;
  p = p * z + 5.189541727e-03f;
  p = p * z - 2.685444802e-02f;
  p = p * z + 1.128360033e-01f;
  p = p * z - 3.761262596e-01f;
  p = p * z + 1.283791661e-01f;
  const float near = x + x * p;
  const float t = size > 4.0f ? 4.0f : size;
  float q = 1.876075685e-04f;
  q = q * t - 2.960122190e-03f;
  q = q * t + 2.188967355e-02f;
  q = q * t - 1.032182649e-01f;
  q = q * t - 6.380121708e-01f;
  q = q * t - 1.127171636e+00f;
  q = q * t - 3.205644316e-04f;
  const float far = std::bit_cast<float>(std::bit_cast<std::uint32_t>(1.0f - exp_f32(q)) | sign_bit(x));
  return size < 1.0f ? near : size >= 1.0f ? far : x;
}

}  // namespace tinytorch::math
