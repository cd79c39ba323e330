// The ops on images compared with PyTorch 1.13, their memory formats, and their error messages.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/ops/convolution.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/interpolate.h"
#include "core/ops/internal/pooling.h"
#include "core/ops/unfold.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

/// 0, 1, 2, ... in this shape.
Tensor counting(const Shape& shape) {
  return reshape(arange(checked_numel("counting", shape), {.dtype = DType::f32, .device = backend()}), shape);
}

Tensor channels_last(const Tensor& x) { return permute(contiguous(permute(x, {0, 2, 3, 1})), {0, 3, 1, 2}); }

bool is_channels_last(const Tensor& x) { return permute(x, {0, 2, 3, 1}).is_contiguous(); }

TEST(Images, ConvolutionGivesPyTorchsValues) {
  const Tensor weight = counting({2, 2, 2, 2}) - 7, bias = Tensor{0.5, -1.0}.to(backend());
  EXPECT_TENSOR_EQ(
      conv2d(counting({1, 2, 3, 3}), weight, bias, {.stride = {2, 1}, .padding = 1, .dilation = {1, 2}}),
      {{{{-3.5, -16.5, -14.5}, {-77.5, -191.5, -117.5}}, {{83, 158, 72}, {241, 447, 201}}}});
}

TEST(Images, TransposedConvolutionGivesPyTorchsValues) {
  const Tensor x = slice(slice(counting({1, 2, 3, 3}), 2, 0, 2), 3, 0, 2);
  EXPECT_TENSOR_EQ(conv_transpose2d(x, counting({2, 1, 2, 2}) - 3, Tensor{0.5}.to(backend()),
                                    {.stride = 2, .padding = 1, .output_padding = 1}),
                   {{{{36.5, 29.5, 40.5}, {18.5, 1.5, 18.5}, {48.5, 35.5, 52.5}}}});
}

TEST(Images, TransposedConvolutionIsPaddedUpToItsDilation) {
  const Tensor x = Tensor{{{{1.0, 2.0}}}}.to(backend());
  EXPECT_TENSOR_EQ(
      conv_transpose2d(x, ones_of({1, 1, 1, 2}), {}, {.output_padding = {0, 1}, .dilation = {1, 2}}),
      {{{{1.0, 2.0, 1.0, 2.0, 0.0}}}});
  EXPECT_TENSOR_EQ(conv_transpose2d(x, ones_of({1, 1, 1, 2}), {},
                                    {.padding = {0, 1}, .output_padding = {0, 1}, .dilation = {1, 2}}),
                   {{{{2.0, 1.0, 2.0}}}});
}

TEST(Images, PoolingGivesPyTorchsValues) {
  const Tensor x = counting({1, 1, 3, 4});
  EXPECT_TENSOR_NEAR(avg_pool2d(x, {2, 3}, {.stride = 2, .padding = 1, .ceil_mode = true}),
                     {{{{1.0 / 6, 1.0, 0.75}, {13.0 / 3, 8.0, 4.5}}}});
  EXPECT_TENSOR_NEAR(
      avg_pool2d(x, {2, 3}, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}),
      {{{{0.5, 2.0, 3.0}, {6.5, 8.0, 9.0}}}});
  EXPECT_TENSOR_NEAR(adaptive_avg_pool2d(x, {2, 3}), {{{{2.5, 3.5, 4.5}, {6.5, 7.5, 8.5}}}});
}

TEST(Images, TheFirstOfEqualMaximaIsChosen) {
  const Tensor x = Tensor{{{{0.0, 1.0, 2.0, 3.0}, {4.0, 0.0, 1.0, 2.0}, {3.0, 4.0, 0.0, 1.0}}}}.to(backend());
  const auto [values, indices] = max_pool2d_with_indices(x, 2, {.stride = 1, .padding = 1});
  EXPECT_TENSOR_EQ(values, {{{{0.0, 1.0, 2.0, 3.0, 3.0},
                              {4.0, 4.0, 2.0, 3.0, 3.0},
                              {4.0, 4.0, 4.0, 2.0, 2.0},
                              {3.0, 4.0, 4.0, 1.0, 1.0}}}});
  EXPECT_TENSOR_EQ(indices, {{{{0, 1, 2, 3, 3}, {4, 4, 2, 3, 3}, {4, 4, 9, 7, 7}, {8, 9, 9, 11, 11}}}});
}

