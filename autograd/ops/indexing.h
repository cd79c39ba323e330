#pragma once

#include "autograd/variable.h"
#include "core/ops/indexing.h"

/// Indexing on Variables; see core/ops/indexing.h, whose templates take Variables, too.
namespace tinytorch {

/// Indices have no gradient, so the result is a Tensor.
inline Tensor nonzero(const Variable& x) { return nonzero(x.value()); }

}  // namespace tinytorch
