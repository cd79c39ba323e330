#include <gtest/gtest.h>

#include <cstdint>

#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/creation.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

// C++ numbers as operands.
namespace tinytorch {
namespace {

using tinytorch::testing::backend;

Tensor bytes() { return Tensor{1, 255}.to({.dtype = DType::u8, .device = backend()}); }

TEST(Number, ThatTheTypeCannotHoldIsComparedAsItIs) {
  EXPECT_TENSOR_EQ(bytes() > -1, (Tensor{true, true}));
  EXPECT_TENSOR_EQ(bytes() == 257, (Tensor{false, false}));
  const Tensor wide = Tensor{1}.to({.dtype = DType::i32, .device = backend()});
  EXPECT_TENSOR_EQ(wide == 4294967297, (Tensor{false}));
}

TEST(Number, ThatTheTypeCannotHoldMakesBothI64) {
  EXPECT_TENSOR_EQ(bytes() + 300, (Tensor{301, 555}));
  EXPECT_TENSOR_EQ(maximum(bytes(), -5), (Tensor{1, 255}));
  EXPECT_EQ((bytes() + 200).dtype(), DType::u8);
}

TEST(Number, MadeOfNumbersYieldsAsTheyDo) {
  const Tensor x = ones({2}, {.device = backend()});
  const Tensor rate = 0.1;
  EXPECT_EQ((x - rate * 2).dtype(), DType::f32);
  EXPECT_EQ((x - (-rate)).dtype(), DType::f32);
}

TEST(Number, ConvertedByHandIsATensorOfThatType) {
  const Tensor x = ones({2}, {.device = Device::cpu()});
  EXPECT_EQ((x * Tensor(2.0).to(DType::f64)).dtype(), DType::f64);
}

TEST(Number, AboveTheLargestI64IsRefused) {
  EXPECT_ERROR(full({}, UINT64_MAX), ValueError, "[scalar] the value exceeds the largest i64");
}

}  // namespace
}  // namespace tinytorch
