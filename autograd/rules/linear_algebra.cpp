#include "core/ops/internal/linear_algebra.h"

#include "autograd/ops.h"

namespace tinytorch {

TINYTORCH_INSTANTIATE_LINEAR_ALGEBRA(Variable);

}  // namespace tinytorch
