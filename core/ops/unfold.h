#pragma once

#include "core/ops/window.h"
#include "core/tensor.h"

/// im2col and col2im: the sliding windows of images as columns of a matrix, and back.
/// ```cpp
/// const Tensor x = randn({1, 3, 4, 4});
/// const Tensor columns = unfold(x, {.kernel = 2, .stride = 2});        // [1, 12, 4]
/// const Tensor same = fold(columns, {4, 4}, {.kernel = 2, .stride = 2});  // x: the windows do not overlap
/// ```
namespace tinytorch {

/// Copies the elements of each position of a sliding window to a column, with zeros outside the image. This
/// is PyTorch's nn.functional.unfold, also known as im2col.
/// @param x  [N, C, H, W]
/// @return   [N, C * kH * kW, positions], where the positions are in row-major order
/// @throws ShapeError  x is not [N, C, H, W], or the window is larger than the padded image
/// @throws DTypeError  x is not floating
/// @throws ValueError  a value of the window is out of range
Tensor unfold(const Tensor& x, const Window& window);

/// The transpose of unfold(): adds each element of a column to the pixel that it would be copied from. This
/// is PyTorch's nn.functional.fold, also known as col2im.
/// @param columns  [N, C * kH * kW, positions]
/// @param size     the size of the images, [H, W]
/// @return         [N, C, H, W]
/// @throws ShapeError  `columns` does not have the shape that unfold() gives for such images
/// @throws DTypeError, ValueError  as unfold()
Tensor fold(const Tensor& columns, const Pair& size, const Window& window);

}  // namespace tinytorch
