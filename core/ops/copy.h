#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch {

/// A copy with storage of its own, in x's order in memory.
Tensor clone(const Tensor& x);
/// x itself where it is row-major without gaps, else a copy that is.
Tensor contiguous(const Tensor& x);

/// x[...] = value, in place.
void fill(Tensor& x, Scalar value);
/// x[...] = source in place, broadcast to x's shape and converted to its type and device.
/// @throws ShapeError  source does not broadcast to x's shape, or x is an expanded view
void assign(Tensor& x, const Tensor& source);

}  // namespace tinytorch
