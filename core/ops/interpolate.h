#pragma once

#include "core/ops/window.h"
#include "core/tensor.h"

/// Resizing images, for Tensor and Variable.
/// ```cpp
/// const Tensor x = randn({1, 3, 8, 8});
/// const Tensor larger = interpolate(x, {16, 12}, {.mode = Interpolation::bilinear});  // [1, 3, 16, 12]
/// const Tensor half = interpolate_by(x, 0.5);                                         // [1, 3, 4, 4]
/// ```
namespace tinytorch {

/// How a pixel of the result follows from those of the image.
enum class Interpolation { nearest, bilinear };

struct InterpolateOptions {
  Interpolation mode = Interpolation::nearest;
  /// bilinear: the centres of the corner pixels are aligned instead of the images' edges.
  bool align_corners = false;
};

/// x resized to `size`, as PyTorch's interpolate(). Nearest takes the pixel at floor(i length / size),
/// exactly (PyTorch rounds the ratio to f32 first); bilinear without align_corners has pixel centres at i +
/// 1/2 and repeats the edge.
/// @param x  [batch, channels, height, width]
/// @return   [batch, channels, size]; in x's order in memory
/// @throws ShapeError  x has not four axes, or no pixels
/// @throws DTypeError  not floating
/// @throws ValueError  a size below 1, or align_corners with nearest
template <TensorLike T>
T interpolate(const T& x, const Pair& size, const InterpolateOptions& options = {});

/// x resized by a factor for each axis, to floor(length factor); positions in x follow from the factor.
/// @throws as interpolate()
/// @throws ValueError  a factor that gives no pixel, or is not finite
template <TensorLike T>
T interpolate_by(const T& x, double height_scale, double width_scale, const InterpolateOptions& options = {});
template <TensorLike T>
T interpolate_by(const T& x, double scale, const InterpolateOptions& options = {}) {
  return interpolate_by(x, scale, scale, options);
}

}  // namespace tinytorch
