#pragma once

#include "autograd/variable.h"
#include "core/ops/indexing.h"

/// The indices of elements; see core/ops/indexing.h, whose templates take Variables too.
namespace tinytorch {

/// nonzero() of the value: no gradient goes through indices.
inline Tensor nonzero(const Variable& x) { return nonzero(x.value()); }

}  // namespace tinytorch
