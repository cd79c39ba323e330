// Includes nothing of the ops but their creation: see StaticTensor in static_tensor_test.cpp.
#include "tests/core/static_tensor.h"

#include "core/ops/creation.h"

namespace tinytorch {

const Tensor made_before_main = full({3}, -1.0);

}  // namespace tinytorch
