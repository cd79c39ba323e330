#pragma once

#include "autograd/variable.h"
#include "core/ops/dropout.h"

/// Dropout on Variables; see core/ops/dropout.h.
namespace tinytorch {

Variable dropout(const Variable& x, double p = 0.5, bool training = true,
                 Generator& generator = default_generator());
Variable dropout(const Variable& x, double p, const RandomStream& stream);

}  // namespace tinytorch
