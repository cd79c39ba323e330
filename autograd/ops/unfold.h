#pragma once

#include "autograd/variable.h"
#include "core/ops/unfold.h"

/// im2col and col2im of Variables; see core/ops/unfold.h.
namespace tinytorch {

Variable unfold(const Variable& x, const Window& window);
Variable fold(const Variable& columns, const Pair& size, const Window& window);

}  // namespace tinytorch
