// Sizes whose sums and products do not fit into 63 bits, and huge tensors without elements.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/op_scope.h"
#include "core/ops/attention.h"
#include "core/ops/composite.h"
#include "core/ops/convolution.h"
#include "core/ops/creation.h"
#include "core/ops/einsum.h"
#include "core/ops/indexing.h"
#include "core/ops/normalization.h"
#include "core/ops/pooling.h"
#include "core/ops/positions.h"
#include "core/ops/rearrange.h"
#include "core/ops/recurrent.h"
#include "core/ops/statistics.h"
#include "core/ops/unfold.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max(), kHuge = std::int64_t{1} << 61;

Tensor nothing(const Shape& shape) { return zeros(shape, {.device = backend()}); }
std::int64_t power_of_two(int exponent) { return std::int64_t{1} << exponent; }

TEST(HugeEmpty, IsReducedAsAnyOther) {
  const std::int64_t n = power_of_two(32);
  for (const Tensor& x : {nothing({n, 0, n}), nothing({n, n, 0}), nothing({0, n, n}), nothing({n, 0})}) {
    EXPECT_TENSOR_EQ(sum(x), Tensor(0.0f));
    EXPECT_TENSOR_EQ(prod(x), Tensor(1.0f));
    EXPECT_TENSOR_EQ(norm(x), Tensor(0.0f));
    EXPECT_TRUE(std::isnan(mean(x).item()));
    EXPECT_TRUE(std::isnan(var(x).item()));
    EXPECT_TRUE(std::isnan(stddev(x).item()));
    EXPECT_EQ(logsumexp(x).item(), -std::numeric_limits<float>::infinity());
    EXPECT_FALSE(any(x).item<bool>());
    EXPECT_TRUE(all(x).item<bool>());
  }
  EXPECT_ERROR(sum(nothing({0, n, n}), {0}), ShapeError,
               "[sum] shape [4294967296, 4294967296] has more elements than 63 bits can count");
  EXPECT_TENSOR_EQ(sum(nothing({3, n, 0}), {1, 2}), (Tensor{0.0, 0.0, 0.0}));
}

TEST(HugeEmpty, IsSlicedAndRearranged) {
  const Tensor x = nothing({8, kHuge, 0});
  EXPECT_EQ(slice(x, 0, 7).shape(), (Shape{1, kHuge, 0}));
  EXPECT_EQ(slice(x, 0, 1, {}, 4).shape(), (Shape{2, kHuge, 0}));
  EXPECT_EQ(slice(x, 1, -3, {}, kMost).shape(), (Shape{8, 1, 0}));
  EXPECT_EQ(select(x, 0, 7).shape(), (Shape{kHuge, 0}));
  EXPECT_EQ(concat({x, x}, 0).shape(), (Shape{16, kHuge, 0}));
  EXPECT_EQ(diagonal(nothing({8, 8, kHuge, 0}), 3).shape(), (Shape{kHuge, 0, 5}));
  EXPECT_EQ(flip(x).shape(), x.shape());
  EXPECT_EQ(roll(x, {kMost}, {1}).shape(), x.shape());
  EXPECT_EQ(triu(nothing({0, kMost}), kMost).shape(), (Shape{0, kMost}));
  EXPECT_EQ(tril(nothing({kMost, 0}), -kMost).shape(), (Shape{kMost, 0}));
  EXPECT_EQ(split(x, kHuge, 1).size(), 1u);
  EXPECT_EQ(einsum("ajj->a", {nothing({0, power_of_two(40), power_of_two(40)})}).shape(), (Shape{0}));
  for (const PadMode mode : {PadMode::constant, PadMode::reflect, PadMode::replicate, PadMode::circular})
    EXPECT_EQ(pad(nothing({0, kHuge}), {{3, kHuge - 1}}, mode).shape(), (Shape{0, 2 * kHuge + 2}));
}

TEST(HugeEmpty, NeedsNoMemory) {
  const Options there{.device = backend()};
  EXPECT_EQ(causal_mask(0, kMost, 0, backend()).shape(), (Shape{0, kMost}));
  EXPECT_EQ(padding_mask(nothing({0}).to(DType::i64), kMost).shape(), (Shape{0, 1, 1, kMost}));
  EXPECT_EQ(one_hot(nothing({0}).to(DType::i64), kMost).shape(), (Shape{0, kMost}));
  EXPECT_EQ(sinusoidal_positions(0, kHuge, there).shape(), (Shape{0, kHuge}));
  EXPECT_EQ(rotary(nothing({0, 3, kHuge})).shape(), (Shape{0, 3, kHuge}));
  EXPECT_EQ(rotary_table(nothing({0}), kHuge).cosine.shape(), (Shape{0, kHuge / 2}));
  EXPECT_EQ(layer_norm(nothing({kHuge, 0}), {0}).shape(), (Shape{kHuge, 0}));
  EXPECT_EQ(batch_norm(nothing({kHuge, 0, kHuge}), {}, {}, {}, {}, {.training = true}).shape(),
            (Shape{kHuge, 0, kHuge}));
}