TEST(Images, AWindowThatSeesNothingChoosesNothing) {
  const Tensor x = ones_of({1, 1, 1, 1});
  const MaxPool2dOptions around{.padding = 1, .dilation = 2};
  const auto [values, indices] = max_pool2d_with_indices(x, 2, around);
  EXPECT_EQ(values.item(), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(indices.item<std::int64_t>(), -1);
  EXPECT_TENSOR_EQ(tinytorch::detail::max_pool2d_at(x, indices, 2, around), {{{{0.0}}}});
  EXPECT_TENSOR_EQ(tinytorch::detail::max_pool2d_gradient(x, indices, x.shape(), 2, around), {{{{0.0}}}});
}

TEST(Images, TheFirstNaNIsTheMaximum) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = Tensor{{{{1.0, kNaN}, {kNaN, 5.0}}}}.to(backend());
  const auto [values, indices] = max_pool2d_with_indices(x, 2);
  EXPECT_TRUE(std::isnan(values.item()));
  EXPECT_EQ(indices.item<std::int64_t>(), 1);
}

TEST(Images, InterpolationGivesPyTorchsValues) {
  const Tensor x = counting({1, 1, 3, 4});
  EXPECT_TENSOR_EQ(interpolate(x, {2, 5}), {{{{0.0, 0.0, 1.0, 2.0, 3.0}, {4.0, 4.0, 5.0, 6.0, 7.0}}}});
  EXPECT_TENSOR_NEAR(interpolate(x, {2, 5}, {.mode = Interpolation::bilinear}),
                     {{{{1.0, 1.7, 2.5, 3.3, 4.0}, {7.0, 7.7, 8.5, 9.3, 10.0}}}});
  EXPECT_TENSOR_NEAR(interpolate(x, {2, 5}, {.mode = Interpolation::bilinear, .align_corners = true}),
                     {{{{0.0, 0.75, 1.5, 2.25, 3.0}, {8.0, 8.75, 9.5, 10.25, 11.0}}}});
  EXPECT_TENSOR_NEAR(
      interpolate_by(x, 1.5, 0.7, {.mode = Interpolation::bilinear}),
      {{{{0.2142857, 1.6428571}, {2.2142857, 3.6428571}, {4.8809524, 6.3095238}, {7.5476190, 8.9761905}}}});
}

TEST(Images, UnfoldAndFoldGivePyTorchsValues) {
  const Tensor x =
      Tensor{{{{0.0, 1.0, 2.0, 3.0}, {4.0, 5.0, 6.0, 7.0}, {8.0, 9.0, 10.0, 11.0}}}}.to(backend());
  EXPECT_TENSOR_EQ(unfold(x, {.kernel = 2, .stride = 2, .padding = 1}), {{{0.0, 0.0, 0.0, 0.0, 5.0, 7.0},
                                                                          {0.0, 0.0, 0.0, 4.0, 6.0, 0.0},
                                                                          {0.0, 1.0, 3.0, 0.0, 9.0, 11.0},
                                                                          {0.0, 2.0, 0.0, 8.0, 10.0, 0.0}}});
  EXPECT_TENSOR_EQ(fold(counting({1, 4, 6}), {3, 4}, {.kernel = 2}),
                   {{{{0.0, 7.0, 9.0, 8.0}, {15.0, 44.0, 48.0, 31.0}, {15.0, 37.0, 39.0, 23.0}}}});
}

TEST(Images, KeepTheirChannelsInnermost) {
  const Tensor x = counting({2, 3, 6, 8}), last = channels_last(x), weight = ones_of({5, 3, 3, 3});
  EXPECT_TRUE(is_channels_last(conv2d(last, weight)));
  EXPECT_TRUE(
      is_channels_last(conv2d_input_gradient(channels_last(ones_of({2, 5, 4, 6})), weight, {2, 3, 6, 8})));
  EXPECT_TRUE(is_channels_last(max_pool2d(last, 2)));
  EXPECT_TRUE(is_channels_last(max_pool2d_with_indices(last, 2).indices));
  EXPECT_TRUE(is_channels_last(avg_pool2d(last, 2)));
  EXPECT_TRUE(is_channels_last(interpolate(last, {3, 4})));
  EXPECT_TRUE(conv2d(x, weight).is_contiguous());
  EXPECT_TRUE(max_pool2d(x, 2).is_contiguous());
  EXPECT_TRUE(avg_pool2d(x, 2).is_contiguous());
  // A slice of channels-last images is not dense; the result is.
  EXPECT_TRUE(is_channels_last(max_pool2d(slice(last, 1, 0, 2), 2)));
  EXPECT_TENSOR_EQ(max_pool2d(slice(last, 1, 0, 2), 2), max_pool2d(slice(x, 1, 0, 2), 2));
}

