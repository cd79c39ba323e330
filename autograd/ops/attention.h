#pragma once

#include "autograd/variable.h"
#include "core/ops/attention.h"

/// Attention on Variables; see core/ops/attention.h, whose templates take Variables too.
namespace tinytorch {

/// With dropout, the gradient uses the same random numbers as the output, and so drops the same weights.
Variable scaled_dot_product_attention(const Variable& q, const Variable& k, const Variable& v,
                                      const AttentionOptions& options = {});

}  // namespace tinytorch
