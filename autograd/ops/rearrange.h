#pragma once

#include "autograd/variable.h"
#include "core/ops/rearrange.h"

/// Ops that rearrange elements, on Variables; see core/ops/rearrange.h, whose templates take Variables, too.
namespace tinytorch {

Variable flip(const Variable& x, const Axes& axes = {});
Variable diagonal(const Variable& x, std::int64_t offset = 0, int axis0 = 0, int axis1 = 1);
Variable pad(const Variable& x, const Paddings& paddings, double value = 0);

}  // namespace tinytorch
