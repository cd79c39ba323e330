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

// All but bool; y has x's dtype.
inline UnaryKernel floor{"floor"};
inline UnaryKernel ceil{"ceil"};
inline UnaryKernel trunc{"trunc"};
inline UnaryKernel round{"round"};

}  // namespace tinytorch::kernels
