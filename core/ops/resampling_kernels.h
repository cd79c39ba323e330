#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A resampling along one axis of an image: each element of the result is a weighted mean of neighbouring
/// elements of the image. kernels/math/resampling.h has the formulas.
struct AxisResampling {
  enum class Kind {
    window,    ///< the mean of a sliding window
    adaptive,  ///< the mean of one of `to` bins, which are as even as possible
    nearest,   ///< the element at floor(position)
    linear     ///< linear interpolation of the two elements around the position
  };
  Kind kind;
  std::int64_t from, to;  ///< the length of the image, and of the result
  // For `window`:
  std::int64_t kernel = 1, stride = 1, padding = 0;
  bool counts_padding = true;  ///< the padding's zeros count as elements of the mean
  // For `nearest` and `linear`: position(i) = (i + shift) * numerator / denominator - shift, clamped to the
  // image.
  double numerator = 1, denominator = 1, shift = 0;
};

/// A resampling of images, separable into rows and columns: average pooling, and resizing.
struct Resampling {
  AxisResampling height, width;
};

// In these slots images are floating, not empty and dense; both images of a call are row-major, or both are
// channels-last.

/// y = x resampled.
inline Kernel<void(const Tensor& x, const Resampling& sampling, Tensor& y)> resample2d{"resample2d"};
/// dx = the gradient of x, from the gradient `grad` of y.
inline Kernel<void(const Tensor& grad, const Resampling& sampling, Tensor& dx)> resample2d_gradient{
    "resample2d_gradient"};

}  // namespace tinytorch::kernels
