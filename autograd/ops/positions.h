#pragma once

#include "autograd/variable.h"
#include "core/ops/positions.h"

/// Position embeddings on Variables; see core/ops/positions.h, whose templates take Variables, too.
namespace tinytorch {

Variable rotate_halves(const Variable& x, const Tensor& cosine, const Tensor& sine);
Variable rotate_interleaved(const Variable& x, const Tensor& cosine, const Tensor& sine);

}  // namespace tinytorch
