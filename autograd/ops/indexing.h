#pragma once

#include "autograd/variable.h"
#include "core/ops/indexing.h"

namespace tinytorch {

Variable gather_unchecked(const Variable& x, int axis, const Tensor& index);
Variable scatter_unchecked(const Variable& x, int axis, const Tensor& index, const Variable& source);
Variable scatter_add_unchecked(const Variable& x, int axis, const Tensor& index, const Variable& source);

inline Tensor nonzero(const Variable& x) { return nonzero(x.value()); }

}  // namespace tinytorch
