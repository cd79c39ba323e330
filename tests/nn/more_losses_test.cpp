#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "core/error.h"
#include "core/ops/creation.h"
#include "nn/loss.h"
#include "tests/nn/layer_checks.h"

// The expected values are those of PyTorch 1.13's functions of these names, in f64.
namespace tinytorch::testing {
namespace {

Tensor f64(const std::vector<double>& values, const Shape& shape) {
  return from_values(values, shape, backend());
}

/// Of a prediction [-1.5, 0, 0.5, 2], in a given shape.
void expect_loss(const std::function<Variable(const Variable&)>& loss, double value,
                 const std::vector<double>& gradient, const Shape& shape = {4}) {
  const Variable x = variable(f64({-1.5, 0, 0.5, 2}, shape));
  const Variable result = loss(x);
  EXPECT_TENSOR_NEAR(result, f64({value}, {}));
  result.backward();
  EXPECT_TENSOR_NEAR(x.grad(), f64(gradient, shape), 1e-9);
}

Tensor target() { return f64({0, 1, 0.25, 1}, {4}); }

TEST(L1Loss, IsTheMeanDistance) {
  expect_loss([](const Variable& x) { return nn::L1Loss()(x, target()); }, 0.9375,
              {-0.25, -0.25, 0.25, 0.25});
}

TEST(HuberLoss, IsSquaredThenLinear) {
  expect_loss([](const Variable& x) { return nn::HuberLoss({.delta = 0.75})(x, target()); }, 0.453125,
              {-0.1875, -0.1875, 0.0625, 0.1875});
  EXPECT_ERROR(nn::HuberLoss({.delta = 0})(target(), target()), ValueError,
               "[HuberLoss] delta is 0; it must be finite and positive");
}

TEST(SmoothL1Loss, IsSquaredThenLinear) {
  expect_loss([](const Variable& x) { return nn::SmoothL1Loss({.beta = 0.75})(x, target()); },
              0.604166666666667, {-0.25, -0.25, 0.083333333333333, 0.25});
  EXPECT_ERROR(nn::SmoothL1Loss({.beta = -1})(target(), target()), ValueError,
               "[SmoothL1Loss] beta is -1; it must be finite and not negative");
}

TEST(BinaryCrossEntropyWithLogitsLoss, HasTheGradientOfTheSigmoidAtZeroToo) {
  const nn::BinaryCrossEntropyWithLogitsLoss positive({.positive_weight = f64({3}, {})});
  expect_loss([&](const Variable& x) { return positive(x, target()); }, 0.936938582265417,
              {0.045606381, -0.375, 0.0459222492, -0.0894021915});
  const nn::BinaryCrossEntropyWithLogitsLoss weighted({.weight = f64({1, 2, 3, 4}, {4})});
  expect_loss([&](const Variable& x) { return weighted(x, target()); }, 1.16066265895371,
              {0.045606381, -0.25, 0.279344498, -0.119202922});
}

TEST(BinaryCrossEntropyWithLogitsLoss, StaysFinite) {
  const Variable x = variable(here(Tensor{1000.0, -1000.0}));
  const Variable loss = nn::BinaryCrossEntropyWithLogitsLoss()(x, here(Tensor{0.0, 1.0}));
  EXPECT_TENSOR_EQ(loss, Tensor(1000.0f));
  loss.backward();
  EXPECT_TENSOR_EQ(x.grad(), {0.5, -0.5});
}

TEST(BinaryCrossEntropyWithLogitsLoss, RefusesWeightsThatDoNotBroadcast) {
  EXPECT_ERROR(
      nn::BinaryCrossEntropyWithLogitsLoss({.weight = f64({1, 2}, {2})})(target(), target()), ShapeError,
      "[BinaryCrossEntropyWithLogitsLoss] weight is [2], which does not broadcast to the prediction's [4]");
  EXPECT_ERROR(
      nn::BinaryCrossEntropyWithLogitsLoss({.positive_weight = f64({1}, {1, 1})})(target(), target()),
      ShapeError,
      "[BinaryCrossEntropyWithLogitsLoss] positive_weight is [1, 1], which does not broadcast to the "
      "prediction's "
      "[4]");
}

TEST(KLDivergenceLoss, FollowsItsReductions) {
  expect_loss([](const Variable& x) { return nn::KLDivergenceLoss()(x, target()); }, -0.617893397569993,
              {0, -0.25, -0.0625, -0.25});
  expect_loss(
      [](const Variable& x) {
        return nn::KLDivergenceLoss({.batch_mean = true})(x, reshape(target(), {2, 2}));
      },
      -1.23578679513999, {0, -0.5, -0.125, -0.5}, {2, 2});
  expect_loss(
      [](const Variable& x) {
        return nn::KLDivergenceLoss({.log_target = true, .reduction = Reduction::sum})(x, -target());
      },
      -0.555618351989323, {-1, -0.367879441, -0.778800783, -0.367879441});
}

TEST(HingeEmbeddingLoss, PullsAndPushes) {
  const Tensor signs = here(Tensor{1, -1, 1, -1});
  expect_loss([&](const Variable& x) { return nn::HingeEmbeddingLoss()(x, signs); }, 0,
              {0.25, -0.25, 0.25, 0});
}

TEST(HingeEmbeddingLoss, KeepsItsMarginBesideOtherOptions) {
  const Tensor signs = here(Tensor{1, -1, 1, -1});
  expect_loss(
      [&](const Variable& x) { return nn::HingeEmbeddingLoss({.reduction = Reduction::sum})(x, signs); }, 0,
      {1, -1, 1, 0});
  EXPECT_TENSOR_EQ(hinge_embedding_loss(f64({0.25}, {1}), here(Tensor{-1}), {.reduction = Reduction::none}),
                   f64({0.75}, {1}));
}

TEST(KLDivergenceLoss, IsNaNOfTargetsThatAreNoProbabilities) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor losses =
      kl_div(f64({-1, -1, -1, -inf}, {4}), f64({NAN, -0.5, 0, 0}, {4}), {.reduction = Reduction::none});
  EXPECT_TENSOR_EQ(losses, f64({NAN, NAN, 0, 0}, {4}));
}

TEST(KLDivergenceLoss, HasNoGradientAtATargetOfZero) {
  const double inf = std::numeric_limits<double>::infinity();
  const Variable x = variable(f64({-1, -inf}, {2})), t = variable(f64({0, 0}, {2}));
  kl_div(x, t, {.reduction = Reduction::sum}).backward();
  EXPECT_TENSOR_EQ(x.grad(), f64({0, 0}, {2}));
  EXPECT_TENSOR_EQ(t.grad(), f64({0, 0}, {2}));
}

TEST(Losses, TakeNumbersAsWeights) {
  const Tensor p = f64({0.5, 0.25}, {2}), t = f64({1, 0}, {2});
  EXPECT_TENSOR_EQ(binary_cross_entropy(p, t, {.weight = 2.0}), binary_cross_entropy(p, t) * 2);
  const Variable x = variable(p);
  binary_cross_entropy(x, t, {.weight = 2.0}).backward();
  EXPECT_TENSOR_NEAR(x.grad(), f64({-2, 4.0 / 3}, {2}));
}

TEST(Losses, RefuseAWeightThatWasChangedSince) {
  const Variable x = variable(f64({0.5, 0.25}, {2}));
  Tensor weight = f64({1, 2}, {2});
  const Variable loss = binary_cross_entropy(x, f64({1, 0}, {2}), {.weight = weight});
  weight += 1;
  EXPECT_ERROR(
      loss.backward(), ValueError,
      "[backward] a tensor [2] that binary_cross_entropy saved for its gradient was changed in place since "
      "(by an optimizer step, for example); change a clone() of it, or run binary_cross_entropy after the "
      "change");
  const Variable logits = variable(f64({0.5, 0.25}, {1, 2}));
  const Variable of_classes = cross_entropy(logits, here(Tensor{1}), {.weight = weight});
  weight += 1;
  EXPECT_ERROR(
      of_classes.backward(), ValueError,
      "[backward] a tensor [2] that cross_entropy saved for its gradient was changed in place since "
      "(by an optimizer step, for example); change a clone() of it, or run cross_entropy after the change");
}

TEST(HingeLoss, IsZeroBeyondTheMargin) {
  // By hand: 1 + 1.5, 1 - 0, 1 + 0.5 and 0, over 4.
  const Tensor signs = here(Tensor{1, 1, -1, 1});
  expect_loss([&](const Variable& x) { return nn::HingeLoss()(x, signs); }, 1.25, {-0.25, -0.25, 0.25, 0});
  // 0.5 + 1.5, 0.5 - 0, 0.5 + 0.5 and 0, over 4.
  expect_loss([&](const Variable& x) { return nn::HingeLoss({.margin = 0.5})(x, signs); }, 0.875,
              {-0.25, -0.25, 0.25, 0});
}

TEST(CosineEmbeddingLoss, ComparesDirections) {
  const Tensor other = f64({1, 2, 3, -1}, {2, 2}), signs = here(Tensor{1, -1});
  expect_loss([&](const Variable& x) { return nn::CosineEmbeddingLoss({.margin = -0.5})(x, other, signs); },
              0.935258548307545, {0, -0.298142397, 0.234601055, -0.0586502639}, {2, 2});
  expect_loss([&](const Variable& x) { return sum(cosine_similarity(x, other)); }, -0.523910094384695,
              {0, 0.596284794, 0.469202111, -0.117300528}, {2, 2});
}

TEST(CosineEmbeddingLoss, OfZerosHasAGradient) {
  const Variable x = variable(zeros({1, 2}, {.device = backend()}));
  sum(cosine_similarity(x, ones({1, 2}, {.device = backend()}))).backward();
  EXPECT_TRUE(allclose(x.grad(), full({1, 2}, 1e8 / std::sqrt(2.0), {.device = backend()})));
}

TEST(CosineEmbeddingLoss, RefusesWhatDoesNotFit) {
  const nn::CosineEmbeddingLoss loss;
  const Tensor x = f64({1, 2, 3, 4}, {2, 2}), cube = reshape(x, {1, 2, 2});
  EXPECT_ERROR(loss(cube, cube, x), ShapeError,
               "[CosineEmbeddingLoss] takes x1 and x2 [rows, n] or [n], not [1, 2, 2]");
  EXPECT_ERROR(loss(x, x, x), ShapeError,
               "[CosineEmbeddingLoss] x1 and x2 are [2, 2], so the target must be [2], but it is [2, 2]");
  EXPECT_ERROR(
      loss(x, cube, x), ShapeError,
      "[CosineEmbeddingLoss] prediction is [2, 2], target is [1, 2, 2]; they must have the same shape");
}

TEST(Losses, NeverBroadcastAndSayTheirName) {
  const Tensor a = f64({1, 2}, {2, 1}), b = f64({1, 2}, {2});
  const std::string shapes = "prediction is [2, 1], target is [2]; they must have the same shape";
  EXPECT_ERROR(l1_loss(a, b), ShapeError, "[l1_loss] " + shapes);
  EXPECT_ERROR(mse_loss(a, b), ShapeError, "[mse_loss] " + shapes);
  EXPECT_ERROR(huber_loss(a, b), ShapeError, "[huber_loss] " + shapes);
  EXPECT_ERROR(smooth_l1_loss(a, b), ShapeError, "[smooth_l1_loss] " + shapes);
  EXPECT_ERROR(binary_cross_entropy(a, b), ShapeError, "[binary_cross_entropy] " + shapes);
  EXPECT_ERROR(kl_div(a, b), ShapeError, "[kl_div] " + shapes);
  EXPECT_ERROR(hinge_loss(a, b), ShapeError, "[hinge_loss] " + shapes);
  EXPECT_ERROR(hinge_embedding_loss(a, b), ShapeError, "[hinge_embedding_loss] " + shapes);
  EXPECT_ERROR(cosine_similarity(a, b), ShapeError, "[cosine_similarity] " + shapes);
}

TEST(Losses, AreComputedInThePredictionsType) {
  EXPECT_EQ(l1_loss(here(Tensor{1.0}), here_f64(Tensor{1.0})).dtype(), DType::f32);
  EXPECT_EQ(kl_div(here(Tensor{1.0}), here_f64(Tensor{1.0})).dtype(), DType::f32);
  EXPECT_EQ(mse_loss(here(Tensor{1.0}), here_f64(Tensor{1.0})).dtype(), DType::f32);
}

}  // namespace
}  // namespace tinytorch::testing
