#pragma once

#include <cstdint>
#include <type_traits>

#include "core/ops/window.h"
#include "core/tensor.h"

/// Convolutions of images and sequences; like PyTorch's, they are cross-correlations.
/// ```cpp
/// const Tensor x = randn({2, 3, 8, 8}), weight = randn({16, 3, 3, 3}), bias = zeros({16});
/// const Tensor y = conv2d(x, weight, bias, {.stride = 2, .padding = 1});  // [2, 16, 4, 4]
/// const Tensor up = conv_transpose2d(y, weight, {}, {.stride = 2, .padding = 1, .output_padding = 1});
/// // [2, 3, 8, 8]
/// ```
namespace tinytorch {

/// The options of conv2d().
struct Conv2dOptions {
  Pair stride = 1;
  Pair padding = 0;  ///< zeros on either side; may be larger than the kernel
  Pair dilation = 1;
  /// The channels are divided into groups; output channels read only the input channels of their group. A
  /// depthwise convolution has as many groups as channels.
  std::int64_t groups = 1;
};

/// The options of conv_transpose2d(). All but output_padding are those of the convolution that it transposes.
struct ConvTranspose2dOptions {
  Pair stride = 1;
  Pair padding = 0;
  /// The number of rows and columns to add to the smallest result. A convolution with a stride maps images of
  /// several sizes to one size; output_padding chooses among them. It must be less than the stride or the
  /// dilation.
  Pair output_padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
};

/// 2D convolution, like PyTorch's conv2d.
///
/// f32 runs in oneDNN on the CPU and in cuDNN on CUDA, which may add n terms one after another; a sum of
/// equal terms then has a relative error of up to n * 1.6e-8. Sums of more than 2048 terms are added in
/// blocks. On the CPU, oneDNN gets slices of at most 2048 terms of a filter, or of the filters in the
/// gradient of x, whose results are added with their rounding errors: the error is at most min(n, 2048)
/// * 1.6e-8 + 1e-7. Gradients of weights over more than 2048 positions, large ones on the CPU, and on CUDA
/// all sums of more than 2048 terms (unless TINYTORCH_TF32=1) are computed by kernels of our own, with an
/// error below 1e-6. f64 on the CPU, and what oneDNN does not support, is computed as matrix products of
/// unfold()ed images (Chellapilla et al. 2006).
///
/// On the CPU, f32 convolutions with 3x3 filters, stride and dilation 1, and their gradients are computed by
/// Winograd's algorithm F(4x4, 3x3) (Lavin and Gray 2015) where that is faster. It computes tiles of 4x4
/// outputs: the error is up to about 1e-5 of the largest sum in a tile, and an infinity or NaN may make the
/// whole tile NaN. TINYTORCH_CONVOLUTION=direct turns it off.
///
/// The bits of the result do not depend on the number of threads.
/// @param x       [N, C, H, W]
/// @param weight  [out, C / groups, kH, kW]
/// @param bias    [out], or undefined for no bias
/// @return        [N, out, H', W'], where [H', W'] is window_output_size(); channels-last if x is
/// @throws ShapeError   the shapes do not fit each other, or the kernel is larger than the padded image
/// @throws DTypeError   the operands are not floating or have different dtypes
/// @throws ValueError   stride, dilation or groups is less than 1, padding is negative, or x or weight is
///                      undefined
/// @throws DeviceError  the operands are on different devices
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv2dOptions& options = {});

/// The gradient of conv2d() with respect to x.
/// @param grad   the gradient with respect to the result of conv2d(), [N, out, H', W']
/// @param input  the shape of x
/// @return       [N, C, H, W], in grad's memory order
/// @throws as conv2d()
Tensor conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Shape& input,
                             const Conv2dOptions& options = {});

/// The gradient of conv2d() with respect to the weight.
/// @param grad    the gradient with respect to the result of conv2d(), [N, out, H', W']
/// @param weight  the shape of the weight
/// @return        [out, C / groups, kH, kW]
/// @throws as conv2d()
Tensor conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Shape& weight,
                              const Conv2dOptions& options = {});

/// Transposed 2D convolution, like PyTorch's conv_transpose2d, for Tensor and Variable.
/// @param x       [N, C, H, W]
/// @param weight  [C, out / groups, kH, kW]
/// @param bias    [out], or undefined for no bias
/// @return        [N, out, H', W'], where H' = (H - 1) * stride - 2 * padding + dilation * (kH - 1) +
///                output_padding + 1, and W' likewise
/// @throws as conv2d()
/// @throws ValueError  output_padding is not less than stride or dilation
template <TensorLike T>
T conv_transpose2d(const T& x, const std::type_identity_t<T>& weight,
                   const std::type_identity_t<T>& bias = {}, const ConvTranspose2dOptions& options = {});

/// The options of conv1d(); see Conv2dOptions.
struct Conv1dOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

/// 1D convolution, for Tensor and Variable: conv2d() of images of height 1.
/// @param x       [N, C, L]
/// @param weight  [out, C / groups, k]
/// @param bias    [out], or undefined for no bias
/// @return        [N, out, L']
/// @throws as conv2d()
template <TensorLike T>
T conv1d(const T& x, const std::type_identity_t<T>& weight, const std::type_identity_t<T>& bias = {},
         const Conv1dOptions& options = {});

}  // namespace tinytorch
