#pragma once

#include <optional>

#include "autograd/variable.h"
#include "core/ops/reduction.h"

namespace tinytorch {

Variable sum(const Variable& x, const Axes& axes = {}, bool keepdim = false);
/// Equal extremes share the gradient evenly.
Variable max(const Variable& x, const Axes& axes = {}, bool keepdim = false);
Variable min(const Variable& x, const Axes& axes = {}, bool keepdim = false);
inline Tensor argmax(const Variable& x, std::optional<int> axis = {}, bool keepdim = false) {
  return argmax(x.value(), axis, keepdim);
}
inline Tensor argmin(const Variable& x, std::optional<int> axis = {}, bool keepdim = false) {
  return argmin(x.value(), axis, keepdim);
}

}  // namespace tinytorch
