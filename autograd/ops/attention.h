#pragma once

#include "autograd/variable.h"
#include "core/ops/attention.h"

namespace tinytorch {

/// The random numbers that chose the weights to leave out choose the same ones for the gradient.
Variable scaled_dot_product_attention(const Variable& q, const Variable& k, const Variable& v,
                                      const AttentionOptions& options = {});

}  // namespace tinytorch
