#pragma once

#include "core/kernel.h"
#include "core/ops/composite.h"
#include "core/ops/resampling.h"
#include "core/ops/window.h"
#include "core/tensor.h"

namespace tinytorch {

/// How a pooling window moves over images.
struct MaxPool2dOptions {
  Pair stride = 0;   ///< 0: the kernel's length
  Pair padding = 0;  ///< at most half the kernel; never the largest
  Pair dilation = 1;
  bool ceil_mode = false;  ///< a last window may reach beyond the image and its padding
};
struct AvgPool2dOptions {
  Pair stride = 0;   ///< 0: the kernel's length
  Pair padding = 0;  ///< at most half the kernel
  bool ceil_mode = false;
  bool count_include_pad = true;  ///< the padding's zeros count as elements of the mean
};

/// What max_pool2d_with_places() gives: the largest elements, and where in its image [height, width] each
/// was, as i64 in row-major order; -1 where a dilated window saw nothing.
template <TensorLike T>
struct MaxPooled {
  T values;
  Tensor places;
};

/// The largest element in each place of a window over x [batch, channels, height, width]; sizes as
/// window_output_size(). The first of equal ones has the gradient; NaN is larger than all, and the first NaN
/// wins (PyTorch: the last). In x's order in memory.
/// @throws ShapeError  x has not four axes, or the window is larger than the padded image
/// @throws DTypeError  x is not floating. ValueError  a window that makes no sense
Tensor max_pool2d(const Tensor& x, const Pair& kernel, const MaxPool2dOptions& options = {});
MaxPooled<Tensor> max_pool2d_with_places(const Tensor& x, const Pair& kernel,
                                         const MaxPool2dOptions& options = {});

namespace detail {
/// The stride, where 0 stands for the kernel's length.
Pair pooling_stride(const Pair& stride, const Pair& kernel);

/// y[n, c, i, j] = the element of image x[n, c] at places[n, c, i, j], as max_pool2d_with_places() gives them
/// for this kernel and these options; 0 where that is -1. The places are trusted to lie within the image.
/// @throws as max_pool2d(); ShapeError, DTypeError  places that no such call gives
Tensor max_pool2d_at(const Tensor& x, const Tensor& places, const Pair& kernel,
                     const MaxPool2dOptions& options = {});

/// The transpose: an image [height, width] of `input`'s shape in which each element is the sum of what `grad`
/// has for it at its places.
/// @throws as max_pool2d_at()
Tensor max_pool2d_gradient(const Tensor& grad, const Tensor& places, const Shape& input, const Pair& kernel,
                           const MaxPool2dOptions& options = {});

/// @throws as avg_pool2d()
Resampling avg_pool2d_sampling(const Tensor& x, const Pair& kernel, const AvgPool2dOptions& options);
/// @throws as adaptive_avg_pool2d()
Resampling adaptive_avg_pool2d_sampling(const Tensor& x, const Pair& size);
/// @throws ShapeError  not [batch, channels, length]
void check_pool1d(const char* op, const Shape& x);
}  // namespace detail

/// The mean in each place of a window over x [batch, channels, height, width]; sizes as window_output_size().
/// @throws as max_pool2d()
template <TensorLike T>
T avg_pool2d(const T& x, const Pair& kernel, const AvgPool2dOptions& options = {}) {
  return resample2d(x, detail::avg_pool2d_sampling(value_of(x), kernel, options));
}

/// Means over `size` parts of an image along each axis, as even as they can be, overlapping where they must:
/// part i of n covers floor(i length / n) up to but without ceil((i + 1) length / n), as in PyTorch. {1, 1}
/// is the mean of the image.
/// @throws ShapeError  x has not four axes, or no pixels. DTypeError  not floating. ValueError  a size below
/// 1
template <TensorLike T>
T adaptive_avg_pool2d(const T& x, const Pair& size) {
  const detail::Resampling sampling = detail::adaptive_avg_pool2d_sampling(value_of(x), size);
  return size == Pair(1) ? mean(x, {2, 3}, true) : resample2d(x, sampling);
}

struct MaxPool1dOptions {
  std::int64_t stride = 0;  ///< 0: the kernel's length
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  bool ceil_mode = false;
};
struct AvgPool1dOptions {
  std::int64_t stride = 0;  ///< 0: the kernel's length
  std::int64_t padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
};

/// max_pool2d() of images of height 1: x [batch, channels, length].
/// @throws as max_pool2d()
template <TensorLike T>
T max_pool1d(const T& x, std::int64_t kernel, const MaxPool1dOptions& options = {}) {
  detail::check_pool1d("max_pool1d", x.shape());
  return squeeze(max_pool2d(unsqueeze(x, 2), {1, kernel},
                            {.stride = {1, options.stride},
                             .padding = {0, options.padding},
                             .dilation = {1, options.dilation},
                             .ceil_mode = options.ceil_mode}),
                 2);
}

/// avg_pool2d() of images of height 1: x [batch, channels, length].
/// @throws as avg_pool2d()
template <TensorLike T>
T avg_pool1d(const T& x, std::int64_t kernel, const AvgPool1dOptions& options = {}) {
  detail::check_pool1d("avg_pool1d", x.shape());
  return squeeze(avg_pool2d(unsqueeze(x, 2), {1, kernel},
                            {.stride = {1, options.stride},
                             .padding = {0, options.padding},
                             .ceil_mode = options.ceil_mode,
                             .count_include_pad = options.count_include_pad}),
                 2);
}

}  // namespace tinytorch
