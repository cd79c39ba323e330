#include "core/ops/internal/statistics.h"

#include "autograd/ops.h"

namespace tinytorch {

TINYTORCH_INSTANTIATE_STATISTICS(Variable)

}  // namespace tinytorch
