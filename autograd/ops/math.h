#pragma once

#include "autograd/variable.h"
#include "core/ops/math.h"

namespace tinytorch {

Variable exp(const Variable& x);
Variable log(const Variable& x);
Variable sqrt(const Variable& x);
Variable sin(const Variable& x);
Variable cos(const Variable& x);
Variable tanh(const Variable& x);

}  // namespace tinytorch
