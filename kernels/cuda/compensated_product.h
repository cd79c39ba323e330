#pragma once

#include "core/tensor.h"
#include "kernels/iteration_space.h"
#include "kernels/product.h"

// f32 products that are not left to cuBLAS, because it adds without regard to rounding errors.
namespace tinytorch::cuda {

/// True for products of a row or a column, and for long sums, unless TF32 is allowed.
bool needs_compensation(const Product<float>& product);

/// Computes the products of a batch whose first is `product`; needs_compensation() holds for it. y is
/// contiguous.
void multiply_compensated(const Product<float>& product, const IterationSpace<3>& batch, Tensor& y);

}  // namespace tinytorch::cuda
