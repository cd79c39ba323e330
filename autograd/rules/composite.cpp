#include "core/ops/internal/composite.h"

#include "autograd/ops.h"

namespace tinytorch {

TINYTORCH_INSTANTIATE_COMPOSITE(Variable)

}  // namespace tinytorch
