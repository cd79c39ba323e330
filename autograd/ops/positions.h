#pragma once

#include "autograd/variable.h"
#include "core/ops/positions.h"

namespace tinytorch {

Variable rotate_halves(const Variable& x, const Tensor& cosine, const Tensor& sine);

}  // namespace tinytorch