TEST(Images, ConvolutionsSayWhatDoesNotFit) {
  const Tensor x = ones_of({2, 3, 5, 5});
  EXPECT_ERROR(conv2d(x, ones_of({16, 8, 3, 3})), ShapeError,
               "[conv2d] input has 3 channels, but the weight [16, 8, 3, 3] expects 8 (groups = 1)");
  EXPECT_ERROR(
      conv2d(x, ones_of({16, 3, 7, 3})), ShapeError,
      "[conv2d] the window covers 7 x 3 (kernel [7, 3], dilation 1), but the image with its padding is "
      "only 5 x 5 (padding 0); pad more or use a smaller kernel");
  EXPECT_ERROR(conv2d(ones_of({3, 5, 5}), ones_of({16, 3, 3, 3})), ShapeError,
               "[conv2d] input is [3, 5, 5]; wanted [batch, channels, height, width]");
  EXPECT_ERROR(conv2d(x, ones_of({16, 3, 3})), ShapeError,
               "[conv2d] weight is [16, 3, 3]; wanted [out, in / groups, kernel height, kernel width]");
  EXPECT_ERROR(conv2d(x, ones_of({16, 1, 3, 3}), {}, {.groups = 3}), ShapeError,
               "[conv2d] the weight [16, 1, 3, 3] has 16 filters, which 3 groups do not share evenly");
  EXPECT_ERROR(conv2d(x, ones_of({16, 3, 3, 3}), ones_of({15})), ShapeError,
               "[conv2d] bias is [15], but there are 16 output channels; wanted [16]");
  EXPECT_ERROR(conv2d(x, ones_of({4, 3, 3, 3}), {}, {.groups = 0}), ValueError,
               "[conv2d] groups is 0; it must be at least 1");
  EXPECT_ERROR(conv2d(x, ones_of({4, 3, 0, 3})), ValueError,
               "[conv2d] kernel is [0, 3]; it must be at least 1");
  EXPECT_ERROR(conv2d(x, ones_of({4, 3, 3, 3}), {}, {.stride = {1, 0}}), ValueError,
               "[conv2d] stride is [1, 0]; it must be at least 1");
  EXPECT_ERROR(conv2d(x, ones_of({4, 3, 3, 3}), {}, {.padding = -1}), ValueError,
               "[conv2d] padding is -1; it must be at least 0");
  EXPECT_ERROR(conv2d(x, ones_of({4, 3, 3, 3}), {}, {.dilation = std::int64_t{1} << 40}), ValueError,
               "[conv2d] dilation is 1099511627776; it must be at most 2^31");
  EXPECT_ERROR(conv2d(ones_of({2, 3, 5, 5}, DType::i64), ones_of({4, 3, 3, 3}, DType::i64)), DTypeError,
               "[conv2d] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(conv2d(x, ones_of({4, 3, 3, 3}, DType::f64)), DTypeError,
               "[conv2d] input is f32, but the weight is f64; convert one with .to(dtype)");
  EXPECT_ERROR(conv2d(x, Tensor()), ValueError,
               "[conv2d] the weight is undefined (default-constructed); give it a value first");
}

