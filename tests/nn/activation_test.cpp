#include "nn/activation.h"
#include "nn/flatten.h"

#include <gtest/gtest.h>

#include <cmath>

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
  EXPECT_TENSOR_NEAR(nn::LogSoftmax()(x), {-3.0239091, -1.0239091, -0.5239091});
  // PyTorch 1.13's layers of the same names.
  EXPECT_TENSOR_NEAR(nn::GELU()(x), {-0.0455003, 0.0, 0.3457312});
  EXPECT_TENSOR_NEAR(nn::GELU(GeluForm::tanh)(x), {-0.0454023, 0.0, 0.3457140});
  EXPECT_TENSOR_NEAR(nn::SiLU()(x), {-0.2384058, 0.0, 0.3112297});
  EXPECT_TENSOR_NEAR(nn::Hardswish()(x), {-0.3333333, 0.0, 0.2916667});
  EXPECT_TENSOR_EQ(nn::ReLU6()(here(Tensor{-2.0, 0.5, 7.0})), {0.0, 0.5, 6.0});
  EXPECT_TENSOR_EQ(nn::Hardtanh()(x), {-1.0, 0.0, 0.5});
  EXPECT_TENSOR_EQ(nn::Hardtanh(-0.5, 0.25)(x), {-0.5, 0.0, 0.25});
  EXPECT_TENSOR_NEAR(nn::LogSigmoid()(x), {-2.1269281, -0.6931472, -0.4740770});
  EXPECT_TENSOR_NEAR(nn::Hardsigmoid()(x), {0.1666667, 0.5, 0.5833333});
  EXPECT_TENSOR_NEAR(nn::Softsign()(x), {-0.6666667, 0.0, 0.3333333});
  EXPECT_TENSOR_NEAR(nn::SELU()(x), {-1.5201665, 0.0, 0.5253505});
  EXPECT_TENSOR_NEAR(nn::Mish()(x), {-0.2525015, 0.0, 0.3752452});
  EXPECT_TENSOR_NEAR(nn::LeakyReLU(0.25)(x), {-0.5, 0.0, 0.5});
  EXPECT_TENSOR_NEAR(nn::ELU(2)(x), {-1.7293294, 0.0, 0.5});
  EXPECT_TENSOR_NEAR(nn::Softplus()(x), {0.1269280, 0.6931472, 0.9740770});
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
  expect_modes_agree(nn::LogSoftmax(), x);
  expect_modes_agree(nn::GELU(), x);
  expect_modes_agree(nn::SiLU(), x);
  expect_modes_agree(nn::Hardswish(), x);
  expect_modes_agree(nn::ReLU6(), x);
  expect_modes_agree(nn::Hardtanh(), x);
  expect_modes_agree(nn::LogSigmoid(), x);
  expect_modes_agree(nn::Hardsigmoid(), x);
  expect_modes_agree(nn::Softsign(), x);
  expect_modes_agree(nn::SELU(), x);
  expect_modes_agree(nn::Mish(), x);
  expect_modes_agree(nn::LeakyReLU(), x);
  expect_modes_agree(nn::ELU(), x);
  expect_modes_agree(nn::Softplus(), x);
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

TEST(Activation, SoftplusRefusesASlopeThatIsNotPositive) {
  EXPECT_ERROR(nn::Softplus(0)(here(Tensor{1.0})), ValueError, "[softplus] beta is 0; it must be positive");
}

TEST(Activation, HardtanhRefusesBoundsInTheWrongOrder) {
  EXPECT_ERROR(nn::Hardtanh(1, 1)(here(Tensor{1.0})), ValueError,
               "[hardtanh] low is 1 and high 1; low must be less");
}

// PyTorch 1.13: F.relu6 and F.hardtanh give a bound no gradient, F.selu gives 0 the left derivative.
TEST(Activation, GradientsWhereThePiecesMeet) {
  const auto gradient_at = [](double x, auto f) {
    const Variable at = variable(here(Tensor{x}));
    sum(f(at)).backward();
    return at.grad().to(Device::cpu()).item();
  };
  const auto bounded = [](const Variable& x) { return relu6(x); };
  EXPECT_EQ(gradient_at(0, bounded), 0);
  EXPECT_EQ(gradient_at(6, bounded), 0);
  EXPECT_EQ(gradient_at(std::nan(""), bounded), 1);
  EXPECT_NEAR(gradient_at(0, [](const Variable& x) { return selu(x); }), 1.7580993, 1e-6);
  EXPECT_NEAR(gradient_at(-1000, [](const Variable& x) { return logsigmoid(x); }), 1, 0);
  EXPECT_GT(gradient_at(1e20, [](const Variable& x) { return softsign(x) * 1e30; }), 0);
}

TEST(Flatten, MakesRows) {
  const Tensor x = randn({2, 3, 4}, {.device = backend()});
  EXPECT_EQ(nn::Flatten()(x).shape(), (Shape{2, 12}));
  EXPECT_EQ(nn::Flatten(0)(x).shape(), (Shape{24}));
  EXPECT_EQ(nn::Flatten(0, 1)(x).shape(), (Shape{6, 4}));
  EXPECT_EQ(nn::Flatten(0, -2)(x).shape(), (Shape{6, 4}));
  EXPECT_EQ(nn::Flatten(0, 1).description(), "Flatten(0, 1)");
  expect_modes_agree(nn::Flatten(), x);
  EXPECT_EQ(nn::Flatten().description(), "Flatten");
  EXPECT_EQ(nn::Flatten(2).description(), "Flatten(2)");
  EXPECT_ERROR(nn::Flatten()(here(Tensor{1.0})), ShapeError,
               "[flatten] axis 1 is out of range for a tensor with 1 axis; use -1 to 0");
}

TEST(Activation, LayersDescribeThemselves) {
  EXPECT_EQ(nn::ReLU().description(), "ReLU");
  EXPECT_EQ(nn::Sigmoid().description(), "Sigmoid");
  EXPECT_EQ(nn::Tanh().description(), "Tanh");
  EXPECT_EQ(nn::Softmax(1).description(), "Softmax(1)");
  EXPECT_EQ(nn::LogSoftmax(1).description(), "LogSoftmax(1)");
  EXPECT_EQ(nn::GELU().description(), "GELU");
  EXPECT_EQ(nn::GELU(GeluForm::tanh).description(), "GELU(tanh)");
  EXPECT_EQ(nn::ReLU6().description(), "ReLU6");
  EXPECT_EQ(nn::Hardtanh(-0.5, 2).description(), "Hardtanh(-0.5, 2)");
  EXPECT_EQ(nn::SELU().description(), "SELU");
  EXPECT_EQ(nn::LeakyReLU(0.1).description(), "LeakyReLU(0.1)");
  EXPECT_EQ(nn::ELU(2).description(), "ELU(2)");
  EXPECT_EQ(nn::Softplus(2).description(), "Softplus(2)");
}

}  // namespace
}  // namespace tinytorch::testing
