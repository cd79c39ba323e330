#pragma once

#include <cstdint>

#include "core/ops/window.h"
#include "core/tensor.h"

/// Pooling: the maximum or the mean of a sliding window. Result sizes are those of window_output_size().
/// ```cpp
/// const Tensor x = randn({1, 3, 8, 8});
/// const Tensor largest = max_pool2d(x, 2);                      // [1, 3, 4, 4]
/// const Tensor means = avg_pool2d(x, {3, 3}, {.stride = 1, .padding = 1});  // [1, 3, 8, 8]
/// const Tensor pixel = adaptive_avg_pool2d(x, 1);               // [1, 3, 1, 1]
/// ```
namespace tinytorch {

/// The window of max_pool2d().
struct MaxPool2dOptions {
  Pair stride = 0;   ///< 0: the kernel's size
  Pair padding = 0;  ///< at most half the kernel; never the largest
  Pair dilation = 1;
  bool ceil_mode = false;  ///< a last window may reach beyond the image and its padding
};
/// The window of avg_pool2d().
struct AvgPool2dOptions {
  Pair stride = 0;   ///< 0: the kernel's size
  Pair padding = 0;  ///< at most half the kernel
  bool ceil_mode = false;
  bool count_include_pad = true;  ///< the padding's zeros count as elements of the mean
};

/// The result of max_pool2d_with_indices().
template <TensorLike T>
struct MaxPooled {
  T values;        ///< the largest elements
  Tensor indices;  ///< of each its row-major index in its image [height, width]: i64; -1 where a dilated
                   ///< window covers no pixel
};

/// The largest element in each window. The first of equal ones has the gradient; NaN is larger than all, and
/// the first NaN wins (PyTorch: the last).
/// @param x  [batch, channels, height, width]
/// @return   [batch, channels, ...]; in x's order in memory
/// @throws ShapeError  x has not four axes, or the window is larger than the padded image
/// @throws DTypeError  x is not floating
/// @throws ValueError  an invalid window
Tensor max_pool2d(const Tensor& x, const Pair& kernel, const MaxPool2dOptions& options = {});
/// max_pool2d() along with the indices of the largest elements.
/// @throws as max_pool2d()
MaxPooled<Tensor> max_pool2d_with_indices(const Tensor& x, const Pair& kernel,
                                          const MaxPool2dOptions& options = {});

/// The mean of each window, for Tensor and Variable.
/// @param x  [batch, channels, height, width]
/// @return   [batch, channels, ...]; in x's order in memory
/// @throws as max_pool2d()
template <TensorLike T>
T avg_pool2d(const T& x, const Pair& kernel, const AvgPool2dOptions& options = {});

/// The means over `size` bins along each axis of an image, for Tensor and Variable. The bins are as even as
/// they can be, overlapping where they must: bin i of n covers floor(i length / n) up to but without
/// ceil((i + 1) length / n), as in PyTorch. A size of {1, 1} gives the mean of the image.
/// @param x  [batch, channels, height, width]
/// @return   [batch, channels, size]; in x's order in memory
/// @throws ShapeError  x has not four axes, or no pixels
/// @throws DTypeError  not floating
/// @throws ValueError  a size below 1
template <TensorLike T>
T adaptive_avg_pool2d(const T& x, const Pair& size);

/// The window of max_pool1d(); see MaxPool2dOptions.
struct MaxPool1dOptions {
  std::int64_t stride = 0;  ///< 0: the kernel's length
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  bool ceil_mode = false;
};
/// The window of avg_pool1d(); see AvgPool2dOptions.
struct AvgPool1dOptions {
  std::int64_t stride = 0;  ///< 0: the kernel's length
  std::int64_t padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
};

/// max_pool2d() of images of height 1: x [batch, channels, length]. For Tensor and Variable.
/// @throws as max_pool2d()
template <TensorLike T>
T max_pool1d(const T& x, std::int64_t kernel, const MaxPool1dOptions& options = {});

/// avg_pool2d() of images of height 1: x [batch, channels, length]. For Tensor and Variable.
/// @throws as avg_pool2d()
template <TensorLike T>
T avg_pool1d(const T& x, std::int64_t kernel, const AvgPool1dOptions& options = {});

}  // namespace tinytorch
