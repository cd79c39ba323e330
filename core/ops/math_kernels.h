#pragma once

#include "core/ops/elementwise_kernels.h"

namespace tinytorch::kernels {

// Floating; y has x's dtype.
inline UnaryKernel exp{"exp"};
inline UnaryKernel exp2{"exp2"};
inline UnaryKernel expm1{"expm1"};
inline UnaryKernel log{"log"};
inline UnaryKernel log2{"log2"};
inline UnaryKernel log10{"log10"};
inline UnaryKernel log1p{"log1p"};
inline UnaryKernel sqrt{"sqrt"};
inline UnaryKernel rsqrt{"rsqrt"};
inline UnaryKernel sin{"sin"};
inline UnaryKernel cos{"cos"};
inline UnaryKernel tan{"tan"};
inline UnaryKernel asin{"asin"};
inline UnaryKernel acos{"acos"};
inline UnaryKernel atan{"atan"};
inline UnaryKernel sinh{"sinh"};
inline UnaryKernel cosh{"cosh"};
inline UnaryKernel tanh{"tanh"};
inline UnaryKernel erf{"erf"};
inline BinaryKernel atan2{"atan2"};

// The gradients of the functions above, from x or, where the comment says so, y.
inline GradientKernel<> expm1_gradient{"expm1_gradient"};
inline GradientKernel<> log1p_gradient{"log1p_gradient"};
inline GradientKernel<> rsqrt_gradient{"rsqrt_gradient"};  // y
inline GradientKernel<> sin_gradient{"sin_gradient"};
inline GradientKernel<> cos_gradient{"cos_gradient"};
inline GradientKernel<> tan_gradient{"tan_gradient"};  // y
inline GradientKernel<> asin_gradient{"asin_gradient"};
inline GradientKernel<> acos_gradient{"acos_gradient"};
inline GradientKernel<> atan_gradient{"atan_gradient"};
inline GradientKernel<> sinh_gradient{"sinh_gradient"};
inline GradientKernel<> cosh_gradient{"cosh_gradient"};
inline GradientKernel<> tanh_gradient{"tanh_gradient"};  // y
inline GradientKernel<> erf_gradient{"erf_gradient"};
inline GradientKernel<> abs_gradient{"abs_gradient"};
/// dx = factor grad x, for functions whose derivative is a multiple of x or y, as of squares and of exp2.
inline GradientKernel<double> product_gradient{"product_gradient"};
/// dx = factor grad / x, for functions whose derivative is a multiple of 1 / x or 1 / y, as of log2 and sqrt.
inline GradientKernel<double> quotient_gradient{"quotient_gradient"};

// The gradients of atan2's operands.
inline BinaryGradientKernel atan2_gradient{"atan2_gradient"};                ///< grad b / (a^2 + b^2)
inline BinaryGradientKernel atan2_second_gradient{"atan2_second_gradient"};  ///< -grad a / (a^2 + b^2)

// All but bool; y has x's dtype.
inline UnaryKernel floor{"floor"};
inline UnaryKernel ceil{"ceil"};
inline UnaryKernel trunc{"trunc"};
inline UnaryKernel round{"round"};

}  // namespace tinytorch::kernels
