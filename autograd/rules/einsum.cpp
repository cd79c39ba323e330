#include "core/ops/internal/einsum.h"

#include "autograd/ops.h"

namespace tinytorch {

TINYTORCH_INSTANTIATE_EINSUM(Variable);

}  // namespace tinytorch
