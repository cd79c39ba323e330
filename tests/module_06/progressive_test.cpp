// Module 06 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

namespace tinytorch::testing {
namespace {

class Module06 : public ProgressiveTest {
 protected:
  Module06() : ProgressiveTest("06_spatial") {}
};

TEST_F(Module06, ConvolutionsWithStrideAndPadding) {
  const std::vector<Tensor> inputs{normal({2, 3, 7, 6}, 1), normal({4, 3, 3, 3}, 2), normal({4}, 3)};
  expect_as_in_f64([](const auto& in) { return conv2d(in[0], in[1], in[2]); }, inputs);
  expect_as_in_f64([](const auto& in) { return conv2d(in[0], in[1], in[2], {.stride = 2, .padding = 1}); },
                   inputs);
}

TEST_F(Module06, MaximaOfWindows) {
  const std::vector<Tensor> inputs{normal({2, 3, 6, 8}, 1)};
  expect_as_in_f64([](const auto& in) { return max_pool2d(in[0], 2); }, inputs);
  expect_as_in_f64([](const auto& in) { return max_pool2d(in[0], 3, {.stride = 1}); }, inputs);
}

TEST_F(Module06, GradientsFlowThroughAConvolutionalNetwork) {
  const std::vector<Tensor> inputs{normal({2, 1, 8, 8}, 1), normal({4, 1, 3, 3}, 2), normal({4}, 3),
                                   normal({3, 36}, 4), normal({3}, 5)};
  expect_as_in_f64(
      [](const auto& in) {
        const auto images = max_pool2d(relu(conv2d(in[0], in[1], in[2])), 2);  // [2, 4, 3, 3]
        return softmax(linear(reshape(images, {2, 36}), in[3], in[4]), -1);
      },
      inputs);
}

}  // namespace
}  // namespace tinytorch::testing
