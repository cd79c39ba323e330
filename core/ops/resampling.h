#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch {

namespace detail {

/// Along one axis of an image, which neighbouring elements each element of the result is a weighted mean of:
/// kernels/math/resampling.h has the formulas.
struct AxisSampling {
  enum class Kind {
    window,    ///< the mean of a moving window
    adaptive,  ///< the means of `to` even parts
    nearest,   ///< the element at floor(position)
    linear     ///< the two around the position, weighted by how near they are
  };
  Kind kind;
  std::int64_t from, to;  ///< the length of the image, and of the result
  // window
  std::int64_t kernel = 1, stride = 1, padding = 0;
  bool counts_padding = true;  ///< the padding's zeros are part of the mean
  // nearest and linear: position(i) = (i + shift) numerator / denominator - shift, within the image
  double numerator = 1, denominator = 1, shift = 0;
};

/// A linear map of images that works on rows and columns apart: pooling by means, and resizing.
struct Resampling {
  AxisSampling height, width;
};

/// x [batch, channels, height, width] resampled. What avg_pool2d() and interpolate() are made of, which give
/// the sampling. In x's order in memory.
/// @throws ShapeError, DTypeError  x is not images of the sampling's size, or not floating
Tensor resample2d(const Tensor& x, const Resampling& sampling);

/// The transpose of that map: the gradient of resample2d() for x.
/// @throws as resample2d()
Tensor resample2d_gradient(const Tensor& grad, const Resampling& sampling);

}  // namespace detail

}  // namespace tinytorch
