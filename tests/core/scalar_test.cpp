#include "core/scalar.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/tensor.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

// Scalars, and tensors made from one, which are weakly typed.
namespace tinytorch::testing {
namespace {

TEST(Scalar, KeepsBigIntegersExact) {
  constexpr std::int64_t kOdd = (std::int64_t{1} << 60) + 1;
  EXPECT_EQ(Scalar(kOdd).to<std::int64_t>(), kOdd);
  EXPECT_EQ(Scalar(true).dtype(), DType::boolean);
  EXPECT_EQ(Scalar(3).dtype(), DType::i64);
  EXPECT_EQ(Scalar(3.5).dtype(), DType::f32);
  EXPECT_EQ(Scalar(300.7).to<std::uint8_t>(), 255);
}

Tensor bytes() { return Tensor{1, 255}.to({.dtype = DType::u8, .device = backend()}); }

TEST(WeaklyTyped, IsComparedAsItIsWhereTheDtypeCannotRepresentIt) {
  EXPECT_TENSOR_EQ(bytes() > -1, (Tensor{true, true}));
  EXPECT_TENSOR_EQ(bytes() == 257, (Tensor{false, false}));
  const Tensor wide = Tensor{1}.to({.dtype = DType::i32, .device = backend()});
  EXPECT_TENSOR_EQ(wide == 4294967297, (Tensor{false}));
}

TEST(WeaklyTyped, MakesBothI64WhereTheDtypeCannotRepresentIt) {
  EXPECT_TENSOR_EQ(bytes() + 300, (Tensor{301, 555}));
  EXPECT_TENSOR_EQ(maximum(bytes(), -5), (Tensor{1, 255}));
  EXPECT_EQ((bytes() + 200).dtype(), DType::u8);
}

TEST(WeaklyTyped, ResultsOfScalarsYieldAsTheyDo) {
  const Tensor x = ones({2}, {.device = backend()});
  const Tensor rate = 0.1;
  EXPECT_EQ((x - rate * 2).dtype(), DType::f32);
  EXPECT_EQ((x - (-rate)).dtype(), DType::f32);
}

TEST(WeaklyTyped, ScalarThatIsConvertedIsATensorOfThatDtype) {
  const Tensor x = ones({2}, {.device = Device::cpu()});
  EXPECT_EQ((x * Tensor(2.0).to(DType::f64)).dtype(), DType::f64);
}

TEST(Scalar, AboveTheLargestI64IsRefused) {
  EXPECT_ERROR(full({}, UINT64_MAX), ValueError, "[scalar] the value exceeds the largest i64");
}

TEST(WeaklyTyped, TakesTheDtypeOfTheTensorUnlessItsKindIsHigher) {
  struct Expected {
    DType with_bool, with_integer, with_floating;
  };
  const auto expect = [](DType dtype, const Expected& expected) {
    const Tensor x = ones({2}, {.dtype = dtype, .device = backend()});
    for (const bool scalar_first : {false, true}) {
      const auto sum = [&](const Tensor& scalar) { return scalar_first ? scalar + x : x + scalar; };
      EXPECT_STREQ(name(sum(true).dtype()), name(expected.with_bool)) << name(dtype);
      EXPECT_STREQ(name(sum(2).dtype()), name(expected.with_integer)) << name(dtype);
      EXPECT_STREQ(name(sum(0.5).dtype()), name(expected.with_floating)) << name(dtype);
      EXPECT_STREQ(name(sum(0.5f).dtype()), name(expected.with_floating)) << name(dtype);
    }
  };
  expect(DType::boolean, {DType::boolean, DType::i64, DType::f32});
  expect(DType::u8, {DType::u8, DType::u8, DType::f32});
  expect(DType::i32, {DType::i32, DType::i32, DType::f32});
  expect(DType::i64, {DType::i64, DType::i64, DType::f32});
  expect(DType::f32, {DType::f32, DType::f32, DType::f32});
  expect(DType::f64, {DType::f64, DType::f64, DType::f64});
}

TEST(WeaklyTyped, KeepsDoublePrecisionForF64Tensors) {
  const Tensor x = ones({1}, {.dtype = DType::f64, .device = backend()});
  EXPECT_EQ((x * 0.1).item<double>(), 0.1);
  EXPECT_EQ((x * 0.1f).item<double>(), static_cast<double>(0.1f));
  EXPECT_EQ((Tensor(0.1) + Tensor(0.2)).item<double>(), 0.1 + 0.2);
}

TEST(WeaklyTyped, MayBeOnAnotherDeviceThanTheTensor) {
  for (const Device of_scalar : {Device::cpu(), backend()}) {
    for (const Device of_tensor : {Device::cpu(), backend()}) {
      const Tensor two = Tensor(2.0).to(of_scalar), many = Tensor(300).to(of_scalar);
      const Tensor x = Tensor{1.0, 3.0}.to(of_tensor),
                   byte = Tensor{1}.to({.dtype = DType::u8, .device = of_tensor});
      EXPECT_EQ(two.device(), of_scalar);
      for (const Tensor& y : {x * two, two * x, where(x > two, x, two), maximum(x, two)}) {
        EXPECT_EQ(y.device(), of_tensor);
        EXPECT_EQ(y.dtype(), DType::f32);
      }
      EXPECT_TENSOR_EQ(x - two, (Tensor{-1.0, 1.0}));
      EXPECT_TENSOR_EQ(two - x, (Tensor{1.0, -1.0}));
      EXPECT_TENSOR_EQ(x < two, (Tensor{true, false}));
      EXPECT_TENSOR_EQ(byte + many, (Tensor{301}));
      Tensor changed = clone(x);
      changed += two;
      EXPECT_TENSOR_EQ(changed, (Tensor{3.0, 5.0}));
      assign(changed, two);
      EXPECT_TENSOR_EQ(changed, (Tensor{2.0, 2.0}));
      EXPECT_TENSOR_EQ((two * Tensor(1.5)).to(DType::f64), Tensor(3.0).to(DType::f64));
    }
  }
}

TEST(WeaklyTyped, AreOnlyScalarsAndResultsOfScalars) {
  EXPECT_TRUE(Tensor(2.0).is_weakly_typed());
  EXPECT_TRUE((Tensor(2.0) * 2).is_weakly_typed());
  EXPECT_FALSE((Tensor(2.0) * Tensor{2.0}).is_weakly_typed());
  EXPECT_FALSE((Tensor{2.0}).is_weakly_typed());
  EXPECT_FALSE(full({}, 2.0).is_weakly_typed());
}

}  // namespace
}  // namespace tinytorch::testing
