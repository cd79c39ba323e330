#pragma once

#include "autograd/variable.h"
#include "core/ops/attention.h"

/// Attention on Variables; see core/ops/attention.h, whose templates take Variables too.
namespace tinytorch {

/// The gradient drops the same weights as the output: it uses the same random numbers.
Variable scaled_dot_product_attention(const Variable& q, const Variable& k, const Variable& v,
                                      const AttentionOptions& options = {});

}  // namespace tinytorch
