#include "nn/convolution.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "nn/sequential.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

TEST(Conv2D, ComputesConv2dOfItsParameters) {
  const nn::Conv2D layer(2, 4, 3, {.stride = 2, .padding = 1, .groups = 2}, {.device = backend()});
  const Tensor x = randn({3, 2, 5, 6}, {.device = backend()});
  EXPECT_EQ(layer.weight().shape(), (Shape{4, 1, 3, 3}));
  EXPECT_TENSOR_EQ(layer(x), conv2d(x, layer.weight().value(), layer.bias().value(),
                                    {.stride = 2, .padding = 1, .groups = 2}));
}

TEST(Conv1D, ComputesConv1dOfItsParameters) {
  const nn::Conv1D layer(2, 4, 3, {.stride = 2, .padding = 1}, {.device = backend()});
  const Tensor x = randn({3, 2, 7}, {.device = backend()});
  EXPECT_EQ(layer.weight().shape(), (Shape{4, 2, 3}));
  EXPECT_TENSOR_EQ(layer(x),
                   conv1d(x, layer.weight().value(), layer.bias().value(), {.stride = 2, .padding = 1}));
}

TEST(ConvTranspose2D, ComputesConvTranspose2dOfItsParameters) {
  const nn::ConvTranspose2D layer(2, 4, {3, 2}, {.stride = 2, .output_padding = 1, .groups = 2},
                                  {.device = backend()});
  const Tensor x = randn({3, 2, 5, 6}, {.device = backend()});
  EXPECT_EQ(layer.weight().shape(), (Shape{2, 2, 3, 2}));
  EXPECT_TENSOR_EQ(layer(x), conv_transpose2d(x, layer.weight().value(), layer.bias().value(),
                                              {.stride = 2, .output_padding = 1, .groups = 2}));
}

TEST(Convolutions, BothModesAgree) {
  const Tensor images = randn({2, 3, 6, 7}, {.device = backend()});
  expect_modes_agree(nn::Conv2D(3, 5, 3, {}, {.device = backend()}), images);
  expect_modes_agree(nn::Conv2D(3, 5, 3, {}, {.bias = false, .device = backend()}), images);
  expect_modes_agree(nn::ConvTranspose2D(3, 5, 3, {}, {.device = backend()}), images);
  expect_modes_agree(nn::Conv1D(3, 5, 3, {}, {.device = backend()}), randn({2, 3, 6}, {.device = backend()}));
}

TEST(Convolutions, GradientsAreThoseOfFiniteDifferences) {
  nn::Conv2D conv2d(2, 2, 2, {.padding = 1}), without_bias(2, 2, 2, {}, {.bias = false});
  nn::ConvTranspose2D transposed(2, 2, 2, {.stride = 2});
  nn::Conv1D conv1d(2, 3, 2);
  const Tensor images = randn({1, 2, 3, 2});
  for (nn::Module* layer : {static_cast<nn::Module*>(&conv2d), static_cast<nn::Module*>(&without_bias),
                            static_cast<nn::Module*>(&transposed)}) {
    const GradcheckResult result = gradcheck_layer(*layer, images);
    EXPECT_TRUE(result) << layer->description() << ": " << result.message;
  }
  const GradcheckResult result = gradcheck_layer(conv1d, randn({2, 2, 4}));
  EXPECT_TRUE(result) << result.message;
}

TEST(Convolutions, StartWithHeUniformWeightsAndZeroBiases) {
  Generator used(3), same(3);
  const nn::Conv2D layer(6, 5, 3, {}, {.device = backend(), .generator = &used});
  EXPECT_TENSOR_EQ(layer.weight(), nn::init::he_uniform()({5, 6, 3, 3}, {.device = backend()}, same));
  EXPECT_TENSOR_EQ(layer.bias(), zeros({5}));
}

