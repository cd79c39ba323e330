#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/math/host_device.h"
#include "kernels/math/integer.h"

/// Random numbers with the same bits on every device. All formulas are integer arithmetic or +, -, *, / and
/// sqrt on doubles, whose rounding IEEE 754 defines. They must be compiled without contraction to fused
/// multiply-adds: -ffp-contract=off on the host, -fmad=false for the CUDA file that includes them.
namespace tinytorch::math {

/// Four 32-bit random numbers.
struct PhiloxBlock {
  std::uint32_t word[4];

  /// Two of the words as a 64-bit integer; half is 0 or 1.
  HOST_DEVICE std::uint64_t pair(int half) const {
    return static_cast<std::uint64_t>(word[2 * half + 1]) << 32 | word[2 * half];
  }
};

/// Philox 4x32-10 (Salmon et al., SC 2011) of a 128-bit counter and a 64-bit key, low words first.
HOST_DEVICE constexpr PhiloxBlock philox(std::uint32_t c0, std::uint32_t c1, std::uint32_t c2,
                                         std::uint32_t c3, std::uint32_t k0, std::uint32_t k1) {
  UNROLL_TEN
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c0;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(p0);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

/// Block `number` of the stream of a seed.
HOST_DEVICE constexpr PhiloxBlock philox(std::uint64_t seed, std::uint64_t number) {
  return philox(static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32), 0, 0,
                static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
}

/// Uniform in [0, 1), multiples of 2^-24 and 2^-53. The conversions are from 32-bit signed integers, which
/// every vector unit has.
HOST_DEVICE float uniform_f32(std::uint32_t bits) {
  return static_cast<float>(static_cast<std::int32_t>(bits >> 8)) * 0x1p-24f;
}
HOST_DEVICE double uniform_f64(std::uint64_t bits) {
  const auto high = static_cast<std::int32_t>(bits >> 37),
             low = static_cast<std::int32_t>(bits >> 11 & 0x3ffffff);
  return (static_cast<double>(high) * 0x1p26 + static_cast<double>(low)) * 0x1p-53;
}

/// log(x) of a normal x > 0: the algorithm and constants of fdlibm's e_log.c, without its branches.
HOST_DEVICE double exact_log(double x) {
  constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
  const std::uint64_t above = std::bit_cast<std::uint64_t>(x) - kSqrtHalf;
  const auto e = static_cast<double>(static_cast<std::int32_t>(static_cast<std::int64_t>(above) >> 52));
  const double f = std::bit_cast<double>((above & 0x000fffffffffffff) + kSqrtHalf) - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  const double odd =
      w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double even =
      z * (6.666666666666735130e-01 +
           w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const double half_square = 0.5 * f * f;
  const double rest = s * (half_square + (odd + even)) + e * 1.90821492927058770002e-10;
  return e * 6.93147180369123816490e-01 - ((half_square - rest) - f);
}

struct SineCosine {
  double sine, cosine;
};

/// Sine and cosine of 2 pi u, u in [0, 1): the polynomials of fdlibm's k_sin.c and k_cos.c.
HOST_DEVICE SineCosine exact_sine_cosine(double u) {
  // Either neighbour is right where this does not round to nearest.
  // NOLINTNEXTLINE(bugprone-incorrect-roundings)
  const auto quarter = static_cast<std::int32_t>(4.0 * u + 0.5);
  const double x = (u - 0.25 * quarter) * 6.283185307179586;  // within pi/4; the difference is exact
  const double z = x * x;
  const double sine =
      x + x * z *
              (-1.66666666666666324348e-01 +
               z * (8.33333333332248946124e-03 +
                    z * (-1.98412698298579493134e-04 +
                         z * (2.75573137070700676789e-06 +
                              z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
  const double cosine =
      1.0 -
      (0.5 * z - z * z *
                     (4.16666666666666019037e-02 +
                      z * (-1.38888888888741095749e-03 +
                           z * (2.48015872894767294178e-05 +
                                z * (-2.75573143513906633035e-07 +
                                     z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11))))));
  const bool swap = quarter & 1;
  const double s = swap ? cosine : sine, c = swap ? sine : cosine;
  return {quarter & 2 ? -s : s, (quarter + 1) & 2 ? -c : c};
}

struct NormalPair {
  double first, second;
};

/// Two independent standard normal values (Box and Muller 1958) from two times 64 random bits. The first
/// uniform is in (0, 1].
HOST_DEVICE NormalPair normal_pair(std::uint64_t bits0, std::uint64_t bits1) {
  const double radius = std::sqrt(-2.0 * exact_log(uniform_f64(bits0) + 0x1p-53));
  const SineCosine angle = exact_sine_cosine(uniform_f64(bits1));
  return {radius * angle.cosine, radius * angle.sine};
}

/// low + an integer in [0, range), wrapping around; Lemire's multiplication without the rejection.
HOST_DEVICE constexpr std::int64_t random_integer(std::uint64_t bits, std::int64_t low, std::uint64_t range) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + multiply_high(bits, range));
}

}  // namespace tinytorch::math
