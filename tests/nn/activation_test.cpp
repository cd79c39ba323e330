#include "nn/activation.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

// NumPy 2: 1 / (1 + np.exp(-x)), np.tanh(x), np.exp(x) / np.exp(x).sum().
TEST(Activation, LayersApplyTheOpsOfTheirNames) {
  const Tensor x = here(Tensor{-2.0, 0.0, 0.5});
  EXPECT_TENSOR_EQ(nn::ReLU()(x), {0.0, 0.0, 0.5});
  EXPECT_TENSOR_NEAR(nn::Sigmoid()(x), {0.11920292202211755, 0.5, 0.6224593312018546});
  EXPECT_TENSOR_NEAR(nn::Tanh()(x), {-0.9640275800758169, 0.0, 0.46211715726000973});
  EXPECT_TENSOR_NEAR(nn::Softmax()(x), {0.04861082938, 0.3591881346, 0.592201036});
}

TEST(Activation, SoftmaxTakesItsAxis) {
  const Tensor x = here(Tensor{{1.0, 5.0}, {1.0, 5.0}});
  EXPECT_TENSOR_NEAR(nn::Softmax(0)(x), {{0.5, 0.5}, {0.5, 0.5}});
  EXPECT_TENSOR_NEAR(sum(nn::Softmax(1)(x), {1}), {1.0, 1.0});
  EXPECT_ERROR(nn::Softmax(2)(x), ShapeError,
               "[softmax] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
}

TEST(Activation, BothModesAgree) {
  const Tensor x = randn({33, 5}, {.device = backend()});
  expect_modes_agree(nn::ReLU(), x);
  expect_modes_agree(nn::Sigmoid(), x);
  expect_modes_agree(nn::Tanh(), x);
  expect_modes_agree(nn::Softmax(), x);
  expect_modes_agree(nn::Softmax(0), x);
}

TEST(Activation, GradientsAreThoseOfFiniteDifferences) {
  const Tensor x{{-1.5, 0.25, 2.0}, {0.75, -0.5, 0.1}};
  nn::ReLU relu_layer;
  nn::Sigmoid sigmoid_layer;
  nn::Tanh tanh_layer;
  nn::Softmax softmax_layer, softmax_rows(0);
  for (nn::Module* layer :
       std::vector<nn::Module*>{&relu_layer, &sigmoid_layer, &tanh_layer, &softmax_layer, &softmax_rows}) {
    const GradcheckResult result = gradcheck_layer(*layer, x);
    EXPECT_TRUE(result) << layer->description() << ": " << result.message;
  }
}

TEST(Activation, LayersDescribeThemselves) {
  EXPECT_EQ(nn::ReLU().description(), "ReLU");
  EXPECT_EQ(nn::Sigmoid().description(), "Sigmoid");
  EXPECT_EQ(nn::Tanh().description(), "Tanh");
  EXPECT_EQ(nn::Softmax(1).description(), "Softmax(1)");
}

}  // namespace
}  // namespace tinytorch::testing