TEST(HugeEmpty, IsAnImage) {
  const std::int64_t side = power_of_two(62);
  EXPECT_EQ(avg_pool2d(nothing({0, 1, 1, power_of_two(30)}), {1, 2}).shape(),
            (Shape{0, 1, 1, power_of_two(29)}));
  EXPECT_EQ(max_pool2d(nothing({0, 1, 1, side}), {1, 2}, {.padding = {0, 1}, .ceil_mode = true}).shape(),
            (Shape{0, 1, 1, side / 2 + 1}));
  EXPECT_EQ(conv2d(nothing({0, 1, 1, side}), nothing({1, 1, 1, 1})).shape(), (Shape{0, 1, 1, side}));
  EXPECT_ERROR(max_pool2d(nothing({0, 1, 1, kMost}), {1, 2}), ShapeError,
               "[max_pool2d] the image is 1 x 9223372036854775807; an axis has at most 2^62 pixels");
}

TEST(Sizes, ThatOverflowAreErrors) {
  EXPECT_ERROR(conv2d(nothing({0, 1, 1, 1}), nothing({0, kHuge, 1, 1}), {}, {.groups = 4}), ShapeError,
               "[conv2d] the size 2305843009213693952 * 4 takes more than 63 bits");
  EXPECT_ERROR(conv_transpose2d(nothing({0, 0, 1, 1}), nothing({0, kHuge, 1, 1}), {}, {.groups = 4}),
               ShapeError, "[conv_transpose2d] the size 2305843009213693952 * 4 takes more than 63 bits");
  EXPECT_ERROR(lstm_gates(nothing({0, kHuge}), nothing({0, kHuge}), nothing({0, kHuge})), ShapeError,
               "[lstm_gates] the size 2305843009213693952 * 4 takes more than 63 bits");
  EXPECT_ERROR(rotary(nothing({1, 2}), kMost), ShapeError,
               "[rotary] the size 9223372036854775807 + 1 takes more than 63 bits");
  EXPECT_ERROR(pad(nothing({10}), {{-10, kMost}}, PadMode::replicate), ShapeError,
               "[pad] a f32 tensor of shape [9223372036854775807] has more bytes than 63 bits can count");
  EXPECT_ERROR(sinusoidal_positions(1, kMost), ShapeError,
               "[sinusoidal_positions] the size 4611686018427387904 * 2 takes more than 63 bits");
  EXPECT_ERROR(padding_mask(nothing({2}).to(DType::i64), -1), ShapeError,
               "[padding_mask] -1 keys; there cannot be fewer than 0");
}

TEST(Sizes, OfListsOfViewsAreLimited) {
  EXPECT_ERROR(unbind(nothing({kHuge, 0})), ShapeError,
               "[unbind] would give 2305843009213693952 tensors; it gives at most 2^24");
  EXPECT_ERROR(split(nothing({kHuge, 0}), 1), ShapeError,
               "[split] would give 2305843009213693952 tensors; it gives at most 2^24");
  EXPECT_ERROR(chunk(nothing({kHuge, 0}), kHuge), ShapeError,
               "[chunk] would give 2305843009213693952 tensors; it gives at most 2^24");
}

TEST(Dims, ArePositionsWithinTheList) {
  const Shape shape{2, 3};
  EXPECT_ERROR(shape[-1], ShapeError,
               "[shape] position -1 of [2, 3], which has 2 values; Tensor::size() counts axes from the end");
  EXPECT_THROW(shape[2], ShapeError);
  EXPECT_THROW(Shape().back(), ShapeError);
  EXPECT_THROW(Shape().erase(0), ShapeError);
  EXPECT_THROW(Shape().insert(1, 5), ShapeError);
}

TEST(OpScope, NamesTheOpThatWasCalled) {
  const Tensor x = nothing({2});
  EXPECT_ERROR(var(x, {1}), ShapeError, "[var] axis 1 is out of range for a tensor with 1 axis; use -1 to 0");
  EXPECT_ERROR(unsqueeze(nothing({1, 1, 1, 1, 1, 1, 1, 1}), 0), ShapeError,
               "[unsqueeze] 9 axes; a tensor has at most 8");
  EXPECT_ERROR(norm(nothing({0}), std::numeric_limits<double>::infinity()), ShapeError,
               "[norm] axis 0 of shape [0] has no elements to choose from");
  EXPECT_EQ(OpScope::current(), nullptr);
  const OpScope outer("outer"), inner("inner");
  EXPECT_STREQ(OpScope::current(), "outer");
}

}  // namespace
}  // namespace tinytorch::testing
