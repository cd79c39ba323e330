#pragma once

#include "core/kernel.h"
#include "core/random.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// AttentionOptions after checks, with all defaults filled in.
struct AttentionSettings {
  Tensor mask;  ///< undefined, or [batch, heads, queries, keys] of any strides, bool or of q's dtype
  bool causal;
  std::int64_t causal_offset;  ///< in [-queries, keys]
  double scale;
  double dropout;       ///< 0: none
  RandomStream random;  ///< for rand() in f32, a number for each weight
};

/// y [batch, heads, queries, value width] = softmax(scale * q kᵀ + mask) v, and log_sum
/// [batch, heads, queries] = the logsumexp() of each query's scores, before dropout. If all scores of a query
/// are -inf, y is 0 and log_sum is -inf. Shapes and dropout are as in scaled_dot_product_attention(), with
/// exactly four axes. All have one floating dtype. The last axis of q, k, v and y has stride 1 (any stride if
/// its length is 1), and their rows do not overlap; log_sum is contiguous. y is not empty; there may be no
/// keys.
inline Kernel<void(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionSettings& settings,
                   Tensor& log_sum, Tensor& y)>
    attention{"attention"};

/// The gradients dq, dk and dv of q, k and v, from the gradient dy of y. y and log_sum are the results of
/// `attention`, whose requirements on q, k and v hold for dq, dk and dv, too.
inline Kernel<void(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& y, const Tensor& log_sum,
                   const Tensor& dy, const AttentionSettings& settings, Tensor& dq, Tensor& dk, Tensor& dv)>
    attention_gradient{"attention_gradient"};

}  // namespace tinytorch::kernels
