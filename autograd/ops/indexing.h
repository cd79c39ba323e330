#pragma once

#include "autograd/variable.h"
#include "core/ops/indexing.h"

namespace tinytorch {

namespace detail {
Variable gather_unchecked(const Variable& x, const Places& places);
Variable scatter_unchecked(const Variable& x, const Places& places, const Variable& source);
Variable scatter_add_unchecked(const Variable& x, const Places& places, const Variable& source);
}  // namespace detail

inline Tensor nonzero(const Variable& x) { return nonzero(x.value()); }

}  // namespace tinytorch