TEST(Images, GradientsOfConvolutionsSayWhatDoesNotFit) {
  EXPECT_ERROR(
      conv2d_input_gradient(ones_of({1, 2, 3, 3}), ones_of({2, 1, 2, 2}), {1, 1, 3, 3}), ShapeError,
      "[conv2d_input_gradient] the gradient is [1, 2, 3, 3], but an input [1, 1, 3, 3] and a weight [2, "
      "1, 2, 2] give [1, 2, 2, 2]");
  EXPECT_ERROR(
      conv2d_input_gradient(ones_of({1, 2, 3, 3}), ones_of({2, 1, 2, 2}), {1, 3, 3}), ShapeError,
      "[conv2d_input_gradient] the input's shape is [1, 3, 3]; wanted [batch, channels, height, width]");
  EXPECT_ERROR(
      conv2d_weight_gradient(ones_of({1, 2, 3, 3}), ones_of({1, 1, 3, 3}), {2, 1, 2, 2}), ShapeError,
      "[conv2d_weight_gradient] the gradient is [1, 2, 3, 3], but an input [1, 1, 3, 3] and a weight [2, "
      "1, 2, 2] give [1, 2, 2, 2]");
}

TEST(Images, TransposedAndLinearConvolutionsSayWhatDoesNotFit) {
  const Tensor x = ones_of({1, 2, 3, 3});
  EXPECT_ERROR(conv_transpose2d(x, ones_of({3, 2, 2, 2})), ShapeError,
               "[conv_transpose2d] input has 2 channels, but the weight [3, 2, 2, 2] expects 3");
  EXPECT_ERROR(
      conv_transpose2d(x, ones_of({2, 2, 2, 2}), {}, {.stride = 2, .output_padding = 2}), ValueError,
      "[conv_transpose2d] output_padding is 2; it must be 0 or more, and less than the stride 2 or the "
      "dilation 1");
  EXPECT_ERROR(
      conv_transpose2d(x, ones_of({2, 2, 2, 2}), {}, {.padding = 2}), ShapeError,
      "[conv_transpose2d] input [1, 2, 3, 3] with weight [2, 2, 2, 2] and padding 2 would give an image "
      "of 0 x 0; pad less");
  EXPECT_ERROR(conv_transpose2d(expand(ones_of({1, 1, 1, 1}), {1, 1, 1, 1LL << 33}), ones_of({1, 1, 1, 1}),
                                {}, {.stride = {1, 1LL << 31}}),
               ShapeError,
               "[conv_transpose2d] an axis of 8589934592 elements and a stride of 2147483648 give more than "
               "2^63");
  EXPECT_ERROR(conv1d(x, ones_of({2, 2, 2})), ShapeError,
               "[conv1d] input is [1, 2, 3, 3], weight [2, 2, 2]; wanted [batch, channels, length] and [out, "
               "channels / groups, kernel]");
}

TEST(Images, PoolingSaysWhatDoesNotFit) {
  const Tensor x = ones_of({1, 2, 3, 3});
  EXPECT_ERROR(max_pool2d(x, 2, {.padding = 2}), ValueError,
               "[max_pool2d] padding is 2; it must be at most half the kernel 2");
  EXPECT_ERROR(avg_pool2d(x, {2, 3}, {.padding = {0, 2}}), ValueError,
               "[avg_pool2d] padding is [0, 2]; it must be at most half the kernel [2, 3]");
  EXPECT_ERROR(
      max_pool2d(x, 4), ShapeError,
      "[max_pool2d] the window covers 4 x 4 (kernel 4, dilation 1), but the image with its padding is "
      "only 3 x 3 (padding 0); pad more or use a smaller kernel");
  EXPECT_ERROR(max_pool2d(ones_of({1, 2, 0, 3}), 2, {.padding = 1}), ShapeError,
               "[max_pool2d] the images of [1, 2, 0, 3] have no pixels to choose from");
  EXPECT_ERROR(max_pool2d(ones_of({2, 3, 3}), 2), ShapeError,
               "[max_pool2d] input is [2, 3, 3]; wanted [batch, channels, height, width]");
  EXPECT_ERROR(max_pool1d(x, 2), ShapeError,
               "[max_pool1d] input is [1, 2, 3, 3]; wanted [batch, channels, length]");
  EXPECT_ERROR(avg_pool1d(x, 2), ShapeError,
               "[avg_pool1d] input is [1, 2, 3, 3]; wanted [batch, channels, length]");
  EXPECT_ERROR(adaptive_avg_pool2d(x, 0), ValueError,
               "[adaptive_avg_pool2d] size is 0; it must be at least 1");
  EXPECT_ERROR(adaptive_avg_pool2d(ones_of({1, 2, 0, 3}), 1), ShapeError,
               "[adaptive_avg_pool2d] the images of [1, 2, 0, 3] have no pixels to average");
  const Tensor indices = zeros({1, 2, 1, 1}, {.dtype = DType::i64, .device = backend()});
  EXPECT_ERROR(tinytorch::detail::max_pool2d_at(x, ones_of({1, 2, 1, 1}), 2), DTypeError,
               "[max_pool2d_at] indices are f32; wanted i64, as max_pool2d_with_indices() gives them");
  EXPECT_ERROR(tinytorch::detail::max_pool2d_at(x, indices, 1), ShapeError,
               "[max_pool2d_at] indices are [1, 2, 1, 1], but the pooled images are [1, 2, 3, 3]");
  EXPECT_ERROR(
      tinytorch::detail::max_pool2d_gradient(ones_of({1, 2, 2, 2}), indices, {1, 2, 3, 3}, 2), ShapeError,
      "[max_pool2d_gradient] the gradient is [1, 2, 2, 2], but an input [1, 2, 3, 3] gives [1, 2, 1, 1]");
  EXPECT_ERROR(
      tinytorch::detail::max_pool2d_gradient(ones_of({1, 2, 2, 2}), indices, {2, 3, 3}, 2), ShapeError,
      "[max_pool2d_gradient] the input's shape is [2, 3, 3]; wanted [batch, channels, height, width]");
}

