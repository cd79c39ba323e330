#include "core/ops/internal/convolution.h"

#include <algorithm>

#include "core/internal/checked.h"
#include "core/ops/convolution_kernels.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/image.h"
#include "core/ops/internal/window.h"

namespace tinytorch {

namespace {

void require_like(const char* op, const char* name, const Tensor& x, const char* other_name,
                  const Tensor& other) {
  require_defined(op, other, other_name);
  common_device(op, {name, x}, {other_name, other});
  if (x.dtype() != other.dtype()) {
    fail<DTypeError>(op, "{} is {}, but {} is {}; convert one with .to(dtype)", name, x.dtype(), other_name,
                     other.dtype());
  }
}

void check_groups(const char* op, const Shape& weight, std::int64_t groups) {
  if (weight.size() != 4)
    fail<ShapeError>(op, "weight is {}; wanted [out, in / groups, kernel height, kernel width]", weight);
  if (groups < 1) fail<ValueError>(op, "groups is {}; it must be at least 1", groups);
  if (weight[0] % groups != 0) {
    fail<ShapeError>(op, "the weight {} has {} filters, which {} groups do not share evenly", weight,
                     weight[0], groups);
  }
}

/// The shape of a convolution's result.
Shape result_shape(const char* op, const Shape& x, const Shape& weight, const Conv2dOptions& options) {
  if (x.size() != 4)
    fail<ShapeError>(op, "the input's shape is {}; wanted [batch, channels, height, width]", x);
  check_groups(op, weight, options.groups);
  const std::int64_t channels = checked_mul(op, weight[1], options.groups);
  if (x[1] != channels) {
    fail<ShapeError>(op, "input has {} channels, but the weight {} expects {} (groups = {})", x[1], weight,
                     channels, options.groups);
  }
  const Pair size = window_output_size(op, image_size(x),
                                       {.kernel = image_size(weight),
                                        .stride = options.stride,
                                        .padding = options.padding,
                                        .dilation = options.dilation});
  return {x[0], weight[0], size.height, size.width};
}

void check_bias(const char* op, const Tensor& x, const Tensor& bias, std::int64_t out) {
  if (!bias.defined()) return;
  require_like(op, "input", x, "the bias", bias);
  if (bias.shape() != Shape{out})
    fail<ShapeError>(op, "bias is {}, but there are {} output channels; wanted [{}]", bias.shape(), out, out);
}

void check_gradient(const char* op, const Shape& grad, const Shape& x, const Shape& weight,
                    const Conv2dOptions& options) {
  const Shape wanted = result_shape(op, x, weight, options);
  if (grad != wanted) {
    fail<ShapeError>(op, "the gradient is {}, but an input {} and a weight {} give {}", grad, x, weight,
                     wanted);
  }
}

/// Fills y with the bias, or zeros: the result where the sum has no terms.
void fill_without_terms(Tensor& y, const Tensor& bias) {
  if (y.numel() == 0) return;
  if (bias.defined()) {
    assign(y, reshape(bias, {bias.numel(), 1, 1}));
  } else {
    fill(y, 0);
  }
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options) {
  const OpScope scope("conv2d");
  require_images("conv2d", x);
  require_like("conv2d", "input", x, "the weight", weight);
  const Shape shape = result_shape("conv2d", x.shape(), weight.shape(), options);
  check_bias("conv2d", x, bias, shape[1]);
  const Tensor images = dense_images(x);
  Tensor y = empty_images(shape, is_channels_last(images), x.dtype(), x.device());
  if (x.numel() == 0 || weight.numel() == 0) {
    fill_without_terms(y, bias);
  } else {
    kernels::conv2d(images, contiguous(weight), bias.defined() ? contiguous(bias) : bias, options, y);
  }
  return y;
}

Tensor conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Shape& input,
                             const Conv2dOptions& options) {
  const OpScope scope("conv2d_input_gradient");
  constexpr const char* kOp = "conv2d_input_gradient";
  require_images(kOp, grad);
  require_like(kOp, "the gradient", grad, "the weight", weight);
  check_gradient(kOp, grad.shape(), input, weight.shape(), options);
  const Tensor images = dense_images(grad);
  Tensor dx = empty_images(input, is_channels_last(images), grad.dtype(), grad.device());
  if (dx.numel() == 0 || grad.numel() == 0 || weight.numel() == 0) {
    fill_without_terms(dx, {});
  } else {
    kernels::conv2d_input_gradient(images, contiguous(weight), options, dx);
  }
  return dx;
}

Tensor conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Shape& weight,
                              const Conv2dOptions& options) {
  const OpScope scope("conv2d_weight_gradient");
  constexpr const char* kOp = "conv2d_weight_gradient";
  require_images(kOp, grad);
  require_like(kOp, "the gradient", grad, "the input", x);
  check_gradient(kOp, grad.shape(), x.shape(), weight, options);
  Tensor dw = empty(weight, {.dtype = x.dtype(), .device = x.device()});
  if (grad.numel() == 0 || x.numel() == 0) {
    fill_without_terms(dw, {});
  } else {
    const Tensor images = dense_images(x);
    kernels::conv2d_weight_gradient(ordered_images(grad, is_channels_last(images)), images, options, dw);
  }
  return dw;
}

