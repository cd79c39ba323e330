#include "simt/small_float.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

namespace simt {
namespace {

// The value of these bits, by the definition of the format.
double value_of(unsigned bits, int mantissa_bits, int bias) {
  const double sign = (bits & 0x8000U) != 0 ? -1.0 : 1.0;
  const int exponent = static_cast<int>((bits & 0x7fffU) >> static_cast<unsigned>(mantissa_bits));
  const double mantissa = bits & ((1U << static_cast<unsigned>(mantissa_bits)) - 1);
  return exponent == 0 ? sign * std::ldexp(mantissa, 1 - bias - mantissa_bits)
                       : sign * std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits);
}

// For all finite values: converts to float and back, rounds the midpoint to the next value to even, and a
// value next to the midpoint to the nearer one.
template <class T>
void expect_right_rounding(int mantissa_bits, int bias, unsigned infinity) {
  for (unsigned bits = 0; bits + 1 < infinity; ++bits) {
    const double value = value_of(bits, mantissa_bits, bias), next = value_of(bits + 1, mantissa_bits, bias);
    const double middle = (value + next) / 2;
    ASSERT_EQ(static_cast<float>(T::from_bits(static_cast<std::uint16_t>(bits))), static_cast<float>(value));
    ASSERT_EQ(T(static_cast<float>(value)).bits(), bits);
    ASSERT_EQ(T(middle).bits(), bits % 2 == 0 ? bits : bits + 1);
    ASSERT_EQ(T(std::nextafter(middle, 0.0)).bits(), bits);
    ASSERT_EQ(T(std::nextafter(middle, next)).bits(), bits + 1);
    ASSERT_EQ(T(-middle).bits(), 0x8000U | (bits % 2 == 0 ? bits : bits + 1));
    if (bits > 1) {
      ASSERT_EQ(T(std::nextafter(static_cast<float>(middle), 0.0F)).bits(), bits);
    }
  }
}

TEST(SmallFloat, HalfRoundsToNearestEven) { expect_right_rounding<__half>(10, 15, 0x7c00); }

TEST(SmallFloat, BfloatRoundsToNearestEven) { expect_right_rounding<__nv_bfloat16>(7, 127, 0x7f80); }

TEST(SmallFloat, InfinitiesAndNaN) {
  EXPECT_EQ(__float2half(65519.0F).bits(), 0x7bffU);
  EXPECT_EQ(__float2half(65520.0F).bits(), 0x7c00U);
  EXPECT_EQ(__float2half(-INFINITY).bits(), 0xfc00U);
  EXPECT_EQ(__float2half(NAN).bits(), 0x7fffU);
  EXPECT_TRUE(std::isnan(__half2float(__ushort_as_half(0x7e00))));
  EXPECT_EQ(__float2bfloat16(3.4e38F).bits(), 0x7f80U);
  EXPECT_EQ(__float2bfloat16(NAN).bits(), 0x7fffU);
  EXPECT_TRUE(std::isinf(__bfloat162float(__ushort_as_bfloat16(0xff80))));
  EXPECT_EQ(__float2half(-0.0F).bits(), 0x8000U);
}

TEST(SmallFloat, FmaRoundsOnce) {
  const __half x = __ushort_as_half(0x3c01), tiny = __ushort_as_half(0x0001);  // 1 + 2^-10, 2^-24
  // x * 1.5 = 1.5 + 1.5 * 2^-10 is a tie; the addend decides.
  EXPECT_EQ(__hfma(x, __half(1.5F), __half(0.0F)).bits(), 0x3e02U);
  EXPECT_EQ(__hfma(x, __half(1.5F), -tiny).bits(), 0x3e01U);
  EXPECT_EQ(__hfma(x, __half(1.5F), tiny).bits(), 0x3e02U);
  // 2^15 + 2^-24 is exact in double, not in float.
  EXPECT_EQ(__hfma(__half(128.0F), __half(256.0F), tiny).bits(), __half(32768.0F).bits());
  const __nv_bfloat16 one = 1.0F, half_ulp = __ushort_as_bfloat16(0x3b80);  // 2^-8, half an ulp of 1
  const __nv_bfloat16 speck = __ushort_as_bfloat16(0x0080);                 // 2^-126
  EXPECT_EQ(__hfma(one, half_ulp, one).bits(), 0x3f80U);
  EXPECT_EQ(fma_to_odd(1.0F, 0x1p-8F, 1.0F), 1.0F + 0x1p-8F);
  EXPECT_EQ(BfloatFormat::from_float(fma_to_odd(0x1p-126F, 1.0F, 1.0F + 0x1p-8F)), 0x3f81U)
      << "double is not enough";
  EXPECT_EQ(BfloatFormat::from_float(fma_to_odd(-0x1p-126F, 1.0F, 1.0F + 0x1p-8F)), 0x3f80U);
  EXPECT_EQ(__hfma(speck, one, one).bits(), 0x3f80U);
}

TEST(SmallFloat, ArithmeticIsThatOfFloatRounded) {
  const __half a = 1.5F, b = 2.0F;
  EXPECT_EQ(static_cast<float>(a + b), 3.5F);
  EXPECT_EQ(static_cast<float>(__hsub(a, b)), -0.5F);
  EXPECT_EQ(static_cast<float>(a * b), 3.0F);
  EXPECT_EQ(static_cast<float>(a / b), 0.75F);
  EXPECT_EQ(static_cast<float>(-a), -1.5F);
  EXPECT_TRUE(a < b && __hgt(b, a) && a != b);
  const __half nan = NAN;
  EXPECT_FALSE(nan < a || nan == nan);
  EXPECT_EQ(__hmax(nan, a), a);
  const __half2 sum = __hadd2(__floats2half2_rn(1.0F, 2.0F), __half2half2(a));
  EXPECT_EQ(__low2float(sum), 2.5F);
  EXPECT_EQ(__high2float(sum), 3.5F);
  EXPECT_EQ(static_cast<float>(__float2half(2048.0F) + __half(1)), 2048.0F);
}

}  // namespace
}  // namespace simt
