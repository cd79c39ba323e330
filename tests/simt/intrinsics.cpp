#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <climits>
#include <cmath>

namespace {

TEST(Intrinsics, Bits) {
  EXPECT_EQ(__popc(0xf0f1U), 9);
  EXPECT_EQ(__popcll(~0ULL), 64);
  EXPECT_EQ(__ffs(8), 4);
  EXPECT_EQ(__ffs(0), 0);
  EXPECT_EQ(__ffsll(1LL << 40), 41);
  EXPECT_EQ(__clz(1), 31);
  EXPECT_EQ(__clz(0), 32);
  EXPECT_EQ(__clzll(1), 63);
  EXPECT_EQ(__float_as_uint(1.0F), 0x3f800000U);
  EXPECT_EQ(__int_as_float(0x40000000), 2.0F);
  EXPECT_EQ(__longlong_as_double(__double_as_longlong(-0.1)), -0.1);
}

TEST(Intrinsics, HighHalvesOfProducts) {
  EXPECT_EQ(__umulhi(0xffffffffU, 0xffffffffU), 0xfffffffeU);
  EXPECT_EQ(__mulhi(-1, 2), -1);
  EXPECT_EQ(__umul64hi(~0ULL, ~0ULL), ~0ULL - 1);
  EXPECT_EQ(__umul64hi(1ULL << 63U, 6), 3U);
}

TEST(Intrinsics, ToIntAsAGpuDoes) {
  EXPECT_EQ(__float2int_rn(2.5F), 2);
  EXPECT_EQ(__float2int_rn(3.5F), 4);
  EXPECT_EQ(__float2int_rz(-2.9F), -2);
  EXPECT_EQ(__float2int_rd(-2.1F), -3);
  EXPECT_EQ(__float2int_ru(2.1F), 3);
  EXPECT_EQ(__float2int_rz(1e20F), INT_MAX);
  EXPECT_EQ(__float2int_rz(-1e20F), INT_MIN);
  EXPECT_EQ(__float2int_rz(-INFINITY), INT_MIN);
  EXPECT_EQ(__float2int_rz(NAN), 0);
}

TEST(Intrinsics, Functions) {
  EXPECT_EQ(rsqrtf(4.0F), 0.5F);
  EXPECT_EQ(rsqrt(16.0), 0.25);
  EXPECT_EQ(__saturatef(NAN), 0.0F);
  EXPECT_EQ(__saturatef(2.0F), 1.0F);
  EXPECT_EQ(__saturatef(0.25F), 0.25F);
  EXPECT_EQ(__fmaf_rn(0x1.000002p0F, 0x1.000002p0F, -1.0F), 0x1.000001p-22F) << "rounded once";
  EXPECT_EQ(__fdividef(1.0F, 4.0F), 0.25F);
  EXPECT_FLOAT_EQ(__expf(1.0F), 2.7182818F);
  EXPECT_FLOAT_EQ(__exp10f(2.0F), 100.0F);
  EXPECT_FLOAT_EQ(cospif(1.0F), -1.0F);
}

TEST(Intrinsics, VectorTypesHaveCudasAlignments) {
  EXPECT_EQ(alignof(float4), 16U);
  EXPECT_EQ(alignof(float2), 8U);
  EXPECT_EQ(alignof(float3), 4U);
  EXPECT_EQ(alignof(double2), 16U);
  EXPECT_EQ(alignof(uint4), 16U);
  EXPECT_EQ(alignof(ushort4), 8U);
  EXPECT_EQ(make_float4(1, 2, 3, 4).w, 4.0F);
  EXPECT_EQ(dim3(2, 3).z, 1U);
}

}  // namespace
