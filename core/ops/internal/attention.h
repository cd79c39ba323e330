#pragma once

#include <limits>

#include "core/op_scope.h"
#include "core/ops/activation.h"
#include "core/ops/attention.h"
#include "core/ops/attention_kernels.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/internal/draw_guard.h"
#include "core/ops/matmul.h"

// Internal: the checks of core/ops/attention.h, attention in groups of heads, and the definition of its
// template.
namespace tinytorch {

namespace detail {

/// The generator that the op draws from. That of the options is not touched if there is no dropout.
inline Generator& generator_of(const AttentionOptions& options) {
  return options.dropout > 0 && options.generator ? *options.generator : default_generator();
}

/// Checks the operands, broadcasts the mask to the scores, and draws the random numbers.
/// @throws as scaled_dot_product_attention()
kernels::AttentionSettings attention_settings(const char* op, const Tensor& q, const Tensor& k,
                                              const Tensor& v, const AttentionOptions& options);

struct AttentionResult {
  Tensor output;
  Tensor log_sum;  ///< [batch, heads, queries]
};
AttentionResult attention_forward(const Tensor& q, const Tensor& k, const Tensor& v,
                                  const kernels::AttentionSettings& settings);

struct AttentionGradients {
  Tensor q, k, v;
};
AttentionGradients attention_backward(const Tensor& q, const Tensor& k, const Tensor& v,
                                      const AttentionResult& result, const Tensor& grad,
                                      const kernels::AttentionSettings& settings);

/// [batch, kv_heads, heads / kv_heads, rows, columns]: the view in which heads share a kv_head by
/// broadcasting in matmul().
Shape grouped_heads(const Shape& shape, const Shape& k);

/// The mask in that view.
struct GroupedMask {
  Tensor allowed;  ///< bool; undefined: everything
  Tensor added;    ///< finite; undefined: nothing
};
GroupedMask grouped_mask(const Shape& q, const Shape& k, const kernels::AttentionSettings& settings,
                         Device device);
/// The factors of the weights [batch, kv_heads, group, queries, keys]: 0, or 1 / (1 - dropout).
Tensor dropout_scale(const Shape& weights, const kernels::AttentionSettings& settings, Options options);

/// The weights before dropout; q and k in groups.
template <TensorLike T>
T attention_weights(const T& q, const T& k, const GroupedMask& mask, double scale) {
  T scores = matmul(q, transpose(k)) * scale;
  if (mask.added.defined()) scores = scores + mask.added;
  if (!mask.allowed.defined()) return softmax(scores);
  // The lowest value instead of -inf keeps rows without any key, and their gradients, from being NaN.
  const double lowest = scores.dtype() == DType::f32 ? std::numeric_limits<float>::lowest()
                                                     : std::numeric_limits<double>::lowest();
  return where(mask.allowed, softmax(where(mask.allowed, scores, T(lowest))), T(0.0));
}

/// `shape` with another last length.
Shape with_last(Shape shape, std::int64_t length);

}  // namespace detail

template <TensorLike T>
AttentionWithWeights<T> attention_with_weights(const T& q, const std::type_identity_t<T>& k,
                                               const std::type_identity_t<T>& v,
                                               const AttentionOptions& options) {
  const OpScope scope("attention_with_weights");
  const DrawGuard guard(detail::generator_of(options));
  const kernels::AttentionSettings settings =
      detail::attention_settings("attention_with_weights", value_of(q), value_of(k), value_of(v), options);
  const auto grouped = [&](const T& x) { return reshape(x, detail::grouped_heads(x.shape(), k.shape())); };
  const detail::GroupedMask mask = detail::grouped_mask(q.shape(), k.shape(), settings, q.device());
  T weights = detail::attention_weights(grouped(q), grouped(k), mask, settings.scale);
  if (settings.dropout > 0) {
    weights = weights * detail::dropout_scale(weights.shape(), settings,
                                              {.dtype = weights.dtype(), .device = weights.device()});
  }
  const T output = matmul(weights, grouped(v));
  return {.output = reshape(output, detail::with_last(q.shape(), v.size(-1))),
          .weights = reshape(weights, detail::with_last(q.shape(), k.size(-2)))};
}

}  // namespace tinytorch

/// The template of core/ops/attention.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_ATTENTION(T)                                                 \
  template AttentionWithWeights<T> attention_with_weights<T>(const T&, const T&, const T&, \
                                                             const AttentionOptions&)
