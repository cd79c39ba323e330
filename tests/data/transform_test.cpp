#include "nn/data/transform.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/rearrange.h"
#include "core/ops/reduction.h"
#include "core/ops/shape.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using Seeds = std::vector<std::uint64_t>;

Seeds seeds(std::size_t n) {
  Seeds result;
  for (std::uint64_t seed = 1; seed <= n; ++seed) result.push_back(seed);
  return result;
}

/// n images of 1 channel, each with the pixels 1, 2, 3, ...
Tensor images(std::int64_t n, std::int64_t height, std::int64_t width, DType dtype = DType::f32) {
  const Tensor one = reshape(arange(1, height * width + 1, 1, {.dtype = dtype}), {1, 1, height, width});
  return contiguous(expand(one, {n, 1, height, width})).to(backend());
}

Tensor image(const Tensor& batch, std::int64_t i) {
  return select(select(batch, 0, i), 0, 0).to(Device::cpu());
}

TEST(ToFloat, MapsBytesToTheUnitInterval) {
  const Tensor bytes =
      reshape(Tensor{0, 51, 255, 102}, {1, 1, 2, 2}).to({.dtype = DType::u8, .device = backend()});
  EXPECT_TENSOR_NEAR(nn::to_float()(bytes, seeds(1)), reshape(Tensor{0.0, 0.2, 1.0, 0.4}, {1, 1, 2, 2}),
                     1e-7);
}

TEST(Normalize, StandardizesEachChannel) {
  const Tensor x = reshape(Tensor{1.0, 2.0, 10.0, 20.0}, {1, 2, 1, 2}).to(backend());
  EXPECT_TENSOR_NEAR(nn::normalize({1, 10}, {0.5, 10})(x, seeds(1)),
                     reshape(Tensor{0.0, 2.0, 0.0, 1.0}, {1, 2, 1, 2}));
}

TEST(RandomFlip, MirrorsSomeImages) {
  const Tensor x = images(40, 2, 3), y = nn::random_flip()(x, seeds(40));
  const Tensor mirrored = flip(image(x, 0), {1});
  int flipped = 0;
  for (std::int64_t i = 0; i < 40; ++i) {
    const bool is_flipped = image(y, i).to_vector()[0] != 1;
    flipped += is_flipped ? 1 : 0;
    EXPECT_TENSOR_EQ(image(y, i), is_flipped ? mirrored : image(x, i));
  }
  EXPECT_GT(flipped, 8);
  EXPECT_LT(flipped, 32);
  EXPECT_TENSOR_EQ(image(nn::random_flip(1)(x, seeds(40)), 7), mirrored);
  EXPECT_TENSOR_EQ(nn::random_flip(0)(x, seeds(40)), x);
}

TEST(RandomCrop, MovesImagesByUpToThePadding) {
  const Tensor x = images(60, 3, 3), y = nn::random_crop(1)(x, seeds(60));
  const Tensor padded = pad(image(x, 0), {{1, 1}, {1, 1}});
  std::set<std::pair<std::int64_t, std::int64_t>> shifts;
  for (std::int64_t i = 0; i < 60; ++i) {
    for (std::int64_t row = 0; row < 3; ++row) {
      for (std::int64_t column = 0; column < 3; ++column) {
        const Tensor moved = slice(slice(padded, 0, row, row + 3), 1, column, column + 3);
        if (equal(image(y, i), moved)) shifts.emplace(row, column);
      }
    }
  }
  EXPECT_EQ(shifts.size(), 9U);
  EXPECT_TENSOR_EQ(nn::random_crop(0)(x, seeds(60)), x);
  EXPECT_EQ(nn::random_crop(std::numeric_limits<std::int64_t>::max())(x, seeds(60)).shape(), x.shape());
}

TEST(RandomRotation, TurnsAboutTheCenter) {
  const Tensor x = images(50, 5, 5);
  EXPECT_TENSOR_NEAR(nn::random_rotation(0)(x, seeds(50)), x);
  const Tensor y = nn::random_rotation(90)(x, seeds(50));
  std::set<float> right_of_center;
  for (std::int64_t i = 0; i < 50; ++i) {
    const std::vector<float> pixels = image(y, i).to_vector();
    EXPECT_NEAR(pixels[12], 13, 1e-4);  // the center stays
    right_of_center.insert(pixels[13]);
  }
  // Its neighbors are 8 above, 12 on the left, 14 on the right and 18 below; all angles between occur.
  EXPECT_NEAR(*right_of_center.begin(), 8, 0.7);
  EXPECT_NEAR(*right_of_center.rbegin(), 18, 0.7);
}

TEST(RandomRotation, InterpolatesBetweenPixels) {
  // An image whose pixels are a linear function of their coordinates stays one, where all neighbors are
  // inside.
  const Tensor x = images(20, 7, 7, DType::f64), y = nn::random_rotation(40)(x, seeds(20));
  for (std::int64_t i = 0; i < 20; ++i) {
    const auto pixels = image(y, i).to_vector<double>();
    const double right = pixels[25] - pixels[24], down = pixels[31] - pixels[24];
    EXPECT_NEAR(right * right + down * down, 1 + 49, 1e-9);  // the gradient (1, 7), turned
    EXPECT_NEAR(pixels[32], pixels[24] + right + down, 1e-9);
  }
}

