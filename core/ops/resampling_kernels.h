#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// Along one axis of an image, the neighbouring elements of which each element of the result is a weighted
/// mean; kernels/math/resampling.h has the formulas.
struct AxisResampling {
  enum class Kind {
    window,    ///< the mean of a sliding window
    adaptive,  ///< the means of `to` bins as even as possible
    nearest,   ///< the element at floor(position)
    linear     ///< the two around the position, weighted by distance
  };
  Kind kind;
  std::int64_t from, to;  ///< the length of the image, and of the result
  // window
  std::int64_t kernel = 1, stride = 1, padding = 0;
  bool counts_padding = true;  ///< the padding's zeros count as elements of the mean
  // nearest and linear: position(i) = (i + shift) numerator / denominator - shift, within the image
  double numerator = 1, denominator = 1, shift = 0;
};

/// A linear map of images that is separable into rows and columns: average pooling, and resizing.
struct Resampling {
  AxisResampling height, width;
};

// In these slots images are floating and not empty, row-major or channels-last and dense, both of a call in
// the same order.

/// y = x resampled.
inline Kernel<void(const Tensor& x, const Resampling& sampling, Tensor& y)> resample2d{"resample2d"};
/// dx = the transpose of that map applied to grad.
inline Kernel<void(const Tensor& grad, const Resampling& sampling, Tensor& dx)> resample2d_gradient{
    "resample2d_gradient"};

}  // namespace tinytorch::kernels
