#pragma once

#include "core/ops/resampling.h"
#include "core/ops/window.h"
#include "core/tensor.h"

namespace tinytorch {

enum class Interpolation { nearest, bilinear };

struct InterpolateOptions {
  Interpolation mode = Interpolation::nearest;
  /// bilinear: the corner pixels' centres, not the images' edges, lie on each other.
  bool align_corners = false;
};

namespace detail {
/// @throws as interpolate()
Resampling interpolate_sampling(const Tensor& x, const Pair& size, const InterpolateOptions& options);
Resampling interpolate_sampling(const Tensor& x, double height_scale, double width_scale,
                                const InterpolateOptions& options);
}  // namespace detail

/// x [batch, channels, height, width] resized to `size`, as PyTorch's interpolate(). Nearest takes the pixel
/// at floor(i length / size), exactly (PyTorch rounds the ratio to f32 first); bilinear without align_corners
/// has pixel centres at i + 1/2 and repeats the edge.
/// @throws ShapeError  x has not four axes, or no pixels. DTypeError  not floating. ValueError  a size below
/// 1, or align_corners with nearest
template <TensorLike T>
T interpolate(const T& x, const Pair& size, const InterpolateOptions& options = {}) {
  return resample2d(x, detail::interpolate_sampling(value_of(x), size, options));
}

/// Resized by a factor for each axis, to floor(length factor); positions in x follow from the factor.
/// @throws as interpolate(); ValueError  a factor that gives no pixel, or is not finite
template <TensorLike T>
T interpolate_by(const T& x, double height_scale, double width_scale,
                 const InterpolateOptions& options = {}) {
  return resample2d(x, detail::interpolate_sampling(value_of(x), height_scale, width_scale, options));
}
template <TensorLike T>
T interpolate_by(const T& x, double scale, const InterpolateOptions& options = {}) {
  return interpolate_by(x, scale, scale, options);
}

}  // namespace tinytorch
