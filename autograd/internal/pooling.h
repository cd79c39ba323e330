#pragma once

#include "autograd/internal/indexing.h"
#include "autograd/variable.h"
#include "core/ops/internal/pooling.h"

// Internal: the linear maps of core/ops/internal/pooling.h on Variables. They record their gradient rules.
namespace tinytorch::detail {

Variable max_pool2d_at(const Variable& x, const Tensor& indices, const Pair& kernel,
                       const MaxPool2dOptions& options = {});
Variable max_pool2d_gradient(const Variable& grad, const Tensor& indices, const Shape& input,
                             const Pair& kernel, const MaxPool2dOptions& options = {});

}  // namespace tinytorch::detail
