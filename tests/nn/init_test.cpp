#include "nn/init.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "core/ops/activation.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/math.h"
#include "nn/dense.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Moments {
  double mean, deviation, low, high;
};

Moments moments_of(const Tensor& made) {
  const Tensor x = made.to(DType::f64);
  const double average = mean(x).item<double>();
  return {average, std::sqrt(mean(square(x - average)).item<double>()), min(x).item<double>(),
          max(x).item<double>()};
}

// 60,000 values: the mean is within 5 deviations / sqrt(60,000), the deviation within 2 percent.
void expect_moments(const nn::Initializer& initializer, double deviation, double bound) {
  Generator generator(1);
  const Tensor x = initializer({200, 300}, {.device = backend()}, generator);
  EXPECT_EQ(x.dtype(), DType::f32);
  EXPECT_EQ(x.device(), backend());
  const Moments moments = moments_of(x);
  EXPECT_NEAR(moments.mean, 0, 5 * deviation / std::sqrt(60000.0));
  EXPECT_NEAR(moments.deviation, deviation, 0.02 * deviation);
  EXPECT_GE(moments.low, -bound * (1 + 1e-6));
  EXPECT_LE(moments.high, bound * (1 + 1e-6));
  EXPECT_LT(moments.low, -0.95 * std::min(bound, 3 * deviation));
  EXPECT_GT(moments.high, 0.95 * std::min(bound, 3 * deviation));
}

TEST(Init, HeScalesWithTheInputs) {
  const double deviation = std::sqrt(2 / 300.0);
  expect_moments(nn::init::he_normal(), deviation, 6 * deviation);
  expect_moments(nn::init::he_uniform(), deviation, std::sqrt(6 / 300.0));
}

TEST(Init, XavierScalesWithInputsAndOutputs) {
  const double deviation = std::sqrt(2 / 500.0);
  expect_moments(nn::init::xavier_normal(), deviation, 6 * deviation);
  expect_moments(nn::init::xavier_uniform(), deviation, std::sqrt(6 / 500.0));
  expect_moments(nn::init::xavier_uniform(0.5), 0.5 * deviation, 0.5 * std::sqrt(6 / 500.0));
  expect_moments(nn::init::xavier_normal(2), 2 * deviation, 12 * deviation);
}

TEST(Init, FansCountTheAxesAfterThem) {
  Generator generator(1);
  const Moments moments = moments_of(nn::init::he_uniform()({64, 8, 5, 5}, {.device = backend()}, generator));
  EXPECT_NEAR(moments.high, std::sqrt(6 / 200.0), 1e-3);
}

TEST(Init, UniformFillsItsRange) {
  Generator generator(1);
  const Moments moments = moments_of(nn::init::uniform(2, 5)({60000}, {.device = backend()}, generator));
  EXPECT_NEAR(moments.mean, 3.5, 0.02);
  EXPECT_NEAR(moments.deviation, 3 / std::sqrt(12.0), 0.02);
  EXPECT_GE(moments.low, 2);
  EXPECT_LE(moments.high, 5);
}

TEST(Init, ConstantIsConstant) {
  EXPECT_TENSOR_EQ(nn::init::constant(0.25)({2}, {.device = backend()}), {0.25, 0.25});
}

TEST(Init, OneSeedGivesTheSameWeightsOnEachDevice) {
  for (const nn::Initializer& initializer :
       {nn::init::he_normal(), nn::init::he_uniform(), nn::init::xavier_normal(), nn::init::xavier_uniform(),
        nn::init::uniform(-1, 1), nn::init::mirrored_orthogonal()}) {
    Generator here_generator(9), cpu_generator(9);
    const Tensor first = initializer({33, 7}, {.device = backend()}, here_generator);
    EXPECT_TENSOR_EQ(first.to(Device::cpu()), initializer({33, 7}, {}, cpu_generator));
    EXPECT_FALSE(equal(first, initializer({33, 7}, {.device = backend()}, here_generator)));
  }
}

TEST(Init, MirroredOrthogonalRowsAreOrthogonalOrOpposite) {
  Generator generator(4);
  const Tensor w =
      nn::init::mirrored_orthogonal()({6, 3}, {.dtype = DType::f64, .device = backend()}, generator);
  const Tensor products = matmul(w, transpose(w));
  const Tensor unit = eye(3, {}, {.dtype = DType::f64}) * 2;
  EXPECT_TENSOR_NEAR(products, concat({concat({unit, -unit}, 1), concat({-unit, unit}, 1)}, 0));
}

