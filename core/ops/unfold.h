#pragma once

#include "core/ops/window.h"
#include "core/tensor.h"

/// Sliding windows of images as columns of a matrix, and back: im2col and col2im.
/// ```cpp
/// const Tensor x = randn({1, 3, 4, 4});
/// const Tensor columns = unfold(x, {.kernel = 2, .stride = 2});        // [1, 12, 4]
/// const Tensor same = fold(columns, {4, 4}, {.kernel = 2, .stride = 2});  // x: the windows do not overlap
/// ```
namespace tinytorch {

/// The elements of each window, zeros outside the image: PyTorch's nn.functional.unfold, also known as
/// im2col.
/// @param x  [batch, channels, height, width]
/// @return   [batch, channels * kernel height * kernel width, output positions], the positions in row-major
///           order
/// @throws ShapeError  x has not four axes, or the window is larger than the padded image
/// @throws DTypeError  x is not floating
/// @throws ValueError  an invalid window
Tensor unfold(const Tensor& x, const Window& window);

/// The transpose of unfold(): each element of the columns is added to the pixel it comes from. PyTorch's
/// nn.functional.fold, also known as col2im.
/// @param columns  [batch, channels * kernel height * kernel width, output positions]
/// @param size     of the images
/// @return         [batch, channels, size]
/// @throws ShapeError  columns that no such image gives
/// @throws DTypeError, ValueError  as unfold()
Tensor fold(const Tensor& columns, const Pair& size, const Window& window);

}  // namespace tinytorch
