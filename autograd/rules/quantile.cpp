#include "core/ops/internal/quantile.h"

#include "autograd/internal/indexing.h"
#include "autograd/ops.h"

namespace tinytorch {

TINYTORCH_INSTANTIATE_QUANTILE(Variable)

}  // namespace tinytorch
