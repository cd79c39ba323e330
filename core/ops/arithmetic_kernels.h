#pragma once

#include "core/ops/elementwise_kernels.h"

namespace tinytorch::kernels {

// Every dtype; y has the operands' dtype. For bool, add is or, and mul is and.
inline BinaryKernel add{"add"};          ///< a + b
inline BinaryKernel mul{"mul"};          ///< a * b
inline BinaryKernel maximum{"maximum"};  ///< max(a, b), NaN if either is NaN
inline BinaryKernel minimum{"minimum"};  ///< min(a, b), NaN if either is NaN
// All but bool; y has the operands' dtype.
inline BinaryKernel sub{"sub"};                    ///< a - b
inline BinaryKernel pow{"pow"};                    ///< a^b
inline BinaryKernel remainder{"remainder"};        ///< a - b * floor(a / b)
inline BinaryKernel floor_divide{"floor_divide"};  ///< floor(a / b)
// Floating.
inline BinaryKernel div{"div"};  ///< a / b

// All but bool.
inline UnaryKernel neg{"neg"};    ///< -x
inline UnaryKernel abs{"abs"};    ///< |x|
inline UnaryKernel sign{"sign"};  ///< x < 0: -1, x > 0: 1, else x

}  // namespace tinytorch::kernels
