#include "core/dtype.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "core/convert.h"
#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/creation.h"
#include "core/scalar.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

constexpr std::array kTypes{DType::boolean, DType::u8,   DType::i32, DType::i64,
                            DType::f16,     DType::bf16, DType::f32, DType::f64};

TEST(DType, PromotesByThisTable) {
  constexpr DType b = DType::boolean, u8 = DType::u8, i32 = DType::i32, i64 = DType::i64, f16 = DType::f16,
                  bf16 = DType::bf16, f32 = DType::f32, f64 = DType::f64;
  constexpr DType kTable[8][8] = {
      {b, u8, i32, i64, f16, bf16, f32, f64},         // bool
      {u8, u8, i32, i64, f16, bf16, f32, f64},        // u8
      {i32, i32, i32, i64, f16, bf16, f32, f64},      // i32
      {i64, i64, i64, i64, f16, bf16, f32, f64},      // i64
      {f16, f16, f16, f16, f16, f32, f32, f64},       // f16
      {bf16, bf16, bf16, bf16, f32, bf16, f32, f64},  // bf16
      {f32, f32, f32, f32, f32, f32, f32, f64},       // f32
      {f64, f64, f64, f64, f64, f64, f64, f64},       // f64
  };
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    for (std::size_t j = 0; j < kTypes.size(); ++j) {
      EXPECT_STREQ(name(promote(kTypes[i], kTypes[j])), name(kTable[i][j]))
          << name(kTypes[i]) << ", " << name(kTypes[j]);
    }
  }
}

TEST(DType, KnowsNameSizeAndKind) {
  const std::array names{"bool", "u8", "i32", "i64", "f16", "bf16", "f32", "f64"};
  const std::array<std::size_t, 8> sizes{1, 1, 4, 8, 2, 2, 4, 8};
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    EXPECT_STREQ(name(kTypes[i]), names[i]);
    EXPECT_EQ(size_of(kTypes[i]), sizes[i]);
    EXPECT_EQ(is_floating(kTypes[i]), i >= 4);
    EXPECT_EQ(is_integer(kTypes[i]), i >= 1 && i <= 3);
  }
}

TEST(DType, ConvertsRealsToIntegersBySaturation) {
  constexpr double inf = std::numeric_limits<double>::infinity(),
                   nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> x{1.9, -1.9, 300, -1, 3e9, -3e9, 1e300, -1e300, inf, -inf, nan, 255.5};
  const Tensor t = from_values(x, {static_cast<std::int64_t>(x.size())}, backend());
  constexpr std::int32_t kTop = std::numeric_limits<std::int32_t>::max(),
                         kBottom = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kTop64 = std::numeric_limits<std::int64_t>::max(),
                         kBottom64 = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(t.to(DType::u8).to_vector<std::uint8_t>(),
            (std::vector<std::uint8_t>{1, 0, 255, 0, 255, 0, 255, 0, 255, 0, 0, 255}));
  EXPECT_EQ(t.to(DType::i32).to_vector<std::int32_t>(),
            (std::vector<std::int32_t>{1, -1, 300, -1, kTop, kBottom, kTop, kBottom, kTop, kBottom, 0, 255}));
  EXPECT_EQ(t.to(DType::i64).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{1, -1, 300, -1, 3000000000, -3000000000, kTop64, kBottom64, kTop64,
                                       kBottom64, 0, 255}));
  EXPECT_EQ(t.to(DType::f32).to(DType::i32).to_vector<std::int32_t>(),
            t.to(DType::i32).to_vector<std::int32_t>());
}

TEST(DType, ConvertsAnythingButZeroToTrue) {
  const Tensor x = Tensor{0.0, -0.0, 0.25, std::nan(""), -3.0}.to(backend());
  EXPECT_TENSOR_EQ(x.to(DType::boolean), (Tensor{false, false, true, true, true}));
  EXPECT_TENSOR_EQ((Tensor{0, 256, -1}.to(backend()).to(DType::boolean)), (Tensor{false, true, true}));
  EXPECT_TENSOR_EQ((Tensor{true, false}.to(backend()).to(DType::f32)), (Tensor{1.0, 0.0}));
}