namespace detail {

namespace {

std::int64_t transposed_length(std::int64_t length, std::int64_t kernel, std::int64_t stride,
                               std::int64_t padding, std::int64_t output_padding, std::int64_t dilation) {
  // The window's parameters are at most 2^31, so that only the first product can overflow.
  std::int64_t last = 0;
  if (__builtin_mul_overflow(length - 1, stride, &last) ||
      __builtin_add_overflow(last, dilation * (kernel - 1) + output_padding + 1, &last)) {
    fail<ShapeError>("conv_transpose2d", "an axis of {} elements and a stride of {} give more than 2^63",
                     length, stride);
  }
  return last - 2 * padding;
}

void check_output_padding(const ConvTranspose2dOptions& options) {
  const Pair &extra = options.output_padding, &stride = options.stride, &dilation = options.dilation;
  const bool fits = extra.height >= 0 && extra.width >= 0 &&
                    extra.height < std::max(stride.height, dilation.height) &&
                    extra.width < std::max(stride.width, dilation.width);
  if (!fits) {
    fail<ValueError>(
        "conv_transpose2d",
        "output_padding is {}; it must be 0 or more, and less than the stride {} or the dilation {}",
        to_string(extra), to_string(stride), to_string(dilation));
  }
}

}  // namespace

Shape conv_transpose2d_shape(const Tensor& x, const Tensor& weight, const Tensor& bias,
                             const ConvTranspose2dOptions& options) {
  constexpr const char* kOp = "conv_transpose2d";
  require_images(kOp, x);
  require_like(kOp, "input", x, "the weight", weight);
  check_groups(kOp, weight.shape(), options.groups);
  check_window(kOp, {.kernel = image_size(weight.shape()),
                     .stride = options.stride,
                     .padding = options.padding,
                     .dilation = options.dilation});
  check_output_padding(options);
  if (x.shape()[1] != weight.shape()[0]) {
    fail<ShapeError>(kOp, "input has {} channels, but the weight {} expects {}", x.shape()[1], weight.shape(),
                     weight.shape()[0]);
  }
  const Pair image = image_size(x.shape()), kernel = image_size(weight.shape());
  const Shape shape{
      x.shape()[0], checked_mul(kOp, weight.shape()[1], options.groups),
      transposed_length(image.height, kernel.height, options.stride.height, options.padding.height,
                        options.output_padding.height, options.dilation.height),
      transposed_length(image.width, kernel.width, options.stride.width, options.padding.width,
                        options.output_padding.width, options.dilation.width)};
  if (shape[2] < 1 || shape[3] < 1) {
    fail<ShapeError>(kOp, "input {} with weight {} and padding {} would give an image of {} x {}; pad less",
                     x.shape(), weight.shape(), to_string(options.padding), shape[2], shape[3]);
  }
  check_bias(kOp, x, bias, shape[1]);
  return shape;
}

Conv2dOptions forward_options(const ConvTranspose2dOptions& options) {
  return {.stride = options.stride,
          .padding = options.padding,
          .dilation = options.dilation,
          .groups = options.groups};
}

void check_conv1d(const Shape& x, const Shape& weight) {
  if (x.size() == 3 && weight.size() == 3) return;
  fail<ShapeError>("conv1d",
                   "input is {}, weight {}; wanted [batch, channels, length] and [out, channels / "
                   "groups, kernel]",
                   x, weight);
}

}  // namespace detail

TINYTORCH_INSTANTIATE_CONVOLUTION(Tensor);

}  // namespace tinytorch
