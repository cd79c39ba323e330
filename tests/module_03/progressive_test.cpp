// Module 03 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

namespace tinytorch::testing {
namespace {

class Module03 : public ProgressiveTest {
 protected:
  Module03() : ProgressiveTest("03_activations") {}
};

TEST_F(Module03, ActivationsAgreeInBothModes) {
  const std::vector<Tensor> inputs{normal({4, 9}, 1) * 3.0};
  expect_as_in_f64([](const auto& in) { return relu(in[0]); }, inputs);
  expect_as_in_f64([](const auto& in) { return sigmoid(in[0]); }, inputs);
  expect_as_in_f64([](const auto& in) { return tanh(in[0]); }, inputs);
  expect_as_in_f64([](const auto& in) { return gelu(in[0]); }, inputs);
}

TEST_F(Module03, SoftmaxRunsAlongEachAxis) {
  const std::vector<Tensor> inputs{normal({3, 4, 5}, 1) * 3.0};
  for (const int axis : {0, 1, -1})
    expect_as_in_f64([axis](const auto& in) { return softmax(in[0], axis); }, inputs);
}

TEST_F(Module03, ActivationsOfViewsAreThoseOfTheirElements) {
  const std::vector<Tensor> inputs{normal({6, 5}, 1)};
  expect_as_in_f64([](const auto& in) { return relu(transpose(in[0], 0, 1)); }, inputs);
  expect_as_in_f64([](const auto& in) { return gelu(slice(in[0], 0, 1, 6, 2)); }, inputs);
}

TEST_F(Module03, GradientsFlowThroughASmallNetwork) {
  const std::vector<Tensor> inputs{normal({5, 4}, 1), normal({4}, 2), normal({4}, 3)};
  expect_as_in_f64(
      [](const auto& in) {
        const auto hidden = tanh(relu(in[0] * in[1]) + sigmoid(in[0]) * in[2]);
        return softmax(gelu(hidden), -1);
      },
      inputs);
}

}  // namespace
}  // namespace tinytorch::testing
