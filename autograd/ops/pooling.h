#pragma once

#include "autograd/variable.h"
#include "core/ops/pooling.h"

namespace tinytorch {

Variable max_pool2d(const Variable& x, const Pair& kernel, const MaxPool2dOptions& options = {});
MaxPooled<Variable> max_pool2d_with_places(const Variable& x, const Pair& kernel,
                                           const MaxPool2dOptions& options = {});

namespace detail {
Variable max_pool2d_at(const Variable& x, const Tensor& places, const Pair& kernel,
                       const MaxPool2dOptions& options = {});
Variable max_pool2d_gradient(const Variable& grad, const Tensor& places, const Shape& input,
                             const Pair& kernel, const MaxPool2dOptions& options = {});
}  // namespace detail

}  // namespace tinytorch
