#include "core/ops/internal/pooling.h"

#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/image.h"
#include "core/ops/internal/reduction.h"
#include "core/ops/internal/window.h"
#include "core/ops/pooling_kernels.h"

namespace tinytorch {

namespace {

Window window_of(const Pair& kernel, const MaxPool2dOptions& options) {
  return {.kernel = kernel,
          .stride = detail::pooling_stride(options.stride, kernel),
          .padding = options.padding,
          .dilation = options.dilation};
}

Pair pooled_size(const char* op, const Pair& image, const Window& window, bool ceil_mode) {
  const Pair size = window_output_size(op, image, window, ceil_mode);
  if (window.padding.height > window.kernel.height / 2 || window.padding.width > window.kernel.width / 2) {
    fail<ValueError>(op, "padding is {}; it must be at most half the kernel {}", to_string(window.padding),
                     to_string(window.kernel));
  }
  return size;
}

[[noreturn]] void fail_no_pixels(const char* op, const Shape& x) {
  fail<ShapeError>(op, "the images of {} have no pixels to choose from", x);
}

void check_adaptive_size(const char* op, const Pair& size) {
  if (size.height < 1 || size.width < 1)
    fail<ValueError>(op, "size is {}; it must be at least 1", to_string(size));
}

Shape max_pool2d_shape(const char* op, const Shape& x, const Window& window, bool ceil_mode) {
  if (x[2] == 0 || x[3] == 0) fail_no_pixels(op, x);
  const Pair size = pooled_size(op, image_size(x), window, ceil_mode);
  return {x[0], x[1], size.height, size.width};
}

/// @param with_indices  false leaves the indices undefined
MaxPooled<Tensor> pooled(const Tensor& x, const Pair& kernel, const MaxPool2dOptions& options,
                         bool with_indices) {
  require_images("max_pool2d", x);
  const Window window = window_of(kernel, options);
  const Shape shape = max_pool2d_shape("max_pool2d", x.shape(), window, options.ceil_mode);
  const Tensor images = dense_images(x);
  const bool channels_last = is_channels_last(images);
  Tensor y = empty_images(shape, channels_last, x.dtype(), x.device()), indices;
  if (with_indices) indices = empty_images(shape, channels_last, DType::i64, x.device());
  if (y.numel() > 0) kernels::max_pool2d(images, window, indices, y);
  return {y, indices};
}

/// Checks the indices of pooled images of `shape`.
void check_indices(const char* op, const Tensor& x, const Tensor& indices, const Shape& shape) {
  require_defined(op, indices, "indices");
  common_device(op, {"x", x}, {"indices", indices});
  if (indices.dtype() != DType::i64)
    fail<DTypeError>(op, "indices are {}; wanted i64, as max_pool2d_with_indices() gives them",
                     indices.dtype());
  if (indices.shape() != shape)
    fail<ShapeError>(op, "indices are {}, but the pooled images are {}", indices.shape(), shape);
}

}  // namespace

Tensor max_pool2d(const Tensor& x, const Pair& kernel, const MaxPool2dOptions& options) {
  const OpScope scope("max_pool2d");
  return pooled(x, kernel, options, false).values;
}

MaxPooled<Tensor> max_pool2d_with_indices(const Tensor& x, const Pair& kernel,
                                          const MaxPool2dOptions& options) {
  const OpScope scope("max_pool2d_with_indices");
  return pooled(x, kernel, options, true);
}

namespace detail {

Tensor max_pool2d_at(const Tensor& x, const Tensor& indices, const Pair& kernel,
                     const MaxPool2dOptions& options) {
  constexpr const char* kOp = "max_pool2d_at";
  require_images(kOp, x);
  const Shape shape = max_pool2d_shape(kOp, x.shape(), window_of(kernel, options), options.ceil_mode);
  check_indices(kOp, x, indices, shape);
  const Tensor images = dense_images(x);
  const bool channels_last = is_channels_last(images);
  Tensor y = empty_images(shape, channels_last, x.dtype(), x.device());
  if (y.numel() > 0) kernels::max_pool2d_at(images, ordered_images(indices, channels_last), y);
  return y;
}

Tensor max_pool2d_gradient(const Tensor& grad, const Tensor& indices, const Shape& input, const Pair& kernel,
                           const MaxPool2dOptions& options) {
  constexpr const char* kOp = "max_pool2d_gradient";
  require_images(kOp, grad);
  if (input.size() != 4)
    fail<ShapeError>(kOp, "the input's shape is {}; wanted [batch, channels, height, width]", input);
  const Window window = window_of(kernel, options);
  const Shape shape = max_pool2d_shape(kOp, input, window, options.ceil_mode);
  if (grad.shape() != shape)
    fail<ShapeError>(kOp, "the gradient is {}, but an input {} gives {}", grad.shape(), input, shape);
  check_indices(kOp, grad, indices, shape);
  const Tensor images = dense_images(grad);
  const bool channels_last = is_channels_last(images);
  Tensor dx = empty_images(input, channels_last, grad.dtype(), grad.device());
  if (dx.numel() > 0)
    kernels::max_pool2d_gradient(images, ordered_images(indices, channels_last), window, dx);
  return dx;
}

namespace {

kernels::AxisResampling window_axis(std::int64_t from, std::int64_t to, std::int64_t kernel,
                                    std::int64_t stride, std::int64_t padding, bool counts_padding) {
  return {.kind = kernels::AxisResampling::Kind::window,
          .from = from,
          .to = to,
          .kernel = kernel,
          .stride = stride,
          .padding = padding,
          .counts_padding = counts_padding};
}

}  // namespace

kernels::Resampling avg_pool2d_sampling(const Tensor& x, const Pair& kernel,
                                        const AvgPool2dOptions& options) {
  require_images("avg_pool2d", x);
  const Pair image = image_size(x.shape()), stride = detail::pooling_stride(options.stride, kernel);
  const Pair size =
      pooled_size("avg_pool2d", image, {.kernel = kernel, .stride = stride, .padding = options.padding},
                  options.ceil_mode);
  return {.height = window_axis(image.height, size.height, kernel.height, stride.height,
                                options.padding.height, options.count_include_pad),
          .width = window_axis(image.width, size.width, kernel.width, stride.width, options.padding.width,
                               options.count_include_pad)};
}

kernels::Resampling adaptive_avg_pool2d_sampling(const Tensor& x, const Pair& size) {
  constexpr const char* kOp = "adaptive_avg_pool2d";
  require_images(kOp, x);
  check_adaptive_size(kOp, size);
  const Pair image = image_size(x.shape());
  if (image.height == 0 || image.width == 0)
    fail<ShapeError>(kOp, "the images of {} have no pixels to average", x.shape());
  const auto axis = [](std::int64_t from, std::int64_t to) {
    return kernels::AxisResampling{.kind = kernels::AxisResampling::Kind::adaptive, .from = from, .to = to};
  };
  return {.height = axis(image.height, size.height), .width = axis(image.width, size.width)};
}

std::optional<Pair> uniform_bins(const char* op, const Tensor& x, const Pair& size) {
  require_images(op, x);
  check_adaptive_size(op, size);
  const Pair image = image_size(x.shape());
  if (image.height == 0 || image.width == 0) fail_no_pixels(op, x.shape());
  if (image.height % size.height != 0 || image.width % size.width != 0) return {};
  return Pair(image.height / size.height, image.width / size.width);
}

Tensor adaptive_max_indices(const char* op, const Tensor& x, const Pair& size) {
  const Pair image = image_size(x.shape());
  const Shape shape{x.shape()[0], x.shape()[1], size.height, size.width};
  checked_numel(op, shape);
  // No product of an index and a length overflows.
  checked_numel(op, {image.height, size.height, 2});
  checked_numel(op, {image.width, size.width, 2});
  const Tensor images = dense_images(x);
  Tensor indices = empty_images(shape, is_channels_last(images), DType::i64, x.device());
  if (indices.numel() > 0) kernels::adaptive_max_pool2d(images, indices);
  return indices;
}

void check_pool1d(const char* op, const Shape& x) {
  if (x.size() != 3) fail<ShapeError>(op, "input is {}; wanted [batch, channels, length]", x);
}

}  // namespace detail

TINYTORCH_INSTANTIATE_POOLING(Tensor);

}  // namespace tinytorch
