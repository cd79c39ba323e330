#pragma once

#include "core/ops/elementwise_kernels.h"

namespace tinytorch::kernels {

// Every dtype; y has the operands' dtype. For bool, add is or, and mul is and.
inline BinaryKernel add{"add"};              ///< a + b
inline BinaryKernel mul{"mul"};              ///< a * b
inline BinaryKernel maximum{"maximum"};      ///< max(a, b), NaN if either is NaN
inline BinaryKernel minimum{"minimum"};      ///< min(a, b), NaN if either is NaN
inline BinaryKernel clamp_min{"clamp_min"};  ///< a < b ? b : a
inline BinaryKernel clamp_max{"clamp_max"};  ///< a > b ? b : a
inline TernaryKernel<> clamp{"clamp"};       ///< clamp_max(clamp_min(a, b), c)
// All but bool; y has the operands' dtype.
inline BinaryKernel sub{"sub"};                    ///< a - b
inline BinaryKernel pow{"pow"};                    ///< a^b
inline BinaryKernel remainder{"remainder"};        ///< a - b * floor(a / b)
inline BinaryKernel floor_divide{"floor_divide"};  ///< floor(a / b)
// Floating.
inline BinaryKernel div{"div"};                   ///< a / b
inline TernaryKernel<> lerp{"lerp"};              ///< a + c (b - a)
inline TernaryKernel<double> addcmul{"addcmul"};  ///< a + value b c

// The gradients of the functions above.
inline GradientKernel<double, double> clamp_gradient{
    "clamp_gradient"};                                               ///< x < low or x > high: 0, else grad
inline GradientKernel<> reciprocal_gradient{"reciprocal_gradient"};  ///< -grad y^2, from y = 1 / x
inline BinaryGradientKernel div_gradient{"div_gradient"};            ///< of b: -grad a / b^2
inline BinaryGradientKernel pow_gradient{"pow_gradient"};  ///< of a: grad b a^(b - 1), 0 where b is 0
/// Of b: grad a^b log(a), 0 where a^b is constant in b: 0 or infinity to a power that gives 0.
inline BinaryGradientKernel pow_exponent_gradient{"pow_exponent_gradient"};

// All but bool.
inline UnaryKernel neg{"neg"};    ///< -x
inline UnaryKernel abs{"abs"};    ///< |x|
inline UnaryKernel sign{"sign"};  ///< x < 0: -1, x > 0: 1, else x

}  // namespace tinytorch::kernels
