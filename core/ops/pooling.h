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
/// const Tensor few = adaptive_max_pool2d(x, {3, 5});            // [1, 3, 3, 5]
/// ```
namespace tinytorch {

/// The options of max_pool2d().
struct MaxPool2dOptions {
  Pair stride = 0;   ///< 0: the size of the kernel
  Pair padding = 0;  ///< at most half the kernel; padding is never the maximum
  Pair dilation = 1;
  bool ceil_mode = false;  ///< the last window may reach beyond the padded image
};
/// The options of avg_pool2d().
struct AvgPool2dOptions {
  Pair stride = 0;                ///< 0: the size of the kernel
  Pair padding = 0;               ///< zeros on either side; at most half the kernel
  bool ceil_mode = false;         ///< the last window may reach beyond the padded image
  bool count_include_pad = true;  ///< the zeros of the padding count as elements of the mean
};

/// The result of max_pool2d_with_indices() and adaptive_max_pool2d_with_indices().
template <TensorLike T>
struct MaxPooled {
  T values;        ///< the maxima, [N, C, H', W']
  Tensor indices;  ///< the row-major index of each maximum in its image [H, W]: i64, of the same shape; -1
                   ///< where a dilated window covers no pixel
};

/// The maximum of each window. The first of equal maxima gets the gradient. NaN is larger than all numbers,
/// and the first NaN is chosen (in PyTorch, the last).
/// @param x  [N, C, H, W]
/// @return   [N, C, H', W'], in x's memory order
/// @throws ShapeError  x is not [N, C, H, W], has no pixels, or is smaller with its padding than the window
/// @throws DTypeError  x is not floating
/// @throws ValueError  kernel, stride, padding or dilation is out of range
Tensor max_pool2d(const Tensor& x, const Pair& kernel, const MaxPool2dOptions& options = {});
/// max_pool2d() that also returns the indices of the maxima.
/// @throws as max_pool2d()
MaxPooled<Tensor> max_pool2d_with_indices(const Tensor& x, const Pair& kernel,
                                          const MaxPool2dOptions& options = {});

/// The mean of each window, for Tensor and Variable.
/// @param x  [N, C, H, W]
/// @return   [N, C, H', W'], in x's memory order
/// @throws as max_pool2d()
template <TensorLike T>
T avg_pool2d(const T& x, const Pair& kernel, const AvgPool2dOptions& options = {});

/// Average pooling to a given size, for Tensor and Variable: each axis of an image is divided into bins of
/// about equal length, which may overlap. As in PyTorch, bin i of n covers the range [floor(i * length / n),
/// ceil((i + 1) * length / n)). A size of 1 gives the mean of the image.
/// @param x  [N, C, H, W]
/// @return   [N, C, size.height, size.width], in x's memory order
/// @throws ShapeError  x is not [N, C, H, W], or has no pixels
/// @throws DTypeError  x is not floating
/// @throws ValueError  the size is less than 1
template <TensorLike T>
T adaptive_avg_pool2d(const T& x, const Pair& size);

/// Max pooling to a given size, for Tensor and Variable: the maximum of each bin of adaptive_avg_pool2d(),
/// chosen as in max_pool2d().
/// @param x  [N, C, H, W]
/// @return   [N, C, size.height, size.width]
/// @throws ShapeError  x is not [N, C, H, W], or has no pixels
/// @throws DTypeError  x is not floating
/// @throws ValueError  the size is less than 1
template <TensorLike T>
T adaptive_max_pool2d(const T& x, const Pair& size);
/// adaptive_max_pool2d() that also returns the indices of the maxima.
/// @throws as adaptive_max_pool2d()
template <TensorLike T>
MaxPooled<T> adaptive_max_pool2d_with_indices(const T& x, const Pair& size);

/// The options of max_pool1d(); see MaxPool2dOptions.
struct MaxPool1dOptions {
  std::int64_t stride = 0;  ///< 0: the kernel's length
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  bool ceil_mode = false;
};
/// The options of avg_pool1d(); see AvgPool2dOptions.
struct AvgPool1dOptions {
  std::int64_t stride = 0;  ///< 0: the kernel's length
  std::int64_t padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
};

/// 1D max pooling, for Tensor and Variable: [N, C, L] gives [N, C, L'].
/// @throws as max_pool2d()
template <TensorLike T>
T max_pool1d(const T& x, std::int64_t kernel, const MaxPool1dOptions& options = {});

/// 1D average pooling, for Tensor and Variable: [N, C, L] gives [N, C, L'].
/// @throws as avg_pool2d()
template <TensorLike T>
T avg_pool1d(const T& x, std::int64_t kernel, const AvgPool1dOptions& options = {});

/// 1D max pooling to a given length, for Tensor and Variable: [N, C, L] gives [N, C, length].
/// @throws as adaptive_max_pool2d()
template <TensorLike T>
T adaptive_max_pool1d(const T& x, std::int64_t length);

}  // namespace tinytorch
