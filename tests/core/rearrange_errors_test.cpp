// The error messages of the ops that rearrange, scan and reduce, word for word, and properties of these ops
// that the op table does not test.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/rearrange.h"
#include "core/ops/scan.h"
#include "core/ops/statistics.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(RearrangeErrors, OfShapes) {
  const Tensor x = ones_of({2, 3});
  EXPECT_ERROR(flip(x, {2}), ShapeError,
               "[flip] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
  EXPECT_ERROR(flip(x, {0, 0}), ShapeError, "[flip] axis 0 is named twice in [0, 0]");
  EXPECT_ERROR(diagonal(x, 0, 1, -1), ShapeError,
               "[diagonal] axis 1 is named twice; a diagonal needs two different axes");
  EXPECT_ERROR(diagonal(ones_of({2})), ShapeError,
               "[diagonal] axis 1 is out of range for a tensor with 1 axis; use -1 to 0");
  EXPECT_ERROR(triu(ones_of({2})), ShapeError, "[triu] x is [2]; it must have two axes or more");
  EXPECT_ERROR(tril(ones_of({})), ShapeError, "[tril] x is []; it must have two axes or more");
  EXPECT_ERROR(pad(x, {{1, 1}, {0, 0}, {0, 0}}), ShapeError,
               "[pad] 3 paddings for the 2 axes of shape [2, 3]");
  EXPECT_ERROR(pad(x, {{-2, -2}}), ShapeError, "[pad] axis 1 of shape [2, 3] is too short to lose 2 and 2");
  EXPECT_ERROR(pad(x, {{0, 3}}, PadMode::reflect), ShapeError,
               "[pad] axis 1 of shape [2, 3] is too short to be padded by 3 in this mode; reflect needs "
               "fewer than its "
               "length");
  EXPECT_ERROR(
      pad(x, {{4, 0}}, PadMode::circular), ShapeError,
      "[pad] axis 1 of shape [2, 3] is too short to be padded by 4 in this mode; circular needs at most its "
      "length");
  EXPECT_ERROR(
      pad(ones_of({2, 0}), {{1, 0}}, PadMode::replicate), ShapeError,
      "[pad] axis 1 of shape [2, 0] is too short to be padded by 1 in this mode; replicate needs an element");
  EXPECT_ERROR(repeat(x, {2}), ShapeError,
               "[repeat] counts [2] are fewer than the axes of shape [2, 3]; use tile");
  EXPECT_ERROR(repeat(x, {1, std::int64_t{1} << 62}), ShapeError,
               "[repeat] shape [2, 3] repeated [1, 4611686018427387904] times has more than 2^63 elements");
  EXPECT_ERROR(movedim(x, 0, 2), ShapeError,
               "[movedim] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
}

TEST(RearrangeErrors, OfRepeatInterleave) {
  constexpr std::int64_t kMany = std::int64_t{1} << 62;
  const Tensor x = ones_of({2, 3});
  const auto repeats = [](std::vector<std::int64_t> values) {
    return from_values(values, {std::ssize(values)}, backend());
  };
  EXPECT_ERROR(repeat_interleave(x, 2, 2), ShapeError,
               "[repeat_interleave] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
  EXPECT_ERROR(repeat_interleave(x, -1), ValueError,
               "[repeat_interleave] repeats is -1; it must not be negative");
  EXPECT_ERROR(
      repeat_interleave(x, kMany, 1), ShapeError,
      "[repeat_interleave] axis 1 of shape [2, 3], repeated 4611686018427387904 times, has more than 2^63 "
      "elements");
  EXPECT_ERROR(repeat_interleave(x, ones_of({3}), 1), DTypeError,
               "[repeat_interleave] repeats are i64 or i32, but given as f32; convert them with "
               ".to(DType::i64)");
  EXPECT_ERROR(
      repeat_interleave(x, repeats({1, 1}), 1), ShapeError,
      "[repeat_interleave] repeats are [2]; wanted [3], one for each index of axis 1 of shape [2, 3], "
      "or one for all");
  EXPECT_ERROR(repeat_interleave(x, repeats({1, -2, 1}), 1), ValueError,
               "[repeat_interleave] repeats have the element -2; they must not be negative");
  EXPECT_ERROR(repeat_interleave(x, repeats({kMany, kMany, kMany}), 1), ShapeError,
               "[repeat_interleave] the repeats add up to 1.3835058055282164e+19, more than 2^62 elements");
  EXPECT_ERROR(repeat_interleave(x, repeats({kMany, 0, 0}), 1), ShapeError,
               "[repeat_interleave] shape [2, 4611686018427387904] has more elements than 63 bits can count");
  EXPECT_EQ(repeat_interleave(ones_of({0, 2}), kMany / 2, 1).shape(), (Shape{0, kMany}));
  EXPECT_EQ(repeat_interleave(ones_of({0, 2}), repeats({kMany, 0}), 1).shape(), (Shape{0, kMany}));
  EXPECT_TENSOR_EQ(repeat_interleave(x, repeats({2}).to(DType::i32), 1), ones_of({2, 6}));
}

TEST(RearrangeErrors, OfValues) {
  const Tensor x = ones_of({2, 3});
  EXPECT_ERROR(roll(x, {1}, {0, 1}), ValueError,
               "[roll] 1 shifts for the axes [0, 1]; there must be one an axis");
  EXPECT_ERROR(repeat(x, {1, -1}), ValueError, "[repeat] a count in [1, -1] is negative");
  EXPECT_ERROR(split(x, 0, 1), ValueError, "[split] the size is 0; it must be at least 1");
  EXPECT_ERROR(split(x, std::vector<std::int64_t>{1, 1}, 1), ValueError,
               "[split] sizes [1, 1] do not add up to axis 1 of shape [2, 3], which is 3 long");
  EXPECT_ERROR(split(x, std::vector<std::int64_t>{4, -1}, 1), ValueError,
               "[split] sizes [4, -1] do not add up to axis 1 of shape [2, 3], which is 3 long");
  EXPECT_ERROR(chunk(x, 0), ValueError, "[chunk] chunks is 0; it must be at least 1");
}

TEST(ScanErrors, NameWhatDoesNotFit) {
  const Tensor x = ones_of({2, 3});
  EXPECT_ERROR(cumsum(x, 2), ShapeError,
               "[cumsum] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
  EXPECT_ERROR(cumprod(ones_of({}), 0), ShapeError, "[cumprod] axis 0 of a tensor that has no axes");
  EXPECT_ERROR(cummax(x, 2), ShapeError,
               "[cummax] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
  EXPECT_ERROR(cummin(ones_of({}), 0), ShapeError, "[cummin] axis 0 of a tensor that has no axes");
  EXPECT_ERROR(linear_recurrence(x, ones_of({3}), 0), ShapeError,
               "[linear_recurrence] a is [2, 3], b is [3]; they must be alike");
  EXPECT_ERROR(linear_recurrence(x, ones_of({2, 3}, DType::f64), 0), DTypeError,
               "[linear_recurrence] a is f32, b is f64; convert one with .to(dtype)");
}

TEST(StatisticsErrors, NameTheOp) {
  const Tensor integers = ones_of({2, 3}, DType::i64), x = ones_of({2, 3});
  EXPECT_ERROR(nanmean(integers), DTypeError,
               "[nanmean] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(nanmean(x, {2}), ShapeError,
               "[nanmean] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
  EXPECT_ERROR(nansum(x, {0, 0}), ShapeError, "[nansum] axis 0 is named twice in [0, 0]");
  EXPECT_ERROR(max_with_indices(x, 2), ShapeError,
               "[max_with_indices] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
  EXPECT_ERROR(min_with_indices(ones_of({2, 0}), 1), ShapeError,
               "[min_with_indices] axis 1 of shape [2, 0] has no elements to choose from");
  EXPECT_ERROR(var(integers), DTypeError,
               "[var] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(stddev(integers), DTypeError,
               "[stddev] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(logsumexp(integers), DTypeError,
               "[logsumexp] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(norm(integers), DTypeError,
               "[norm] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(prod(x, {2}), ShapeError,
               "[prod] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
  EXPECT_ERROR(any(x, {0, 0}), ShapeError, "[any] axis 0 is named twice in [0, 0]");
  EXPECT_ERROR(all(x, {0, 0}), ShapeError, "[all] axis 0 is named twice in [0, 0]");
  EXPECT_ERROR(norm(ones_of({0}), INFINITY), ShapeError,
               "[norm] axis 0 of shape [0] has no elements to choose from");
}

TEST(Split, OfAnEmptyAxisIsOneEmptyTensor) {
  const std::vector<Tensor> parts = split(ones_of({0, 2}), 3);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].shape(), (Shape{0, 2}));
}

TEST(Split, GivesViews) {
  const Tensor x = ones_of({4});
  EXPECT_EQ(split(x, 2)[1].storage(), x.storage());
  EXPECT_EQ(chunk(x, 3).size(), 2u);
  EXPECT_EQ(diagonal(reshape(x, {2, 2})).storage(), x.storage());
}

TEST(RunningSum, OfF32IsAddedInF64) {
  // 2^24 + 1 + 1 ... is lost in f32.
  Tensor x = ones({2000});
  x.data<float>()[0] = 16777216.0F;
  const Tensor y = cumsum(x.to(backend()), 0);
  EXPECT_EQ(slice(y, 0, -1).item(), 16777216.0F + 2000.0F);
}

TEST(RearrangeErrors, OfSizesBeyondAllTensors) {
  const Tensor x = ones_of({2, 3});
  for (const PadMode mode : {PadMode::constant, PadMode::replicate}) {
    EXPECT_ERROR(
        pad(x, {{INT64_MAX, INT64_MAX}}, mode), ShapeError,
        "[pad] axis 1 of shape [2, 3], padded by 9223372036854775807 and 9223372036854775807, has more than "
        "2^63 elements");
    EXPECT_ERROR(pad(x, {{1LL << 62, 0}, {4, 0}}, mode), ShapeError,
                 "[pad] shape [6, 4611686018427387907] has more elements than 63 bits can count");
    EXPECT_ERROR(pad(x, {{INT64_MIN, INT64_MIN}}, mode), ShapeError,
                 "[pad] axis 1 of shape [2, 3] is too short to lose 9223372036854775807 and "
                 "9223372036854775807");
  }
  EXPECT_EQ(diagonal(x, INT64_MIN).shape(), Shape{0});
  EXPECT_EQ(diagonal(x, INT64_MAX).shape(), Shape{0});
  EXPECT_TENSOR_EQ(triu(x, INT64_MIN), x);
  EXPECT_TENSOR_EQ(triu(x, INT64_MAX), zeros_like(x));
  EXPECT_TENSOR_EQ(tril(x, INT64_MAX), x);
  EXPECT_TENSOR_EQ(tril(x, INT64_MIN), zeros_like(x));
}

TEST(Repeat, AllocatesNothingForAnEmptyResult) {
  EXPECT_EQ(repeat(ones_of({1, 1}), {1LL << 50, 0}).shape(), (Shape{1LL << 50, 0}));
  EXPECT_EQ(repeat(ones_of({0, 2}), {3, 1LL << 50}).shape(), (Shape{0, 1LL << 51}));
}

TEST(Pad, FindsItsSourcesInEachMode) {
  const Tensor x = arange(4, {.dtype = DType::i64, .device = backend()});
  EXPECT_TENSOR_EQ(pad(x, {{3, 2}}, PadMode::reflect), {3, 2, 1, 0, 1, 2, 3, 2, 1});
  EXPECT_TENSOR_EQ(pad(x, {{3, 2}}, PadMode::replicate), {0, 0, 0, 0, 1, 2, 3, 3, 3});
  EXPECT_TENSOR_EQ(pad(x, {{4, 2}}, PadMode::circular), {0, 1, 2, 3, 0, 1, 2, 3, 0, 1});
  EXPECT_TENSOR_EQ(pad(x, {{-1, 2}}, PadMode::reflect), {1, 2, 3, 2, 1});
}

TEST(Var, TakesKeepdimThirdAsSumDoes) {
  const Tensor x = arange(6, {.dtype = DType::f64, .device = backend()});
  EXPECT_TENSOR_EQ(var(reshape(x, {2, 3}), {1}, true), Tensor{{1.0}, {1.0}}.to({DType::f64, backend()}));
  EXPECT_EQ(stddev(reshape(x, {2, 3}), {1}, true, 0).shape(), (Shape{2, 1}));
}

}  // namespace
}  // namespace tinytorch::testing
