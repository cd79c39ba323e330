#pragma once

#include "autograd/variable.h"
#include "core/ops/pooling.h"

/// Max pooling on Variables; see core/ops/pooling.h, whose templates take Variables, too.
namespace tinytorch {

Variable max_pool2d(const Variable& x, const Pair& kernel, const MaxPool2dOptions& options = {});
MaxPooled<Variable> max_pool2d_with_indices(const Variable& x, const Pair& kernel,
                                            const MaxPool2dOptions& options = {});

}  // namespace tinytorch
