#pragma once

#include "core/kernel.h"
#include "core/ops/composite.h"
#include "core/ops/rearrange.h"
#include "core/ops/window.h"
#include "core/tensor.h"

namespace tinytorch {

/// How a convolution's window moves, and into how many groups of channels it is cut: output channels of a
/// group see the input channels of that group only. groups = channels is a depthwise convolution.
struct Conv2dOptions {
  Pair stride = 1;
  Pair padding = 0;  ///< zeros on either side; may be larger than the kernel
  Pair dilation = 1;
  std::int64_t groups = 1;
};

/// The same, and `output_padding`: how many rows and columns the result has more than the least image from
/// which a convolution gives the input; less than the stride or the dilation.
struct ConvTranspose2dOptions {
  Pair stride = 1;
  Pair padding = 0;
  Pair output_padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
};

/// Cross-correlation, as PyTorch's conv2d: x [batch, channels, height, width] with weight [out, channels /
/// groups, kernel height, kernel width] and bias [out] (undefined: none) gives [batch, out, ...] of the size
/// window_output_size(). Where x has its channels innermost in memory, so has the result. f32 runs in oneDNN
/// (CPU) or cuDNN; f64 on the CPU, and what oneDNN does not take, as matrix products of unfold()ed images
/// (Chellapilla et al. 2006). In oneDNN the order of addition, and so last bits, may depend on the number of
/// threads.
/// @throws ShapeError   shapes do not fit each other, or the kernel is larger than the padded image
/// @throws DTypeError   not floating, or of different types
/// @throws ValueError   stride, dilation or groups below 1, padding below 0
/// @throws DeviceError  different devices
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv2dOptions& options = {});

/// The gradient of conv2d() for its input, of shape `input`, from that of its result: its transpose in
/// x, linear in both operands. In `grad`'s order in memory.
/// @throws as conv2d()
Tensor conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Shape& input,
                             const Conv2dOptions& options = {});

/// The gradient of conv2d() for its weight, of shape `weight`: its transpose in the weight, linear in both.
/// @throws as conv2d()
Tensor conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Shape& weight,
                              const Conv2dOptions& options = {});

namespace detail {
/// The shape of conv_transpose2d()'s result, and conv2d()'s options for it.
/// @throws as conv_transpose2d()
Shape conv_transpose2d_shape(const Tensor& x, const Tensor& weight, const Tensor& bias,
                             const ConvTranspose2dOptions& options);
Conv2dOptions forward_options(const ConvTranspose2dOptions& options);
/// x with zeros behind it where output_padding makes the result so large that a convolution of it would have
/// more places.
template <TensorLike T>
T with_places(const T& x, const ConvTranspose2dOptions& options) {
  const std::int64_t rows = options.output_padding.height / options.stride.height,
                     columns = options.output_padding.width / options.stride.width;
  return rows == 0 && columns == 0 ? x : pad(x, Paddings{{0, columns}, {0, rows}});
}
/// @throws ShapeError  not x [batch, channels, length] and weight [out, channels / groups, kernel]
void check_conv1d(const Shape& x, const Shape& weight);
}  // namespace detail

/// The transpose of a convolution, as PyTorch's conv_transpose2d: x [batch, channels, height, width] with
/// weight [channels, out / groups, kernel height, kernel width] and bias [out] gives [batch, out, ...] of
/// lengths (length - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
/// @throws as conv2d(); ValueError  output_padding is not less than stride or dilation
template <TensorLike T>
T conv_transpose2d(const T& x, const std::type_identity_t<T>& weight,
                   const std::type_identity_t<T>& bias = {}, const ConvTranspose2dOptions& options = {}) {
  const Shape shape = detail::conv_transpose2d_shape(value_of(x), value_of(weight), value_of(bias), options);
  const T y =
      conv2d_input_gradient(detail::with_places(x, options), weight, shape, detail::forward_options(options));
  return bias.defined() ? y + reshape(bias, {bias.numel(), 1, 1}) : y;
}

/// How the window of conv1d() moves.
struct Conv1dOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

/// conv2d() of images of height 1: x [batch, channels, length], weight [out, channels / groups, kernel].
/// @throws as conv2d()
template <TensorLike T>
T conv1d(const T& x, const std::type_identity_t<T>& weight, const std::type_identity_t<T>& bias = {},
         const Conv1dOptions& options = {}) {
  detail::check_conv1d(x.shape(), weight.shape());
  return squeeze(conv2d(unsqueeze(x, 2), unsqueeze(weight, 2), bias,
                        {.stride = {1, options.stride},
                         .padding = {0, options.padding},
                         .dilation = {1, options.dilation},
                         .groups = options.groups}),
                 2);
}

}  // namespace tinytorch
