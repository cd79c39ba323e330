#include "core/dtype.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>

#include "core/error.h"
#include "core/ops/creation.h"
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

TEST(DType, ConvertsFloatingToIntegersBySaturation) {
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

TEST(DType, Prints) {
  std::ostringstream out;
  out << DType::boolean << ' ' << DType::f32;
  EXPECT_EQ(out.str(), "bool f32");
}

TEST(DType, OutsideTheEnumerationIsRefused) {
  constexpr auto kUnknown = static_cast<DType>(8);
  EXPECT_ERROR(name(kUnknown), DTypeError, "[dtype] 8 is the value of no DType");
  EXPECT_ERROR(size_of(kUnknown), DTypeError, "[dtype] 8 is the value of no DType");
  EXPECT_ERROR(is_floating(kUnknown), DTypeError, "[dtype] 8 is the value of no DType");
  EXPECT_ERROR(promote(kUnknown, DType::f32), DTypeError, "[dtype] 8 is the value of no DType");
}

/// The name of the dtype whose C++ type a dispatch over `Types` gives.
template <class Types = AllTypes>
std::string dispatched(DType dtype) {
  return name(dispatch<Types>(dtype, [&]<class T>() { return dtype_of<T>; }));
}

TEST(Dispatch, GivesTheElementsType) {
  for (const DType dtype : {DType::boolean, DType::u8, DType::i32, DType::i64, DType::f32, DType::f64}) {
    EXPECT_EQ(dispatched(dtype), name(dtype));
    if (dtype != DType::boolean) {
      EXPECT_EQ(dispatched<NumericTypes>(dtype), name(dtype));
    }
    if (is_floating(dtype)) {
      EXPECT_EQ(dispatched<FloatingTypes>(dtype), name(dtype));
    }
  }
}

TEST(Dispatch, RefusesDtypesWithoutKernels) {
  EXPECT_ERROR(dispatched(DType::f16), DTypeError, "[dispatch] f16 has no kernels yet");
  EXPECT_ERROR(dispatched(DType::bf16), DTypeError, "[dispatch] bf16 has no kernels yet");
  EXPECT_ERROR(dispatched<FloatingTypes>(DType::f16), DTypeError, "[dispatch] f16 has no kernels yet");
}

TEST(Dispatch, RefusesDtypesThatAreNotOfItsTypes) {
  EXPECT_ERROR(
      dispatched<NumericTypes>(DType::boolean), DTypeError,
      "[dispatch] a function of numeric dtypes was called with bool; its caller must check the dtype");
  for (const DType dtype : {DType::boolean, DType::u8, DType::i32, DType::i64}) {
    EXPECT_ERROR(dispatched<FloatingTypes>(dtype), DTypeError,
                 std::string("[dispatch] a function of floating dtypes was called with ") + name(dtype) +
                     "; its caller must check the dtype");
  }
  EXPECT_ERROR(dispatched(static_cast<DType>(8)), DTypeError, "[dtype] 8 is the value of no DType");
}

}  // namespace
}  // namespace tinytorch::testing
