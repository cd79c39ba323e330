#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot of reductions. y has x's rank; an axis is reduced where y's length is 1 and x's is not. x has any
/// strides; y is contiguous and has at least one element.
using ReductionKernel = Kernel<void(const Tensor& x, Tensor& y)>;
/// All element types; y is i64 for integers and bool, else x's. x may be empty.
inline ReductionKernel sum{"sum"};
inline ReductionKernel prod{"prod"};
// All element types; y has x's. x is not empty.
inline ReductionKernel max{"max"};
inline ReductionKernel min{"min"};

/// y[...] = the first place of the extreme element along the axis; x not empty, any strides and type; y is
/// i64, contiguous, of x's shape with length 1 at the axis.
using ArgReductionKernel = Kernel<void(const Tensor& x, const int& axis, Tensor& y)>;
inline ArgReductionKernel argmax{"argmax"};
inline ArgReductionKernel argmin{"argmin"};

}  // namespace tinytorch::kernels
