#pragma once

#include "autograd/variable.h"
#include "core/ops/quantile.h"

/// Medians of all elements on Variables; see core/ops/quantile.h, whose templates take Variables, too.
namespace tinytorch {

Variable median(const Variable& x);
Variable nanmedian(const Variable& x);

}  // namespace tinytorch
