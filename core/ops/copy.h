#pragma once

#include "core/tensor.h"

/// Copies, and assignments in place.
///
/// ```cpp
/// Tensor x = zeros({2, 3});
/// const Tensor before = clone(x);
/// assign(x, Tensor{1, 2, 3});  // broadcast and converted: each row is [1, 2, 3]
/// fill(x, 7);
/// ```
///
/// To write to a part of a tensor, name a view of it and assign to that. `row = y` would copy no elements.
/// ```cpp
/// Tensor x = zeros({2, 3});
/// Tensor row = select(x, 0, 1);
/// assign(row, Tensor{1, 2, 3});  // x is [[0, 0, 0], [1, 2, 3]]
/// ```
namespace tinytorch {

/// A copy of x with its own storage, in x's memory order.
/// @throws ValueError  x is undefined
Tensor clone(const Tensor& x);
/// x itself if it is contiguous, otherwise a contiguous copy.
/// @throws ValueError  x is undefined
Tensor contiguous(const Tensor& x);

/// Sets all elements of x to a value, converted to x's dtype.
/// @throws ValueError  x is undefined
void fill(Tensor& x, Scalar value);
/// Copies `source` into x. The source is broadcast to x's shape, and converted to its dtype and device.
/// @throws ShapeError  source does not broadcast to x's shape, or x is an expanded view
/// @throws ValueError  x or source is undefined
void assign(Tensor& x, const Tensor& source);

}  // namespace tinytorch
