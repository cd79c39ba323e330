// Module 04 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"
#include "nn/dense.h"

#include <cmath>

#include "nn/init.h"

namespace tinytorch::testing {
namespace {

class Module04 : public ProgressiveTest {
 protected:
  Module04() : ProgressiveTest("04_layers") {}
};

TEST_F(Module04, ProductsOfMatricesAndOfBatches) {
  const auto product = [](const auto& in) { return matmul(in[0], in[1]); };
  expect_as_in_f64(product, {normal({5, 7}, 1), normal({7, 3}, 2)});
  expect_as_in_f64(product, {normal({4, 1, 5, 7}, 1), normal({2, 7, 3}, 2)});
  expect_as_in_f64([](const auto& in) { return matmul(transpose(in[0], 0, 1), transpose(in[1], 0, 1)); },
                   {normal({6, 5}, 1), normal({3, 6}, 2)});
  expect_as_in_f64(product, {normal({70, 130}, 1), normal({130, 65}, 2)});
}

TEST_F(Module04, DenseAddsTheBias) {
  expect_as_in_f64([](const auto& in) { return linear(in[0], in[1], in[2]); },
                   {normal({6, 5}, 1), normal({4, 5}, 2), normal({4}, 3)});
}

TEST_F(Module04, InitialWeightsHaveTheRightSpread) {
  Generator generator(7);
  const Shape shape{300, 200};
  const Tensor xavier = nn::init::xavier_uniform()(shape, {}, generator);
  const double bound = std::sqrt(6.0 / 500);
  EXPECT_NEAR(max(abs(xavier)).item(), bound, 1e-3 * bound);
  const Tensor he = nn::init::he_normal()(shape, {}, generator);
  EXPECT_NEAR(std::sqrt(mean(he * he).item()), std::sqrt(2.0 / 200), 0.01 * std::sqrt(2.0 / 200));
}

TEST_F(Module04, GradientsFlowThroughTwoLayers) {
  const std::vector<Tensor> inputs{normal({6, 5}, 1), normal({8, 5}, 2), normal({8}, 3), normal({3, 8}, 4),
                                   normal({3}, 5)};
  expect_as_in_f64(
      [](const auto& in) { return softmax(linear(relu(linear(in[0], in[1], in[2])), in[3], in[4]), -1); },
      inputs);
}

}  // namespace
}  // namespace tinytorch::testing
