#include "nn/loss.h"

#include <gtest/gtest.h>

#include <vector>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "core/error.h"
#include "core/ops/activation.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"
#include "tests/support/gradcheck_options.h"

// The expected values were computed in f64 with NumPy from the formulas in PyTorch's documentation of
// MSELoss, BCELoss and CrossEntropyLoss.
namespace tinytorch::testing {
namespace {

// The loss gives the same bits on Tensors and Variables, and a gradient only where a prediction is a Variable
// that wants one.
template <class Loss>
void expect_loss_modes_agree(const Loss& loss, const Tensor& prediction, const Tensor& target) {
  const Tensor plain = loss(prediction, target);
  EXPECT_EQ(plain.shape(), Shape{});
  const Variable recorded = loss(variable(prediction), target);
  EXPECT_TRUE(recorded.requires_grad());
  EXPECT_TENSOR_EQ(recorded, plain);
  EXPECT_TENSOR_EQ(loss(variable(prediction), Variable(target)), plain);
  const Variable constant = loss(Variable(prediction), target);
  EXPECT_FALSE(constant.requires_grad());
  EXPECT_TENSOR_EQ(constant, plain);
}

template <class Loss>
void expect_gradcheck(const Loss& loss, const std::vector<Tensor>& inputs) {
  const GradcheckResult result = gradcheck(
      [&](const std::vector<Variable>& at) { return loss(at[0], at[1]); }, inputs, gradcheck_options());
  EXPECT_TRUE(result) << result.message;
}

template <class Loss>
void expect_gradcheck_of_prediction(const Loss& loss, const Tensor& prediction, const Tensor& target) {
  const GradcheckResult result =
      gradcheck([&](const std::vector<Variable>& at) { return loss(at[0], target); }, {prediction},
                gradcheck_options());
  EXPECT_TRUE(result) << result.message;
}

TEST(MeanSquaredError, IsTheMeanOfSquaredDifferences) {
  const Variable prediction = variable(here(Tensor{{1.0, 2.0}, {3.0, 4.0}}));
  const Variable loss = nn::MeanSquaredError()(prediction, here(Tensor{{1.0, 0.0}, {0.0, 0.0}}));
  EXPECT_TENSOR_EQ(loss, Tensor(7.25f));  // (0 + 4 + 9 + 16) / 4
  loss.backward();
  EXPECT_TENSOR_EQ(prediction.grad(), {{0.0, 1.0}, {1.5, 2.0}});
}

TEST(MeanSquaredError, BothModesAgree) {
  expect_loss_modes_agree(nn::MeanSquaredError(), randn({7, 3}, {.device = backend()}),
                          randn({7, 3}, {.device = backend()}));
}

TEST(MeanSquaredError, GradientsAreThoseOfFiniteDifferences) {
  expect_gradcheck(nn::MeanSquaredError(), {here_f64(randn({4, 3})), here_f64(randn({4, 3}))});
}

TEST(MeanSquaredError, TakesTargetsOfOtherTypes) {
  const Tensor prediction = here(Tensor{0.5, 2.0});
  EXPECT_TENSOR_EQ(nn::MeanSquaredError()(prediction, here(Tensor{1, 0})), Tensor(2.125f));
  EXPECT_TENSOR_EQ(nn::MeanSquaredError()(prediction, here_f64(Tensor{1, 0})), Tensor(2.125f));
  EXPECT_TENSOR_EQ(nn::MeanSquaredError()(prediction, here(Tensor{true, false})), Tensor(2.125f));
}

TEST(MeanSquaredError, NeverBroadcasts) {
  EXPECT_ERROR(nn::MeanSquaredError()(zeros({4, 1}), zeros({4})), ShapeError,
               "[MeanSquaredError] prediction is [4, 1], target is [4]; they must have the same shape");
  EXPECT_ERROR(nn::MeanSquaredError()(variable(zeros({4, 1})), zeros({1, 1})), ShapeError,
               "[MeanSquaredError] prediction is [4, 1], target is [1, 1]; they must have the same shape");
}

TEST(BinaryCrossEntropyLoss, IsTheMeanLogLikelihood) {
  const Variable p = variable(here(Tensor{0.9, 0.2, 0.5, 0.7}));
  const Variable loss = nn::BinaryCrossEntropyLoss()(p, here(Tensor{1.0, 0.0, 1.0, 0.25}));
  EXPECT_TENSOR_NEAR(loss, Tensor(0.503449896690279f));
  loss.backward();
  EXPECT_TENSOR_NEAR(p.grad(), {-0.27777778, 0.3125, -0.5, 0.53571429});
}

TEST(BinaryCrossEntropyLoss, StopsAtMinus100) {
  const Variable p = variable(here(Tensor{0.0, 1.0, 0.0, 1.0}));
  const Variable loss = nn::BinaryCrossEntropyLoss()(p, here(Tensor{1.0, 0.0, 0.0, 1.0}));
  EXPECT_TENSOR_EQ(loss, Tensor(50.0f));
  loss.backward();
  EXPECT_TENSOR_NEAR(p.grad(), {-2.5e11, 2.5e11, 0.0, 0.0});
}

TEST(BinaryCrossEntropyLoss, BothModesAgree) {
  expect_loss_modes_agree(nn::BinaryCrossEntropyLoss(), rand({7, 3}, {.device = backend()}),
                          rand({7, 3}, {.device = backend()}));
}

TEST(BinaryCrossEntropyLoss, GradientsAreThoseOfFiniteDifferences) {
  expect_gradcheck(nn::BinaryCrossEntropyLoss(),
                   {here_f64(rand({4, 3}) * 0.8 + 0.1), here_f64(rand({4, 3}))});
}

TEST(BinaryCrossEntropyLoss, RefusesOtherShapesAndIntegers) {
  EXPECT_ERROR(nn::BinaryCrossEntropyLoss()(zeros({2}), zeros({3})), ShapeError,
               "[BinaryCrossEntropyLoss] prediction is [2], target is [3]; they must have the same shape");
  EXPECT_ERROR(nn::BinaryCrossEntropyLoss()(Tensor{1, 0}, Tensor{1, 0}), DTypeError,
               "[BinaryCrossEntropyLoss] takes a floating prediction, but it is i64");
}

TEST(CrossEntropyLoss, TakesClassNumbers) {
  const Variable logits = variable(here(Tensor{{1.0, 2.0, 3.0}, {-1.0, 0.5, 0.0}}));
  for (const DType dtype : {DType::i64, DType::i32, DType::u8}) {
    const Tensor target = Tensor{2, 0}.to({.dtype = dtype, .device = backend()});
    EXPECT_TENSOR_NEAR(nn::CrossEntropyLoss()(logits, target), Tensor(1.25586828489055f));
  }
  nn::CrossEntropyLoss()(logits, here(Tensor{2, 0})).backward();
  EXPECT_TENSOR_NEAR(logits.grad(),
                     {{0.04501529, 0.12236424, -0.16737952}, {-0.43902417, 0.27327469, 0.16574948}});
}

TEST(CrossEntropyLoss, TakesProbabilities) {
  const Tensor logits = here(Tensor{{1.0, 2.0, 3.0}, {-1.0, 0.5, 0.0}});
  EXPECT_TENSOR_NEAR(nn::CrossEntropyLoss()(logits, here(Tensor{{0.7, 0.2, 0.1}, {0.1, 0.6, 0.3}})),
                     Tensor(1.45586828489055f));
  const Tensor certain = here(Tensor{{0.0, 0.0, 1.0}, {1.0, 0.0, 0.0}});
  EXPECT_TENSOR_NEAR(nn::CrossEntropyLoss()(logits, certain), Tensor(1.25586828489055f));
}

TEST(CrossEntropyLoss, StaysFiniteForLargeLogits) {
  const Variable logits = variable(here(Tensor{{1000.0, -1000.0}, {-1000.0, 1000.0}}));
  const Variable loss = nn::CrossEntropyLoss()(logits, here(Tensor{1, 1}));
  EXPECT_TENSOR_EQ(loss, Tensor(1000.0f));
  loss.backward();
  EXPECT_TENSOR_EQ(logits.grad(), {{0.5, -0.5}, {0.0, 0.0}});
}

TEST(CrossEntropyLoss, BothModesAgree) {
  const Tensor logits = randn({6, 4}, {.device = backend()});
  expect_loss_modes_agree(nn::CrossEntropyLoss(), logits, here(Tensor{0, 3, 1, 2, 2, 0}));
  expect_loss_modes_agree(nn::CrossEntropyLoss(), logits, softmax(randn({6, 4}, {.device = backend()})));
}

TEST(CrossEntropyLoss, GradientsAreThoseOfFiniteDifferences) {
  const Tensor logits = here_f64(randn({3, 4}));
  expect_gradcheck_of_prediction(nn::CrossEntropyLoss(), logits, here(Tensor{0, 3, 1}));
  expect_gradcheck(nn::CrossEntropyLoss(), {logits, here_f64(softmax(randn({3, 4})))});
}

TEST(CrossEntropyLoss, NamesTheTargetThatIsNoClass) {
  EXPECT_ERROR(nn::CrossEntropyLoss()(zeros({3, 2}), Tensor{1, 0, 2}), ValueError,
               "[CrossEntropyLoss] target 2 at row 2 is not a class; logits [3, 2] have classes 0 to 1");
  EXPECT_ERROR(nn::CrossEntropyLoss()(variable(zeros({2, 2})), Tensor{-1, 0}), ValueError,
               "[CrossEntropyLoss] target -1 at row 0 is not a class; logits [2, 2] have classes 0 to 1");
}

TEST(CrossEntropyLoss, RefusesWhatDoesNotFit) {
  EXPECT_ERROR(nn::CrossEntropyLoss()(zeros({3}), Tensor{1, 0, 1}), ShapeError,
               "[CrossEntropyLoss] takes logits [rows, classes] or [rows, classes, ...], not [3]");
  EXPECT_ERROR(nn::CrossEntropyLoss()(zeros({3, 2}), Tensor{1, 0}), ShapeError,
               "[CrossEntropyLoss] logits are [3, 2], so class indices must be [3], but the target is [2]");
  EXPECT_ERROR(
      nn::CrossEntropyLoss()(zeros({3, 2}), zeros({4, 2})), ShapeError,
      "[CrossEntropyLoss] logits are [3, 2], so probabilities must be too, but the target is [4, 2]");
  EXPECT_ERROR(nn::CrossEntropyLoss()(zeros({3, 2}), zeros({3})), DTypeError,
               "[CrossEntropyLoss] the target [3] is f32; class indices are integers: .to(DType::i64)");
  EXPECT_ERROR(
      nn::CrossEntropyLoss()(zeros({2, 2}), Tensor{{1, 0}, {0, 1}}), ShapeError,
      "[CrossEntropyLoss] logits are [2, 2], so class indices must be [2], but the target is [2, 2]; "
      "for probabilities (one-hot too) use .to(DType::f32)");
  EXPECT_ERROR(nn::CrossEntropyLoss()(zeros({1, 2}), Tensor{true}), DTypeError,
               "[CrossEntropyLoss] takes class indices (integers) or probabilities (floating), not bool");
}

TEST(MeanSquaredError, RefusesIntegersWhoseDifferencesWrapAround) {
  const Tensor x = zeros({2}, {.dtype = DType::u8, .device = backend()});
  EXPECT_ERROR(nn::MeanSquaredError()(x, x), DTypeError,
               "[MeanSquaredError] takes a floating prediction, but it is u8");
}

}  // namespace
}  // namespace tinytorch::testing