TEST(RandomRotation, TakesAnyFiniteAngle) {
  const Tensor x = images(3, 5, 5);
  const Tensor y = nn::random_rotation(std::numeric_limits<double>::max())(x, seeds(3));
  EXPECT_NEAR(image(y, 1).to_vector()[12], 13, 1e-4);
}

TEST(Transforms, LeaveImagesWithoutPixelsAsTheyAre) {
  const Tensor x = empty({2, 0, std::int64_t{1} << 61, 1}, {.device = backend()});
  for (const nn::Transform& transform :
       {nn::random_flip(), nn::random_crop(1), nn::random_rotation(10), nn::cutout(2)}) {
    EXPECT_EQ(transform(x, seeds(2)).shape(), x.shape());
  }
}

TEST(Cutout, ErasesASquare) {
  const Tensor x = images(60, 6, 6), y = nn::cutout(2)(x, seeds(60));
  std::set<std::int64_t> sizes;
  for (std::int64_t i = 0; i < 60; ++i) {
    const Tensor erased = eq(image(y, i), Tensor(0)), changed = ne(image(y, i), image(x, i));
    EXPECT_TENSOR_EQ(erased, changed);
    sizes.insert(sum(erased).item<std::int64_t>());
  }
  EXPECT_EQ(sizes, (std::set<std::int64_t>{1, 2, 4}));  // at a corner, at an edge and inside
}

TEST(Transforms, DependOnTheSeedAlone) {
  const nn::Transform transform =
      nn::compose({nn::random_flip(), nn::random_crop(2), nn::random_rotation(20), nn::cutout(2)});
  const Tensor x = images(6, 5, 4), y = transform(x, seeds(6));
  EXPECT_TENSOR_EQ(transform(x, seeds(6)), y);
  const Tensor last = slice(x, 0, 5, 6);
  EXPECT_TENSOR_EQ(transform(last, Seeds{6}), slice(y, 0, 5, 6));
  EXPECT_FALSE(equal(transform(last, Seeds{7}), slice(y, 0, 5, 6)));
}

TEST(Compose, GivesEachTransformNumbersOfItsOwn) {
  std::vector<Seeds> seen;
  const nn::Transform record = [&](const Tensor& x, std::span<const std::uint64_t> own) {
    seen.emplace_back(own.begin(), own.end());
    return x + 1;
  };
  EXPECT_TENSOR_EQ(nn::compose({record, record})(images(1, 1, 1), Seeds{3}),
                   reshape(Tensor{3.0}, {1, 1, 1, 1}));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_NE(seen[0], seen[1]);
}

TEST(Transforms, AcceptNoImages) {
  const nn::Transform transform = nn::compose({nn::to_float(), nn::normalize({0}, {1}), nn::random_flip(),
                                               nn::random_crop(2), nn::random_rotation(9), nn::cutout(3)});
  EXPECT_EQ(transform(zeros({0, 1, 4, 4}, {.dtype = DType::u8, .device = backend()}), Seeds{}).shape(),
            (Shape{0, 1, 4, 4}));
}

TEST(Transforms, RefuseWhatIsOutOfRange) {
  EXPECT_ERROR(nn::compose({nn::Transform()}), ValueError, "[compose] a transform is empty");
  EXPECT_ERROR(nn::normalize({1, 2}, {1}), ValueError,
               "[normalize] there are 2 means and 1 deviations; each channel needs one of both");
  EXPECT_ERROR(nn::normalize({1}, {0}), ValueError, "[normalize] a deviation is 0; it must be positive");
  EXPECT_ERROR(nn::random_flip(1.5), ValueError, "[random_flip] probability is 1.5; it must be in [0, 1]");
  EXPECT_ERROR(nn::random_crop(-1), ValueError, "[random_crop] padding is -1; it must not be negative");
  EXPECT_ERROR(nn::random_rotation(-1), ValueError,
               "[random_rotation] degrees is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::cutout(0), ValueError, "[cutout] size is 0; it must be positive");
  EXPECT_ERROR(nn::random_flip()(zeros({3, 3}), seeds(3)), ShapeError,
               "[random_flip] x is [3, 3], not images [N, C, H, W]");
  EXPECT_ERROR(nn::cutout(1)(zeros({3, 1, 2, 2}), seeds(2)), ShapeError,
               "[cutout] x is [3, 1, 2, 2], but there are 2 seeds");
  EXPECT_ERROR(nn::normalize({1}, {1})(zeros({1, 3, 2, 2}), seeds(1)), ShapeError,
               "[normalize] x is [1, 3, 2, 2], but there are means of 1 channels");
  EXPECT_ERROR(nn::normalize({1}, {1})(zeros({1, 1, 2, 2}, {.dtype = DType::u8}), seeds(1)), DTypeError,
               "[normalize] x is u8; it must be floating: call to_float() first");
}

}  // namespace
}  // namespace tinytorch::testing