TEST(Convolutions, DescribeThemselves) {
  EXPECT_EQ(nn::Conv2D(3, 16, 3).description(), "Conv2D(3, 16, kernel 3, stride 1)");
  EXPECT_EQ(
      nn::Conv2D(4, 16, {3, 1}, {.stride = {2, 1}, .padding = 1, .dilation = 2, .groups = 4}, {.bias = false})
          .description(),
      "Conv2D(4, 16, kernel [3, 1], stride [2, 1], padding 1, dilation 2, groups 4, no bias)");
  EXPECT_EQ(nn::Conv1D(3, 16, 5, {.padding = 2}).description(),
            "Conv1D(3, 16, kernel 5, stride 1, padding 2)");
  EXPECT_EQ(nn::ConvTranspose2D(4, 8, 2, {.stride = 2, .output_padding = 1, .groups = 2}).description(),
            "ConvTranspose2D(4, 8, kernel 2, stride 2, output_padding 1, groups 2)");
}

TEST(Convolutions, NameThemselvesWhenTheInputDoesNotFit) {
  const nn::Conv2D layer(8, 16, 3);
  EXPECT_ERROR(layer(zeros({2, 3, 9, 9})), ShapeError,
               "[Conv2D] input has 3 channels, but the weight [16, 8, 3, 3] expects 8 (input [2, 3, 9, 9])");
  EXPECT_ERROR(layer(Variable(zeros({8, 9, 9}))), ShapeError,
               "[Conv2D] input is [8, 9, 9]; wanted [batch, 8, height, width]");
  EXPECT_ERROR(nn::Conv1D(8, 16, 3)(zeros({2, 3, 9})), ShapeError,
               "[Conv1D] input has 3 channels, but the weight [16, 8, 3] expects 8 (input [2, 3, 9])");
  EXPECT_ERROR(nn::Conv1D(8, 16, 3)(zeros({8, 9})), ShapeError,
               "[Conv1D] input is [8, 9]; wanted [batch, 8, length]");
  EXPECT_ERROR(
      nn::ConvTranspose2D(8, 16, 3)(zeros({2, 3, 9, 9})), ShapeError,
      "[ConvTranspose2D] input has 3 channels, but the weight [8, 16, 3, 3] expects 8 (input [2, 3, 9, "
      "9])");
}

TEST(Convolutions, RefuseWhatMakesNoLayer) {
  EXPECT_ERROR(nn::Conv2D(0, 3, 3), ValueError, "[Conv2D] in_channels is 0; a layer has at least 1");
  EXPECT_ERROR(nn::Conv1D(3, -1, 3), ValueError, "[Conv1D] out_channels is -1; a layer has at least 1");
  EXPECT_ERROR(nn::Conv2D(4, 6, 3, {.groups = 0}), ValueError, "[Conv2D] groups is 0; it must be at least 1");
  EXPECT_ERROR(nn::ConvTranspose2D(4, 6, 3, {.groups = 4}), ValueError,
               "[ConvTranspose2D] 4 input and 6 output channels cannot be shared evenly by 4 groups");
  EXPECT_ERROR(nn::Conv2D(3, 3, {3, 0}), ValueError, "[Conv2D] kernel is [3, 0]; it must be at least 1");
  const nn::Initializer wrong = [](const Shape&, Options options, Generator&) { return zeros({7}, options); };
  EXPECT_ERROR(nn::Conv2D(2, 3, 1, {}, {.weight_init = wrong}), ShapeError,
               "[Conv2D] the initializer of the weight gave [7], not [3, 2, 1, 1]");
}

TEST(Convolutions, HaveNamedParameters) {
  nn::Sequential model{nn::Conv2D(1, 2, 3), nn::ConvTranspose2D(2, 1, 3, {}, {.bias = false})};
  std::vector<std::string> names;
  for (const auto& [name, parameter] : model.named_parameters()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"0.weight", "0.bias", "1.weight"}));
  EXPECT_EQ(nn::Conv2D(1, 2, 3).parameters().size(), 2u);
}

}  // namespace
}  // namespace tinytorch::testing
