#pragma once

#include "core/op_scope.h"
#include "core/ops/composite.h"
#include "core/ops/convolution.h"
#include "core/ops/rearrange.h"

// Internal: the checks of core/ops/convolution.h, and the definitions of its templates.
namespace tinytorch {

namespace detail {

/// The shape of conv_transpose2d()'s result.
/// @throws as conv_transpose2d()
Shape conv_transpose2d_shape(const Tensor& x, const Tensor& weight, const Tensor& bias,
                             const ConvTranspose2dOptions& options);
/// The options of the convolution that is transposed.
Conv2dOptions forward_options(const ConvTranspose2dOptions& options);
/// @throws ShapeError  not x [batch, channels, length] and weight [out, channels / groups, kernel]
void check_conv1d(const Shape& x, const Shape& weight);

/// x with zeros after it where output_padding makes the result so large that the convolution of it has more
/// output positions than x has elements.
template <TensorLike T>
T pad_to_output(const T& x, const ConvTranspose2dOptions& options) {
  const std::int64_t rows = options.output_padding.height / options.stride.height,
                     columns = options.output_padding.width / options.stride.width;
  return rows == 0 && columns == 0 ? x : pad(x, Paddings{{0, columns}, {0, rows}});
}

}  // namespace detail

template <TensorLike T>
T conv_transpose2d(const T& x, const std::type_identity_t<T>& weight, const std::type_identity_t<T>& bias,
                   const ConvTranspose2dOptions& options) {
  const OpScope scope("conv_transpose2d");
  const Shape shape = detail::conv_transpose2d_shape(value_of(x), value_of(weight), value_of(bias), options);
  const T y = conv2d_input_gradient(detail::pad_to_output(x, options), weight, shape,
                                    detail::forward_options(options));
  return bias.defined() ? y + reshape(bias, {bias.numel(), 1, 1}) : y;
}

template <TensorLike T>
T conv1d(const T& x, const std::type_identity_t<T>& weight, const std::type_identity_t<T>& bias,
         const Conv1dOptions& options) {
  const OpScope scope("conv1d");
  detail::check_conv1d(x.shape(), weight.shape());
  return squeeze(conv2d(unsqueeze(x, 2), unsqueeze(weight, 2), bias,
                        {.stride = {1, options.stride},
                         .padding = {0, options.padding},
                         .dilation = {1, options.dilation},
                         .groups = options.groups}),
                 2);
}

}  // namespace tinytorch

/// The templates of core/ops/convolution.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_CONVOLUTION(T)                                                   \
  template T conv_transpose2d<T>(const T&, const T&, const T&, const ConvTranspose2dOptions&); \
  template T conv1d<T>(const T&, const T&, const T&, const Conv1dOptions&)
