#pragma once

#include <cstdint>
#include <vector>

#include "autograd/variable.h"
#include "core/ops/rearrange.h"

/// Ops that rearrange elements, on Variables; see core/ops/rearrange.h, whose templates take Variables, too.
namespace tinytorch {

Variable flip(const Variable& x, const Axes& axes = {});
Variable diagonal(const Variable& x, std::int64_t offset = 0, int axis0 = 0, int axis1 = 1);
Variable pad(const Variable& x, const Paddings& paddings, double value = 0);
Variable pad(const Variable& x, const Paddings& paddings, PadMode mode);
Variable roll(const Variable& x, const std::vector<std::int64_t>& shifts, const Axes& axes);
Variable triu(const Variable& x, std::int64_t diagonal = 0);
Variable tril(const Variable& x, std::int64_t diagonal = 0);

}  // namespace tinytorch
