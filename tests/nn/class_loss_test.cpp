#include <gtest/gtest.h>

#include <limits>

#include "autograd/ops.h"
#include "core/error.h"
#include "core/ops/creation.h"
#include "nn/loss.h"
#include "tests/nn/layer_checks.h"

// The losses of classes. The expected values are those of PyTorch 1.13's cross_entropy and nll_loss, in f64.
namespace tinytorch::testing {
namespace {

Tensor logits() {
  return here_f64(Tensor{{10, 20, 30}, {-10, 5, 0}, {3, -2, 1}}) / Tensor{{10}, {10}, {10}}.to(backend());
}
Tensor weights() { return here_f64(Tensor{0.5, 2.0, 1.25}); }
Tensor f64(const std::vector<double>& values, const Shape& shape) {
  return from_values(values, shape, backend());
}

TEST(CrossEntropyLoss, WeighsClasses) {
  const Variable x = variable(logits());
  const Variable loss = nn::CrossEntropyLoss({.weight = weights()})(x, here(Tensor{2, 0, 1}));
  EXPECT_TENSOR_NEAR(loss, f64({1.15558703828287}, {}));
  loss.backward();
  EXPECT_TENSOR_NEAR(x.grad(),
                     f64({0.0300101911, 0.081576157, -0.111586348, -0.117073113, 0.0728732516, 0.0441998614,
                          0.219907566, -0.399952652, 0.180045087},
                         {3, 3}),
                     1e-9);
}

TEST(CrossEntropyLoss, SmoothsLabels) {
  const Variable x = variable(logits());
  const Variable loss =
      nn::CrossEntropyLoss({.weight = weights(), .label_smoothing = 0.1})(x, here(Tensor{2, 0, 1}));
  EXPECT_TENSOR_NEAR(loss, f64({1.15328419736957}, {}));
  loss.backward();
  EXPECT_TENSOR_NEAR(x.grad(),
                     f64({0.0255657466, 0.0637983792, -0.0893641259, -0.105745191, 0.0660264616, 0.0397187295,
                          0.207216587, -0.369398872, 0.162182285},
                         {3, 3}),
                     1e-9);
}

TEST(CrossEntropyLoss, IgnoresRows) {
  const Variable x = variable(logits());
  const nn::CrossEntropyLoss criterion({.weight = weights(), .ignore_index = 1, .label_smoothing = 0.1});
  const Variable loss = criterion(x, here(Tensor{2, 1, 1}));
  EXPECT_TENSOR_NEAR(loss, f64({0.48760596444438}, {}));
  loss.backward();
  EXPECT_TENSOR_NEAR(x.grad(), f64({0.0766972398, 0.191395138, -0.268092378, 0, 0, 0, 0, 0, 0}, {3, 3}),
                     1e-9);
}

TEST(CrossEntropyLoss, OfIgnoredRowsAloneIsNaN) {
  const Tensor target = here(Tensor{5, 5, 5});
  const Tensor loss = nn::CrossEntropyLoss({.ignore_index = 5})(logits(), target);
  EXPECT_NE(loss.item<double>(), loss.item<double>());
  const nn::CrossEntropyLoss added({.ignore_index = 5, .reduction = Reduction::sum});
  EXPECT_EQ(added(logits(), target).item<double>(), 0);
  const Tensor none = nn::CrossEntropyLoss()(zeros({0, 3}, {.device = backend()}),
                                             zeros({0}, {.dtype = DType::i64, .device = backend()}));
  EXPECT_NE(none.item(), none.item());
}

TEST(CrossEntropyLoss, IgnoredRowsMayHoldNaN) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const Variable x = variable(here(Tensor{{kNaN, kNaN}, {0.0, 0.0}}));
  const Variable loss = nn::CrossEntropyLoss()(x, here(Tensor{-100, 1}));
  EXPECT_TENSOR_NEAR(loss, Tensor(0.6931472f));
  loss.backward();
  EXPECT_TENSOR_EQ(x.grad(), {{0.0, 0.0}, {0.5, -0.5}});
}

TEST(CrossEntropyLoss, WeighsAndSmoothsProbabilities) {
  const Variable x = variable(logits());
  const nn::CrossEntropyLoss criterion({.weight = weights(), .label_smoothing = 0.1});
  const Variable loss = criterion(x, f64({0.7, 0.2, 0.1, 0.1, 0.6, 0.3, 0, 1, 0}, {3, 3}));
  EXPECT_TENSOR_NEAR(loss, f64({1.78339365501311}, {}));
  loss.backward();
  EXPECT_TENSOR_NEAR(x.grad(),
                     f64({-0.0831712562, -0.0677839789, 0.150955235, 0.0439771938, -0.0930065048, 0.049029311,
                          0.259020734, -0.461748591, 0.202727856},
                         {3, 3}),
                     1e-9);
}

TEST(CrossEntropyLoss, Reduces) {
  const Tensor target = here(Tensor{2, 0, 1});
  EXPECT_TENSOR_NEAR(nn::CrossEntropyLoss({.reduction = Reduction::none})(logits(), target),
                     f64({0.40760596444438, 2.10413060533673, 1.38593931766846}, {3}));
  EXPECT_TENSOR_NEAR(nn::CrossEntropyLoss({.reduction = Reduction::sum})(logits(), target),
                     f64({3.89767588744956}, {}));
}

TEST(CrossEntropyLoss, TakesMoreAxes) {
  const Tensor x = sin(reshape(arange(12, {.dtype = DType::f64, .device = backend()}), {2, 3, 2}));
  EXPECT_TENSOR_NEAR(nn::CrossEntropyLoss()(x, here(Tensor{{0, 1}, {2, 2}})), f64({1.71398552380059}, {}));
}

TEST(CrossEntropyLoss, KeepsPrecisionFarFromZero) {
  const Tensor x = here(Tensor{{4096.0, 4097.0}});
  EXPECT_TENSOR_NEAR(nn::CrossEntropyLoss()(x, here(Tensor{0})), Tensor(1.31326169f));
}

TEST(CrossEntropyLoss, CanBeDifferentiatedTwiceAfterTheFusedGradient) {
  const Variable x = variable(logits());
  const Variable loss = nn::CrossEntropyLoss()(x, here(Tensor{2, 0, 1}));
  const std::vector<Variable> inputs{x};
  const Tensor fused = gradients(loss, inputs, {.retain_graph = true})[0].value();
  const Variable recorded = gradients(loss, inputs, {.create_graph = true})[0];
  EXPECT_TRUE(recorded.requires_grad());
  EXPECT_TENSOR_NEAR(recorded, fused);
}

TEST(CrossEntropyLoss, NamesThePlaceAmongMoreAxes) {
  EXPECT_ERROR(
      nn::CrossEntropyLoss()(zeros({2, 3, 2}, {.device = backend()}), here(Tensor{{0, 1}, {3, 2}})),
      ValueError,
      "[CrossEntropyLoss] target 3 at index [1, 0] is not a class; logits [2, 3, 2] have classes 0 to 2");
  EXPECT_ERROR(cross_entropy(zeros({1, 2}, {.device = backend()}), here(Tensor{-2})), ValueError,
               "[cross_entropy] target -2 at row 0 is not a class; logits [1, 2] have classes 0 to 1");
}

TEST(CrossEntropyLoss, RefusesOptionsThatDoNotFit) {
  const Tensor x = zeros({1, 2}, {.device = backend()}), target = here(Tensor{0});
  EXPECT_ERROR(
      nn::CrossEntropyLoss({.weight = here(Tensor{1.0})})(x, target), ShapeError,
      "[CrossEntropyLoss] logits are [1, 2], so the weight of the classes must be [2], but it is [1]");
  EXPECT_ERROR(nn::CrossEntropyLoss({.label_smoothing = 1.5})(x, target), ValueError,
               "[CrossEntropyLoss] label_smoothing is 1.5; it must be in [0, 1]");
  EXPECT_ERROR(
      nn::CrossEntropyLoss()(x.to(DType::i64), target), DTypeError,
      "[CrossEntropyLoss] takes floating tensors, but logits is i64; convert it with .to(DType::f32)");
}

TEST(NLLLoss, IsMinusTheLogarithmOfTheClass) {
  const Variable x = variable(f64({-1.5, 0, 0.5, 2}, {2, 2}));
  const Variable loss = nn::NLLLoss({.weight = f64({0.5, 2}, {2})})(x, here(Tensor{0, 1}));
  EXPECT_TENSOR_NEAR(loss, f64({-1.3}, {}));
  loss.backward();
  EXPECT_TENSOR_NEAR(x.grad(), f64({-0.2, 0, 0, -0.8}, {2, 2}), 1e-9);
}

TEST(NLLLoss, OfLogSoftmaxIsCrossEntropy) {
  const Tensor target = here(Tensor{2, -100, 1});
  EXPECT_TENSOR_NEAR(nn::NLLLoss()(log_softmax(logits()), target), nn::CrossEntropyLoss()(logits(), target));
  const Variable log_probability = log_softmax(Variable(logits()));
  EXPECT_TENSOR_EQ(nn::NLLLoss()(log_probability, Variable(target)), nn::NLLLoss()(log_probability, target));
}

TEST(NLLLoss, TakesMoreAxesAndIgnoredElementsOfAnyValue) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  // [1, 2, 3]: the scores of class 0, and of class 1.
  const Variable x = variable(f64({-1, kNaN, -3, -4, kNaN, -6}, {1, 2, 3}));
  const Tensor target = here(Tensor{{1, 7, 0}});
  const NLLOptions options{.weight = f64({0.5, 2}, {2}), .ignore_index = 7};
  const Variable loss = nll_loss(x, target, options);
  EXPECT_TENSOR_NEAR(loss, f64({(2 * 4 + 0.5 * 3) / 2.5}, {}));
  loss.backward();
  EXPECT_TENSOR_NEAR(x.grad(), f64({0, 0, -0.2, -0.8, 0, 0}, {1, 2, 3}));
}

TEST(NLLLoss, OfNoClassesIsZeroWhereAllAreIgnored) {
  const Variable x = variable(zeros({2, 0}, {.device = backend()}));
  const Variable loss = nll_loss(x, here(Tensor{-100, -100}), {.reduction = Reduction::none});
  EXPECT_TENSOR_EQ(loss, {0.0, 0.0});
  loss.backward(ones({2}, {.device = backend()}));
  EXPECT_EQ(x.grad().shape(), (Shape{2, 0}));
}

TEST(NLLLoss, RefusesWhatDoesNotFit) {
  const Tensor x = zeros({2, 3}, {.device = backend()});
  EXPECT_ERROR(nn::NLLLoss()(x, x), DTypeError,
               "[NLLLoss] takes class indices (integers), not f32; see cross_entropy");
  EXPECT_ERROR(nn::NLLLoss()(x, here(Tensor{0, 3})), ValueError,
               "[NLLLoss] target 3 at row 1 is not a class; logits [2, 3] have classes 0 to 2");
  EXPECT_ERROR(nn::NLLLoss()(x, here(Tensor{0})), ShapeError,
               "[NLLLoss] logits are [2, 3], so class indices must be [2], but the target is [1]");
}

}  // namespace
}  // namespace tinytorch::testing
