#pragma once

#include "core/ops/elementwise_kernels.h"

namespace tinytorch::kernels {

// The functions of the same names in core/ops/bitwise.h. Integers and bool.
inline BinaryKernel bitwise_and{"bitwise_and"};
inline BinaryKernel bitwise_or{"bitwise_or"};
inline BinaryKernel bitwise_xor{"bitwise_xor"};
// Integers.
inline UnaryKernel bitwise_not{"bitwise_not"};
inline BinaryKernel bitwise_left_shift{"bitwise_left_shift"};
inline BinaryKernel bitwise_right_shift{"bitwise_right_shift"};

}  // namespace tinytorch::kernels
