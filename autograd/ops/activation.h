#pragma once

#include "autograd/variable.h"
#include "core/ops/activation.h"

namespace tinytorch {

/// The gradient at 0 is 0.
Variable relu(const Variable& x);
Variable sigmoid(const Variable& x);
Variable softmax(const Variable& x, int axis = -1);
Variable log_softmax(const Variable& x, int axis = -1);

}  // namespace tinytorch
