#include "core/ops/positions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(Rotary, ProductsDependOnTheDistanceOnly) {
  Generator source(1);
  const Options options{.dtype = DType::f64, .device = backend()};
  const Tensor q = randn({1, 6}, options, source), k = randn({1, 6}, options, source);
  const auto product = [&](std::int64_t a, std::int64_t b) { return sum(rotary(q, a) * rotary(k, b)); };
  EXPECT_TENSOR_NEAR(product(3, 7), product(1003, 1007));
  EXPECT_FALSE(allclose(product(3, 7), product(3, 8)));
}

TEST(Rotary, InterleavedPairsAreHalvesInAnotherOrder) {
  Generator source(2);
  const Tensor x = randn({2, 5, 6}, {.device = backend()}, source);
  const auto deinterleaved = [](const Tensor& y) {
    return concat({slice(y, 2, 0, 6, 2), slice(y, 2, 1, 6, 2)}, 2);
  };
  const Tensor y = rotary(x, 3, 10000, RotaryPairs::interleaved);
  EXPECT_TENSOR_EQ(deinterleaved(y), rotary(deinterleaved(x), 3));
}

TEST(Rotary, SaysWhatIsWrong) {
  EXPECT_ERROR(rotary(ones_of({4})), ShapeError, "[rotary] x is [4]; wanted [..., length, width]");
  EXPECT_ERROR(
      rotary(ones_of({3, 5})), ShapeError,
      "[rotary] x is [3, 5], positions [3]; wanted [..., length, width] of an even width, and positions that "
      "broadcast to [..., length]");
  EXPECT_ERROR(
      rotary(ones_of({3, 4}), ones_of({2})), ShapeError,
      "[rotary] x is [3, 4], positions [2]; wanted [..., length, width] of an even width, and positions that "
      "broadcast to [..., length]");
  EXPECT_ERROR(rotary(ones_of({3, 4}), 0, -1.0), ValueError,
               "[rotary] base is -1; it must be positive and finite");
  EXPECT_ERROR(rotary_table(ones_of({2}), 4, -1.0), ValueError,
               "[rotary_table] base is -1; it must be positive and finite");
  EXPECT_ERROR(rotary_table(ones_of({2}), 3), ShapeError,
               "[rotary_table] width is 3; its elements make pairs, so it must be even");
  EXPECT_ERROR(rotary_table(ones_of({2}), 2, 10000, DType::i32), DTypeError,
               "[rotary_table] makes f32 or f64 tensors, but i32 was asked for");
  EXPECT_ERROR(rotary_table(ones_of({2}) < 1, 2), DTypeError,
               "[rotary_table] takes numbers, but positions is bool; convert it with .to(DType::i64) or use "
               "logical ops");
  EXPECT_ERROR(
      rotate_halves(ones_of({3, 4}), ones_of({3, 4}), ones_of({3, 2})), ShapeError,
      "[rotate_halves] x is [3, 4], cosine [3, 4], sine [3, 2]; wanted [..., width] of an even width, and "
      "two that broadcast to [..., width / 2]");
  EXPECT_ERROR(
      rotate_interleaved(ones_of({3, 3}), ones_of({1}), ones_of({1})), ShapeError,
      "[rotate_interleaved] x is [3, 3], cosine [1], sine [1]; wanted [..., width] of an even width, and two "
      "that broadcast to [..., width / 2]");
  EXPECT_ERROR(
      rotate_halves(ones_of({3, 3}), ones_of({1}), ones_of({1})), ShapeError,
      "[rotate_halves] x is [3, 3], cosine [1], sine [1]; wanted [..., width] of an even width, and two that "
      "broadcast to [..., width / 2]");
}

TEST(RotateHalves, TakesNumbers) {
  const Tensor x = ones_of({3, 4});
  EXPECT_TENSOR_EQ(rotate_halves(x, 1.0, 0.0), x);
}

TEST(SinusoidalPositions, SayWhatIsWrong) {
  EXPECT_ERROR(sinusoidal_positions(-1, 4), ShapeError,
               "[sinusoidal_positions] length is -1 and width 4; neither may be negative");
  EXPECT_ERROR(sinusoidal_positions(2, 4, {.dtype = DType::i64}), DTypeError,
               "[sinusoidal_positions] makes f32 or f64 tensors, but i64 was asked for");
}

}  // namespace
}  // namespace tinytorch::testing
