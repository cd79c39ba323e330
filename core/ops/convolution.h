#pragma once

#include <cstdint>
#include <type_traits>

#include "core/ops/window.h"
#include "core/tensor.h"

/// Convolutions of images and sequences, as PyTorch's: cross-correlations.
/// ```cpp
/// const Tensor x = randn({2, 3, 8, 8}), weight = randn({16, 3, 3, 3}), bias = zeros({16});
/// const Tensor y = conv2d(x, weight, bias, {.stride = 2, .padding = 1});  // [2, 16, 4, 4]
/// const Tensor up = conv_transpose2d(y, weight, {}, {.stride = 2, .padding = 1, .output_padding = 1});
/// // [2, 3, 8, 8]
/// ```
namespace tinytorch {

/// The window of conv2d(), and its groups of channels: output channels of a group see the input channels of
/// that group only. groups = channels is a depthwise convolution.
struct Conv2dOptions {
  Pair stride = 1;
  Pair padding = 0;  ///< zeros on either side; may be larger than the kernel
  Pair dilation = 1;
  std::int64_t groups = 1;
};

/// The window of conv_transpose2d(), which is that of the convolution it transposes.
struct ConvTranspose2dOptions {
  Pair stride = 1;
  Pair padding = 0;
  /// How many rows and columns the result has more than the smallest image from which a convolution gives the
  /// input; less than the stride or the dilation.
  Pair output_padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
};

/// Convolution, that is cross-correlation, as PyTorch's conv2d. The result has the size window_output_size().
///
/// f32 runs in oneDNN (CPU) or cuDNN; f64 on the CPU, and what oneDNN does not take, as matrix products of
/// unfold()ed images (Chellapilla et al. 2006). In oneDNN the order of addition, and so last bits, may depend
/// on the number of threads.
/// @param x       [batch, channels, height, width]
/// @param weight  [out, channels / groups, kernel height, kernel width]
/// @param bias    [out]; undefined: none
/// @return        [batch, out, ...]; channels-last where x is
/// @throws ShapeError   shapes do not fit each other, or the kernel is larger than the padded image
/// @throws DTypeError   not floating, or of different dtypes
/// @throws ValueError   stride, dilation or groups below 1, padding below 0
/// @throws DeviceError  different devices
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv2dOptions& options = {});

/// The gradient of conv2d() for its input, of shape `input`, from that of its result: the transpose of the
/// map of x, linear in both operands. In `grad`'s order in memory.
/// @throws as conv2d()
Tensor conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Shape& input,
                             const Conv2dOptions& options = {});

/// The gradient of conv2d() for its weight, of shape `weight`: the transpose of the map of the weight, linear
/// in both operands.
/// @throws as conv2d()
Tensor conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Shape& weight,
                              const Conv2dOptions& options = {});

/// The transpose of a convolution, as PyTorch's conv_transpose2d; for Tensor and Variable. Its result has the
/// lengths (length - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
/// @param x       [batch, channels, height, width]
/// @param weight  [channels, out / groups, kernel height, kernel width]
/// @param bias    [out]; undefined: none
/// @return        [batch, out, ...]
/// @throws as conv2d()
/// @throws ValueError  output_padding is not less than stride or dilation
template <TensorLike T>
T conv_transpose2d(const T& x, const std::type_identity_t<T>& weight,
                   const std::type_identity_t<T>& bias = {}, const ConvTranspose2dOptions& options = {});

/// The window and the groups of conv1d(); see Conv2dOptions.
struct Conv1dOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

/// conv2d() of images of height 1; for Tensor and Variable.
/// @param x       [batch, channels, length]
/// @param weight  [out, channels / groups, kernel]
/// @param bias    [out]; undefined: none
/// @return        [batch, out, ...]
/// @throws as conv2d()
template <TensorLike T>
T conv1d(const T& x, const std::type_identity_t<T>& weight, const std::type_identity_t<T>& bias = {},
         const Conv1dOptions& options = {});

}  // namespace tinytorch
