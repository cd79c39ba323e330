#include "core/ops/internal/interpolate.h"

#include "autograd/internal/resampling.h"

namespace tinytorch {

TINYTORCH_INSTANTIATE_INTERPOLATE(Variable);

}  // namespace tinytorch
