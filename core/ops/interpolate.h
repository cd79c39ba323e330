#pragma once

#include "core/ops/window.h"
#include "core/tensor.h"

/// Resizing of images, for Tensor and Variable.
/// ```cpp
/// const Tensor x = randn({1, 3, 8, 8});
/// const Tensor larger = interpolate(x, {16, 12}, {.mode = Interpolation::bilinear});  // [1, 3, 16, 12]
/// const Tensor half = interpolate_by(x, 0.5);                                         // [1, 3, 4, 4]
/// ```
namespace tinytorch {

/// How interpolate() computes a pixel: as the nearest pixel of the image, or by bilinear interpolation.
enum class Interpolation { nearest, bilinear };

/// The options of interpolate() and interpolate_by().
struct InterpolateOptions {
  Interpolation mode = Interpolation::nearest;
  /// For bilinear: aligns the centres of the corner pixels instead of the edges of the images.
  bool align_corners = false;
};

/// Resizes images to `size`, like PyTorch's interpolate(). `nearest` reads the pixel at
/// floor(i * length / size), computed exactly (PyTorch rounds the ratio to f32 first). `bilinear` without
/// align_corners has pixel centres at i + 1/2, and repeats the pixels at the edge.
/// @param x  [N, C, H, W]
/// @return   [N, C, size.height, size.width], in x's memory order
/// @throws ShapeError  x is not [N, C, H, W], or has no pixels
/// @throws DTypeError  x is not floating
/// @throws ValueError  the size is less than 1, or align_corners is used with nearest
template <TensorLike T>
T interpolate(const T& x, const Pair& size, const InterpolateOptions& options = {});

/// Resizes images by a factor for each axis, to floor(length * factor). Positions in x are computed from the
/// factors and not from the resulting size.
/// @param x  [N, C, H, W]
/// @throws as interpolate()
/// @throws ValueError  a factor is not finite, or gives no pixel
template <TensorLike T>
T interpolate_by(const T& x, double height_scale, double width_scale, const InterpolateOptions& options = {});
/// Resizes images by the same factor for both axes.
template <TensorLike T>
T interpolate_by(const T& x, double scale, const InterpolateOptions& options = {}) {
  return interpolate_by(x, scale, scale, options);
}

}  // namespace tinytorch