TEST(Images, ResizingSaysWhatDoesNotFit) {
  const Tensor x = ones_of({1, 2, 3, 3});
  EXPECT_ERROR(interpolate(x, {0, 2}), ValueError, "[interpolate] size is [0, 2]; it must be at least 1");
  EXPECT_ERROR(interpolate(x, 2, {.align_corners = true}), ValueError,
               "[interpolate] align_corners is for bilinear; nearest has no corners to align");
  EXPECT_ERROR(interpolate(ones_of({1, 2, 0, 3}), 2), ShapeError,
               "[interpolate] the images of [1, 2, 0, 3] have no pixels");
  EXPECT_ERROR(interpolate_by(x, 0.25), ValueError,
               "[interpolate_by] a length of 3 cannot be scaled by 0.25; at least one pixel must be left");
  const kernels::Resampling sampling = tinytorch::detail::interpolate_sampling(x, Pair(2), {});
  EXPECT_ERROR(resample2d(ones_of({1, 2, 4, 3}), sampling), ShapeError,
               "[resample2d] input is [1, 2, 4, 3], but the sampling is for images of 3 x 3");
  EXPECT_ERROR(resample2d_gradient(x, sampling), ShapeError,
               "[resample2d_gradient] input is [1, 2, 3, 3], but the sampling is for images of 2 x 2");
  const Tensor wide = expand(ones_of({1, 1, 1, 1}), {1, 1, 1, std::int64_t{1} << 31});
  EXPECT_ERROR(interpolate(wide, 1), ShapeError,
               "[interpolate] images of 1 x 2147483648 to 1 x 1; an axis has at most 2^31 - 1 elements");
}

TEST(Images, UnfoldAndFoldSayWhatDoesNotFit) {
  EXPECT_ERROR(unfold(ones_of({3, 3}), {.kernel = 2}), ShapeError,
               "[unfold] input is [3, 3]; wanted [batch, channels, height, width]");
  EXPECT_ERROR(unfold(ones_of({1, 1, 1, 1}), {.kernel = 1, .padding = 1LL << 31}), ShapeError,
               "[unfold] shape [4294967297, 4294967297] has more elements than 63 bits can count");
  EXPECT_ERROR(
      fold(ones_of({4, 4}), 3, {.kernel = 2}), ShapeError,
      "[fold] columns are [4, 4]; wanted [batch, channels * kernel height * kernel width, positions]");
  EXPECT_ERROR(fold(ones_of({1, 4, 4}), {3, -1}, {.kernel = 2}), ValueError,
               "[fold] size is [3, -1]; it must not be negative");
  EXPECT_ERROR(
      fold(ones_of({1, 4, 5}), 3, {.kernel = 2}), ShapeError,
      "[fold] columns are [1, 4, 5], but a kernel 2 has 2 x 2 positions in images of 3 x 3; wanted [batch, a "
      "multiple of 4, 4]");
}

}  // namespace
}  // namespace tinytorch::testing