TEST(DType, ConvertsIntegersModuloTheirWidth) {
  const Tensor x = Tensor{-1, 256, 257, std::int64_t{1} << 32, (std::int64_t{1} << 31)}.to(backend());
  EXPECT_EQ(x.to(DType::u8).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{255, 0, 1, 0, 0}));
  EXPECT_EQ(x.to(DType::i32).to_vector<std::int32_t>(),
            (std::vector<std::int32_t>{-1, 256, 257, 0, std::numeric_limits<std::int32_t>::min()}));
}

TEST(DType, RoundsToF32AndOverflowsToInfinity) {
  const std::vector<double> x{0.1, 1e300, -1e300, 1e-300};
  EXPECT_EQ(from_values(x, {4}, backend()).to(DType::f32).to_vector<float>(),
            (std::vector<float>{0.1f, HUGE_VALF, -HUGE_VALF, 0}));
}

TEST(Scalar, KeepsBigIntegersExact) {
  constexpr std::int64_t kOdd = (std::int64_t{1} << 60) + 1;
  EXPECT_EQ(Scalar(kOdd).to<std::int64_t>(), kOdd);
  EXPECT_EQ(Scalar(true).dtype(), DType::boolean);
  EXPECT_EQ(Scalar(3).dtype(), DType::i64);
  EXPECT_EQ(Scalar(3.5).dtype(), DType::f32);
  EXPECT_EQ(Scalar(300.7).to<std::uint8_t>(), 255);
}

TEST(Number, TakesTheTypeOfItsTensorUnlessItsKindIsHigher) {
  struct Expected {
    DType with_bool, with_integer, with_real;
  };
  const auto expect = [](DType dtype, const Expected& expected) {
    const Tensor x = ones({2}, {.dtype = dtype, .device = backend()});
    for (const bool number_first : {false, true}) {
      const auto sum = [&](const Tensor& number) { return number_first ? number + x : x + number; };
      EXPECT_STREQ(name(sum(true).dtype()), name(expected.with_bool)) << name(dtype);
      EXPECT_STREQ(name(sum(2).dtype()), name(expected.with_integer)) << name(dtype);
      EXPECT_STREQ(name(sum(0.5).dtype()), name(expected.with_real)) << name(dtype);
      EXPECT_STREQ(name(sum(0.5f).dtype()), name(expected.with_real)) << name(dtype);
    }
  };
  expect(DType::boolean, {DType::boolean, DType::i64, DType::f32});
  expect(DType::u8, {DType::u8, DType::u8, DType::f32});
  expect(DType::i32, {DType::i32, DType::i32, DType::f32});
  expect(DType::i64, {DType::i64, DType::i64, DType::f32});
  expect(DType::f32, {DType::f32, DType::f32, DType::f32});
  expect(DType::f64, {DType::f64, DType::f64, DType::f64});
}

TEST(Number, KeepsDoublePrecisionForF64Tensors) {
  const Tensor x = ones({1}, {.dtype = DType::f64, .device = backend()});
  EXPECT_EQ((x * 0.1).item<double>(), 0.1);
  EXPECT_EQ((x * 0.1f).item<double>(), static_cast<double>(0.1f));
  EXPECT_EQ((Tensor(0.1) + Tensor(0.2)).item<double>(), 0.1 + 0.2);
}

TEST(Number, IsOnlyWhatNumbersAloneMade) {
  EXPECT_TRUE(Tensor(2.0).is_weakly_typed());
  EXPECT_TRUE((Tensor(2.0) * 2).is_weakly_typed());
  EXPECT_FALSE((Tensor(2.0) * Tensor{2.0}).is_weakly_typed());
  EXPECT_FALSE((Tensor{2.0}).is_weakly_typed());
  EXPECT_FALSE(full({}, 2.0).is_weakly_typed());
}

}  // namespace
}  // namespace tinytorch::testing
