#pragma once

#include "core/kernel.h"
#include "core/ops/elementwise_kernels.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// Every dtype for a and b; y is bool.
inline BinaryKernel eq{"eq"};
inline BinaryKernel ne{"ne"};
inline BinaryKernel lt{"lt"};
inline BinaryKernel le{"le"};
inline BinaryKernel gt{"gt"};
inline BinaryKernel ge{"ge"};
// Floating; y is bool.
inline UnaryKernel isnan{"isnan"};
inline UnaryKernel isinf{"isinf"};
inline UnaryKernel isfinite{"isfinite"};
// a, b and y are bool.
inline BinaryKernel logical_and{"logical_and"};
inline BinaryKernel logical_or{"logical_or"};
inline BinaryKernel logical_xor{"logical_xor"};
inline UnaryKernel logical_not{"logical_not"};

/// y = condition ? a : b. All four have the same shape and any strides; condition is bool; a, b and y have
/// one dtype. An operand whose strides are all 0 is a scalar; it may be on the CPU even if y is not.
inline Kernel<void(const Tensor& condition, const Tensor& a, const Tensor& b, Tensor& y)> where{"where"};

}  // namespace tinytorch::kernels
