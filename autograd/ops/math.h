#pragma once

#include "autograd/variable.h"
#include "core/ops/math.h"

/// Mathematical functions on Variables; see core/ops/math.h.
namespace tinytorch {

Variable exp(const Variable& x);
Variable exp2(const Variable& x);
Variable expm1(const Variable& x);
Variable log(const Variable& x);
Variable log2(const Variable& x);
Variable log10(const Variable& x);
Variable log1p(const Variable& x);
Variable sqrt(const Variable& x);
Variable rsqrt(const Variable& x);
Variable sin(const Variable& x);
Variable cos(const Variable& x);
Variable tan(const Variable& x);
Variable asin(const Variable& x);
Variable acos(const Variable& x);
Variable atan(const Variable& x);
Variable sinh(const Variable& x);
Variable cosh(const Variable& x);
Variable tanh(const Variable& x);
Variable erf(const Variable& x);

/// The gradients of floor(), ceil(), trunc() and round() are 0 everywhere.
Variable floor(const Variable& x);
Variable ceil(const Variable& x);
Variable trunc(const Variable& x);
Variable round(const Variable& x);

Variable atan2(const Variable& a, const Variable& b);

}  // namespace tinytorch
