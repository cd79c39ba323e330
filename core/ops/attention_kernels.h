#pragma once

#include <algorithm>
#include <cstdint>

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

inline std::uint64_t argument_bytes(const AttentionSettings& settings) {
  return tinytorch::argument_bytes(settings.mask);
}

/// The number of pairs of a query and a key that it may attend to, if nothing but `causal` forbids it.
inline double attended_pairs(const Tensor& q, const Tensor& k, const AttentionSettings& settings) {
  const std::int64_t queries = q.size(2), keys = k.size(2);
  std::int64_t pairs = 0;
  for (std::int64_t i = 0; i < queries; ++i)
    pairs += settings.causal ? std::clamp<std::int64_t>(i + 1 + settings.causal_offset, 0, keys) : keys;
  return static_cast<double>(q.size(0) * q.size(1)) * static_cast<double>(pairs);
}
/// Two products: the scores and y.
inline double attention_operations(const Tensor& q, const Tensor& k, const Tensor& v,
                                   const AttentionSettings& settings, const Tensor&, const Tensor&) {
  return 2 * attended_pairs(q, k, settings) * static_cast<double>(q.size(3) + v.size(3));
}
/// Five: the scores once more, and the gradients of the weights, q, k and v.
inline double attention_gradient_operations(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor&,
                                            const Tensor&, const Tensor&, const AttentionSettings& settings,
                                            const Tensor&, const Tensor&, const Tensor&) {
  return 2 * attended_pairs(q, k, settings) * static_cast<double>(3 * q.size(3) + 2 * v.size(3));
}

/// y [batch, heads, queries, value width] = softmax(scale * q kᵀ + mask) v, and log_sum
/// [batch, heads, queries] = the logsumexp() of each query's scores, before dropout. If all scores of a query
/// are -inf, y is 0 and log_sum is -inf. Shapes and dropout are as in scaled_dot_product_attention(), with
/// exactly four axes. All have one floating dtype. The last axis of q, k, v and y has stride 1 (any stride if
/// its length is 1), and their rows do not overlap; log_sum is contiguous. y is not empty; there may be no
/// keys.
inline Kernel<void(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionSettings& settings,
                   Tensor& log_sum, Tensor& y)>
    attention{"attention", attention_operations};

/// The gradients dq, dk and dv of q, k and v, from the gradient dy of y. y and log_sum are the results of
/// `attention`, whose requirements on q, k and v hold for dq, dk and dv, too.
inline Kernel<void(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& y, const Tensor& log_sum,
                   const Tensor& dy, const AttentionSettings& settings, Tensor& dq, Tensor& dk, Tensor& dv)>
    attention_gradient{"attention_gradient", attention_gradient_operations};

}  // namespace tinytorch::kernels
