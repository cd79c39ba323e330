#include "nn/pooling.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

TEST(Pooling, LayersApplyTheOpsOfTheirNames) {
  const Tensor x = here(Tensor{{{{1.0, 2.0}, {3.0, 6.0}}}});
  EXPECT_TENSOR_EQ(nn::MaxPool2D(2)(x), {{{{6.0}}}});
  EXPECT_TENSOR_EQ(nn::AvgPool2D(2)(x), {{{{3.0}}}});
  EXPECT_TENSOR_EQ(nn::AvgPool2D({1, 2})(x), {{{{1.5}, {4.5}}}});
  EXPECT_TENSOR_EQ(nn::AdaptiveAvgPool2D({2, 1})(x), {{{{1.5}, {4.5}}}});
  EXPECT_TENSOR_EQ(nn::Upsample(2)(slice(x, 2, 0, 1)), {{{{1.0, 1.0, 2.0, 2.0}, {1.0, 1.0, 2.0, 2.0}}}});
  const Tensor line = here(Tensor{{{1.0, 5.0, 3.0, 7.0}}});
  EXPECT_TENSOR_EQ(nn::MaxPool1D(2)(line), {{{5.0, 7.0}}});
  EXPECT_TENSOR_EQ(nn::AvgPool1D(2, {.stride = 1})(line), {{{3.0, 4.0, 5.0}}});
  EXPECT_TENSOR_EQ(nn::AdaptiveMaxPool2D({2, 1})(x), {{{{2.0}, {6.0}}}});
  EXPECT_TENSOR_EQ(nn::AdaptiveMaxPool1D(3)(line), {{{5.0, 5.0, 7.0}}});
}

TEST(Pooling, BothModesAgree) {
  const Tensor x = randn({2, 3, 8, 9}, {.device = backend()});
  expect_modes_agree(nn::MaxPool2D(3, {.stride = 2, .padding = 1}), x);
  expect_modes_agree(nn::AvgPool2D(3, {.stride = 2, .padding = 1}), x);
  expect_modes_agree(nn::AdaptiveAvgPool2D({3, 2}), x);
  const Tensor lines = randn({2, 3, 9}, {.device = backend()});
  expect_modes_agree(nn::MaxPool1D(3, {.stride = 2, .padding = 1}), lines);
  expect_modes_agree(nn::AvgPool1D(3, {.stride = 2, .padding = 1}), lines);
  expect_modes_agree(nn::AdaptiveAvgPool2D(1), x);
  expect_modes_agree(nn::AdaptiveMaxPool2D({4, 3}), x);
  expect_modes_agree(nn::AdaptiveMaxPool2D({3, 2}), x);
  expect_modes_agree(nn::AdaptiveMaxPool1D(4), lines);
  expect_modes_agree(nn::Upsample(1.5, {.mode = Interpolation::bilinear}), x);
}

TEST(Pooling, DescribeThemselves) {
  EXPECT_EQ(nn::MaxPool2D(2).description(), "MaxPool2D(kernel 2, stride 2)");
  EXPECT_EQ(
      nn::MaxPool2D({3, 2}, {.stride = 2, .padding = 1, .dilation = 2, .ceil_mode = true}).description(),
      "MaxPool2D(kernel [3, 2], stride 2, padding 1, dilation 2, rounded up)");
  EXPECT_EQ(nn::AvgPool2D(3, {.stride = 3, .count_include_pad = false}).description(),
            "AvgPool2D(kernel 3, stride 3, without padding in the mean)");
  EXPECT_EQ(nn::MaxPool2D(3, {.stride = {2, 0}}).description(), "MaxPool2D(kernel 3, stride [2, 3])");
  EXPECT_EQ(nn::MaxPool1D(3, {.stride = 2, .dilation = 2}).description(),
            "MaxPool1D(kernel 3, stride 2, dilation 2)");
  EXPECT_EQ(nn::AvgPool1D(4, {.padding = 1}).description(), "AvgPool1D(kernel 4, stride 4, padding 1)");
  EXPECT_EQ(nn::AdaptiveAvgPool2D({3, 2}).description(), "AdaptiveAvgPool2D([3, 2])");
  EXPECT_EQ(nn::AdaptiveMaxPool2D(2).description(), "AdaptiveMaxPool2D(2)");
  EXPECT_EQ(nn::AdaptiveMaxPool1D(3).description(), "AdaptiveMaxPool1D(3)");
  EXPECT_EQ(nn::Upsample(2).description(), "Upsample(2, nearest)");
  EXPECT_EQ(nn::Upsample(1.5, {.mode = Interpolation::bilinear, .align_corners = true}).description(),
            "Upsample(1.5, bilinear, corners aligned)");
}

TEST(Pooling, RefusesWhatItsOpsRefuse) {
  EXPECT_ERROR(nn::MaxPool2D(2)(zeros({3, 3})), ShapeError,
               "[max_pool2d] input is [3, 3]; wanted [batch, channels, height, width]");
  EXPECT_ERROR(nn::AvgPool1D(2)(zeros({3, 3})), ShapeError,
               "[avg_pool1d] input is [3, 3]; wanted [batch, channels, length]");
  EXPECT_ERROR(nn::AdaptiveMaxPool1D(0)(zeros({1, 1, 3})), ValueError,
               "[adaptive_max_pool1d] size is [1, 0]; it must be at least 1");
  EXPECT_ERROR(nn::AdaptiveMaxPool2D(2)(zeros({1, 1, 0, 3})), ShapeError,
               "[adaptive_max_pool2d] the images of [1, 1, 0, 3] have no pixels to choose from");
  EXPECT_ERROR(nn::Upsample(0.1)(zeros({1, 1, 3, 3})), ValueError,
               "[interpolate_by] a length of 3 cannot be scaled by 0.1; at least one pixel must be left");
}

}  // namespace
}  // namespace tinytorch::testing
