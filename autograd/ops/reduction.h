#pragma once

#include <optional>

#include "autograd/variable.h"
#include "core/ops/reduction.h"

/// Reductions on Variables; see core/ops/reduction.h.
namespace tinytorch {

Variable sum(const Variable& x, const Axes& axes = {}, bool keepdim = false);
Variable nansum(const Variable& x, const Axes& axes = {}, bool keepdim = false);
/// The derivatives of any order are exact where elements are 0, too.
Variable prod(const Variable& x, const Axes& axes = {}, bool keepdim = false);
/// In max() and min(), equal extrema share the gradient evenly.
Variable max(const Variable& x, const Axes& axes = {}, bool keepdim = false);
Variable min(const Variable& x, const Axes& axes = {}, bool keepdim = false);
/// any(), all(), argmax() and argmin() are constant almost everywhere, so the result is a Tensor.
inline Tensor any(const Variable& x, const Axes& axes = {}, bool keepdim = false) {
  return any(x.value(), axes, keepdim);
}
inline Tensor all(const Variable& x, const Axes& axes = {}, bool keepdim = false) {
  return all(x.value(), axes, keepdim);
}
inline Tensor argmax(const Variable& x, std::optional<int> axis = {}, bool keepdim = false) {
  return argmax(x.value(), axis, keepdim);
}
inline Tensor argmin(const Variable& x, std::optional<int> axis = {}, bool keepdim = false) {
  return argmin(x.value(), axis, keepdim);
}

}  // namespace tinytorch
