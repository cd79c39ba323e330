#pragma once

#include "core/kernel.h"
#include "core/ops/window.h"
#include "core/tensor.h"

namespace tinytorch {

/// What a window sees at each of its places: x [batch, channels, height, width] gives [batch, channels *
/// kernel height * kernel width, places], zeros outside the image; PyTorch's nn.functional.unfold, also known
/// as im2col. Places are in row-major order.
/// @throws ShapeError  x has not four axes, or the window is larger than the padded image
/// @throws DTypeError  x is not floating. ValueError  a window that makes no sense
Tensor unfold(const Tensor& x, const Window& window);

/// The transpose of unfold(): columns [batch, channels * kernel height * kernel width, places] are added up
/// where they come from, in images of `size`: [batch, channels, height, width]. PyTorch's nn.functional.fold,
/// also known as col2im.
/// @throws ShapeError  columns that no such image gives. DTypeError, ValueError  as unfold()
Tensor fold(const Tensor& columns, const Pair& size, const Window& window);

}  // namespace tinytorch
