// Module 05 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

#include <limits>

#include "core/ops/reduction.h"
#include "nn/activation.h"
#include "nn/dense.h"
#include "nn/sequential.h"

namespace tinytorch::testing {
namespace {

class Module05 : public ProgressiveTest {
 protected:
  Module05() : ProgressiveTest("05_dense") {}
};

/// A perceptron with two layers of weights, in this dtype, of the same numbers.
nn::Sequential perceptron(DType dtype) {
  Generator generator(5);
  nn::Sequential model{nn::Dense(4, 16, {.generator = &generator}), nn::ReLU(),
                       nn::Dense(16, 3, {.generator = &generator})};
  model.to({.dtype = dtype, .device = backend()});
  return model;
}

TEST_F(Module05, APerceptronHasTheParametersOfItsLayers) {
  std::int64_t parameters = 0;
  for (const Variable& parameter : perceptron(DType::f32).parameters())
    parameters += parameter.value().numel();
  EXPECT_EQ(parameters, 4 * 16 + 16 + 16 * 3 + 3);
  EXPECT_NE(perceptron(DType::f32).summary().find("Total: 131 parameters"), std::string::npos);
}

TEST_F(Module05, TheClassOfARowIsThatOfItsLargestScore) {
  const Tensor scores = normal({3, 5, 7}, 2);
  for (const int axis : {0, 1, -1})
    EXPECT_TENSOR_EQ(argmax(scores.to(DType::f32), axis), argmax(scores, axis));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor special = Tensor{{5.0, 5.0, 1.0}, {1.0, nan, 9.0}, {-3.0, -2.0, -1.0}}.to(backend());
  EXPECT_TENSOR_EQ(argmax(special.to(DType::f32), 1).to(Device::cpu()), (Tensor{0, 1, 2}));
}

TEST_F(Module05, GradientsFlowToEachParameter) {
  const nn::Sequential single = perceptron(DType::f32), exact = perceptron(DType::f64);
  const Tensor x = normal({6, 4}, 1);
  EXPECT_TENSOR_NEAR(single(x.to(DType::f32)).to(DType::f64), exact(x), 1e-4);
  sum(square(single(Variable(x.to(DType::f32))))).backward();
  sum(square(exact(Variable(x)))).backward();
  const std::vector<Variable> actual = single.parameters(), expected = exact.parameters();
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i)
    EXPECT_TENSOR_NEAR(actual[i].grad().to(DType::f64), expected[i].grad(), 1e-3);
}

}  // namespace
}  // namespace tinytorch::testing