TEST(Init, MirroredOrthogonalLetsEveryInputBeSeen) {
  Generator generator(4);
  const Tensor angle = linspace(0, 2 * std::numbers::pi, 1000);
  const Tensor points = stack(std::vector<Tensor>{cos(angle), sin(angle)}, 0);
  for (int i = 0; i < 50; ++i) {
    const Tensor w = nn::init::mirrored_orthogonal(1)({4, 2}, {}, generator);
    // The best of four directions a quarter turn apart is at most an eighth of a turn away.
    EXPECT_GT(min(max(matmul(w, points), {0})).item(), std::numbers::sqrt2 / 2 - 1e-3);
  }
}

TEST(Init, MirroredOrthogonalMakesAnyNumberOfRows) {
  Generator generator(4);
  for (const Shape& shape : {Shape{1, 4}, Shape{3, 2}, Shape{5, 1}, Shape{9, 2}, Shape{4, 2, 3}}) {
    const Tensor w = nn::init::mirrored_orthogonal(3)(shape, {.device = backend()}, generator);
    EXPECT_EQ(w.shape(), shape);
    const Tensor rows = reshape(w, {shape[0], -1});
    EXPECT_TENSOR_NEAR(sum(square(rows), {1}), full({shape[0]}, 9.0));
  }
  EXPECT_EQ(nn::init::mirrored_orthogonal()({0, 3}, {}, generator).shape(), (Shape{0, 3}));
}

TEST(Init, IsSkippedUnderTheGuardOnly) {
  int calls = 0;
  const nn::Initializer counts = [&](const Shape& shape, Options options, Generator&) {
    ++calls;
    return ones(shape, options);
  };
  {
    const nn::SkipInit guard;
    { const nn::SkipInit inner; }
    nn::Dense layer(2, 3, {.weight_init = counts, .device = backend()});
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(layer.weight().shape(), (Shape{3, 2}));
    EXPECT_EQ(layer.weight().device(), backend());
    EXPECT_TRUE(layer.bias().requires_grad());
    layer.load_state_dict({{"weight", ones({3, 2})}, {"bias", zeros({3})}});
    EXPECT_TENSOR_EQ(layer(here({{1.0, 2.0}})), {{3.0, 3.0, 3.0}});
  }
  const nn::Dense layer(2, 3, {.weight_init = counts, .device = backend()});
  EXPECT_EQ(calls, 1);
}

TEST(Init, RefusesWhatMakesNoSense) {
  EXPECT_THROW(nn::init::mirrored_orthogonal()({1 << 25, 1 << 25}), MemoryError);
  EXPECT_ERROR(nn::init::he_normal()({3}), ShapeError,
               "[init::he_normal] takes weights of two axes or more, [out, in, ...], but the shape is [3]");
  EXPECT_ERROR(
      nn::init::mirrored_orthogonal()({}), ShapeError,
      "[init::mirrored_orthogonal] takes weights of two axes or more, [out, in, ...], but the shape is []");
  EXPECT_ERROR(nn::init::he_normal()({3, 2}, {.dtype = DType::i64}), DTypeError,
               "[init::he_normal] makes f32 or f64 tensors, but i64 was asked for");
  EXPECT_ERROR(nn::init::uniform(0, 1)({3, 2}, {.dtype = DType::i64}), DTypeError,
               "[init::uniform] makes f32 or f64 tensors, but i64 was asked for");
  EXPECT_ERROR(nn::init::constant(1)({-3}), ShapeError, "[init::constant] negative length in shape [-3]");
  EXPECT_ERROR(nn::init::uniform(1, 0), ValueError, "[init::uniform] [1, 0) is not a finite range");
  EXPECT_ERROR(nn::init::uniform(kNaN, 0), ValueError, "[init::uniform] [nan, 0) is not a finite range");
  EXPECT_ERROR(nn::init::xavier_normal(-1), ValueError,
               "[init::xavier_normal] gain is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::init::mirrored_orthogonal(kNaN), ValueError,
               "[init::mirrored_orthogonal] gain is nan; it must be finite and not negative");
}

TEST(Initializers, GiveTheSameBitsOnEachDevice) {
  for (const nn::Initializer& init : {nn::init::he_uniform(), nn::init::xavier_uniform(0.1),
                                      nn::init::mirrored_orthogonal(), nn::init::he_normal()}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      Generator first(11), second(11);
      const Tensor expected = init({7, 5}, {.dtype = dtype}, first);
      EXPECT_TRUE(
          equal(init({7, 5}, {.dtype = dtype, .device = backend()}, second).to(Device::cpu()), expected));
    }
  }
}

}  // namespace
}  // namespace tinytorch::testing
