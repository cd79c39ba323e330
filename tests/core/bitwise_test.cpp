#include "core/ops/bitwise.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "autograd/ops/bitwise.h"
#include "core/error.h"
#include "core/ops/comparison.h"
#include "core/ops/creation.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

Tensor here(const Tensor& x) { return x.to(backend()); }

// NumPy 1.24: np.left_shift, np.right_shift.
TEST(Bitwise, ShiftsBeyondTheBitsLeaveZerosOrTheSign) {
  const Tensor x = here(Tensor{1, -1, 5, -7});
  const Tensor beyond = here(Tensor{64, 70, 1000, -1});
  EXPECT_TENSOR_EQ(x << beyond, (Tensor{0, 0, 0, 0}));
  EXPECT_TENSOR_EQ(x >> beyond, (Tensor{0, -1, 0, -1}));
  EXPECT_TENSOR_EQ(x << 63, (Tensor{kLeast, kLeast, kLeast, kLeast}));
  EXPECT_TENSOR_EQ(x >> 63, (Tensor{0, -1, 0, -1}));
  EXPECT_TENSOR_EQ(x << kLeast, (Tensor{0, 0, 0, 0}));
  const Tensor byte = here(Tensor{255, 1}).to(DType::u8);
  EXPECT_TENSOR_EQ(byte << 7, Tensor({128, 128}).to(DType::u8));
  EXPECT_TENSOR_EQ(byte << 8, Tensor({0, 0}).to(DType::u8));
  EXPECT_TENSOR_EQ(byte >> 8, Tensor({0, 0}).to(DType::u8));
}

TEST(Bitwise, AllSixtyFourBits) {
  const Tensor x = here(Tensor{std::int64_t{0x0123456789abcdef}, kLeast});
  EXPECT_TENSOR_EQ(x & 0xffff, (Tensor{0xcdef, 0}));
  EXPECT_TENSOR_EQ(~(~x ^ 1), x ^ 1);
  EXPECT_TENSOR_EQ((x >> 32) | 0, (Tensor{0x01234567, -(std::int64_t{1} << 31)}));
}

// PyTorch 1.13.
TEST(Bitwise, ScalarsAreWeaklyTyped) {
  const Tensor x = here(Tensor{1, 6, 12}).to(DType::i32);
  EXPECT_TENSOR_EQ(x & 7, Tensor({1, 6, 4}).to(DType::i32));
  EXPECT_TENSOR_EQ(7 & x, Tensor({1, 6, 4}).to(DType::i32));
  EXPECT_TENSOR_EQ(1 << x, Tensor({2, 64, 4096}).to(DType::i32));
  EXPECT_TENSOR_EQ((x > 1) & true, (Tensor{false, true, true}));
  EXPECT_TENSOR_EQ((x > 1) << 3, (Tensor{0, 8, 8}));
  EXPECT_TENSOR_EQ(~(x > 1), (Tensor{true, false, false}));
}

TEST(Bitwise, OfVariablesAreTensors) {
  const Variable x(here(Tensor{1, 6}));
  const Tensor y = (x & 3) | (x << 4);
  EXPECT_TENSOR_EQ(y, (Tensor{17, 98}));
  EXPECT_TENSOR_EQ(x ^ x.value(), (Tensor{0, 0}));
}

TEST(Bitwise, SaysWhatIsWrong) {
  EXPECT_ERROR(ones_of({2}) & 1, DTypeError,
               "[bitwise_and] takes integers and bools, but a is f32 and b is i64; convert one with "
               ".to(DType::i64)");
  EXPECT_ERROR(ones_of({2}) | ones_of({2}), DTypeError,
               "[bitwise_or] takes integers and bools, but a is f32 and b is f32; convert both with "
               ".to(DType::i64)");
  EXPECT_ERROR(~ones_of({2}), DTypeError,
               "[bitwise_not] takes integers and bools, but x is f32; convert it with .to(DType::i64)");
  EXPECT_ERROR(ones_of({2}, DType::i64) << 1.5, DTypeError,
               "[bitwise_left_shift] takes integers and bools, but a is i64 and b is f64; convert one with "
               ".to(DType::i64)");
  EXPECT_ERROR(
      ones_of({2}, DType::boolean) >> true, DTypeError,
      "[bitwise_right_shift] takes numbers, but both operands are bool; convert one with .to(DType::i64)");
  EXPECT_ERROR(ones_of({2}, DType::i64) | ones_of({3}, DType::i64), ShapeError,
               "[bitwise_or] shapes [2] and [3] do not broadcast: axis -1 is 2 and 3; lengths must be equal "
               "or 1");
  EXPECT_ERROR(~Tensor(), ValueError,
               "[bitwise_not] x is undefined (default-constructed); give it a value first");
}

}  // namespace
}  // namespace tinytorch::testing
