// Random values from random bits, with the same bits on every device: all formulas are integer arithmetic or
// +, -, *, / and sqrt on doubles, whose rounding IEEE 754 defines. They must be compiled without contraction
// to fused multiply-adds: -ffp-contract=off on the host, -fmad=false for the CUDA file that includes them. F
// is double, or a vector of it. See kernels/math/host_device.h.

#include <cstdint>

#include "kernels/math/scalar-inl.h"

#if defined(TINYTORCH_MATH_DISTRIBUTIONS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_DISTRIBUTIONS_INL_H
#undef TINYTORCH_MATH_DISTRIBUTIONS_INL_H
#else
#define TINYTORCH_MATH_DISTRIBUTIONS_INL_H
#endif

BEGIN_MATH

/// The product of the low 32 bits.
HOST_DEVICE std::uint64_t multiply_low_halves(std::uint64_t a, std::uint64_t b) {
  return (a & 0xffffffff) * (b & 0xffffffff);
}

/// The high half of the 128-bit product, from operations that every device has.
template <class Bits>
HOST_DEVICE Bits multiply_high(Bits a, Bits b) {
  const Bits a_high = shift_right<32>(a), b_high = shift_right<32>(b), low(0xffffffffu);
  const Bits middle = multiply_low_halves(a_high, b) + shift_right<32>(multiply_low_halves(a, b));
  const Bits carry = multiply_low_halves(a, b_high) + (middle & low);
  return multiply_low_halves(a_high, b_high) + shift_right<32>(middle) + shift_right<32>(carry);
}

/// low + an integer in [0, range), wrapping around; Lemire's multiplication without the rejection.
template <class Bits>
HOST_DEVICE Bits random_integer(Bits bits, std::uint64_t low, std::uint64_t range) {
  return Bits(low) + multiply_high(bits, Bits(range));
}

/// An integer below 2^52.
template <class F>
HOST_DEVICE F integer_as(BitsOf<F> x) {
  const F large(0x1p52);
  return from_bits(x | to_bits(large)) - large;
}

/// Uniform in [0, 1), multiples of 2^-53.
template <class F>
HOST_DEVICE F uniform_f64(BitsOf<F> bits) {
  const F high = integer_as<F>(shift_right<37>(bits)),
          low = integer_as<F>(shift_right<11>(bits) & BitsOf<F>(0x3ffffffu));
  return (high * F(0x1p26) + low) * F(0x1p-53);
}

/// log(x) of a normal x > 0: the algorithm and constants of fdlibm's e_log.c, without its branches.
template <class F>
HOST_DEVICE F exact_log(F x) {
  const BitsOf<F> sqrt_half(std::uint64_t{0x3fe6a09e667f3bcd}), fraction(std::uint64_t{0x000fffffffffffff});
  const BitsOf<F> above = to_bits(x) - sqrt_half;
  // With a bias, so that no bit of the exponent is a sign.
  const BitsOf<F> biased = shift_right<52>(above + BitsOf<F>(std::uint64_t{2048} << 52));
  const F e = integer_as<F>(biased) - F(2048);
  const F f = from_bits((above & fraction) + sqrt_half) - F(1);
  const F s = f / (F(2) + f);
  const F z = s * s;
  const F w = z * z;
  const F odd =
      w * (F(3.999999999940941908e-01) + w * (F(2.222219843214978396e-01) + w * F(1.531383769920937332e-01)));
  const F even = z * (F(6.666666666666735130e-01) +
                      w * (F(2.857142874366239149e-01) +
                           w * (F(1.818357216161805012e-01) + w * F(1.479819860511658591e-01))));
  const F half_square = F(0.5) * f * f;
  const F rest = s * (half_square + (odd + even)) + e * F(1.90821492927058770002e-10);
  return e * F(6.93147180369123816490e-01) - ((half_square - rest) - f);
}

template <class F>
struct SineCosine {
  F sine, cosine;
};

/// Sine and cosine of 2 pi u, u in [0, 1): the polynomials of fdlibm's k_sin.c and k_cos.c.
template <class F>
HOST_DEVICE SineCosine<F> exact_sine_cosine(F u) {
  // Either neighbour is right where this does not round to nearest.
  const F quarter = trunc(F(4) * u + F(0.5));
  const F x = (u - F(0.25) * quarter) * F(6.283185307179586);  // within pi/4; the difference is exact
  const F z = x * x;
  const F sine =
      x + x * z *
              (F(-1.66666666666666324348e-01) +
               z * (F(8.33333333332248946124e-03) +
                    z * (F(-1.98412698298579493134e-04) +
                         z * (F(2.75573137070700676789e-06) +
                              z * (F(-2.50507602534068634195e-08) + z * F(1.58969099521155010221e-10))))));
  const F cosine =
      F(1) -
      (F(0.5) * z -
       z * z *
           (F(4.16666666666666019037e-02) +
            z * (F(-1.38888888888741095749e-03) +
                 z * (F(2.48015872894767294178e-05) +
                      z * (F(-2.75573143513906633035e-07) +
                           z * (F(2.08757232129817482790e-09) + z * F(-1.13596475577881948265e-11)))))));
  // Odd quarters swap the two, and half of them change the sign: on bits, as masks of doubles from integers
  // take more instructions.
  using Bits = BitsOf<F>;
  const Bits one(1u), two(2u), n = to_bits(quarter + F(0x1p52));
  const Bits swapped = (to_bits(sine) ^ to_bits(cosine)) & (Bits(0u) - (n & one));
  return {from_bits(to_bits(sine) ^ swapped ^ shift_left<62>(n & two)),
          from_bits(to_bits(cosine) ^ swapped ^ shift_left<62>((n + one) & two))};
}

template <class F>
struct NormalPair {
  F first, second;
};

/// Two independent standard normal values (Box and Muller 1958) from two times 64 random bits. The first
/// uniform is in (0, 1].
template <class F>
HOST_DEVICE NormalPair<F> normal_pair(BitsOf<F> bits0, BitsOf<F> bits1) {
  const F radius = sqrt(F(-2) * exact_log(uniform_f64<F>(bits0) + F(0x1p-53)));
  const SineCosine<F> angle = exact_sine_cosine(uniform_f64<F>(bits1));
  return {radius * angle.cosine, radius * angle.sine};
}

END_MATH

#endif
