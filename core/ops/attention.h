#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "core/kernel.h"
#include "core/ops/activation.h"
#include "core/ops/attention_kernels.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/matmul.h"
#include "core/random.h"
#include "core/tensor.h"

namespace tinytorch {

/// What scaled_dot_product_attention() and attention_with_weights() are told.
struct AttentionOptions {
  /// Query i attends to the keys 0 ... i + causal_offset only.
  bool causal = false;
  /// The place of query 0 among the keys. 0 aligns the mask to the upper left, as PyTorch does; with keys of
  /// earlier steps in a cache it is their number, and `keys - queries` aligns the mask to the lower right.
  std::int64_t causal_offset = 0;
  /// Broadcasts to the scores [..., heads, queries, keys]. Of bools: true where a query may attend to a key;
  /// floating: added to the scores. No gradient goes to it. May be combined with `causal`.
  Tensor mask = {};
  std::optional<double> scale = {};  ///< of the scores; 1 / sqrt(width) where left out
  double dropout = 0;                ///< the probability with which a weight is left out
  Generator* generator = nullptr;    ///< for dropout; null: default_generator()
};

/// Attention (Vaswani et al. 2017, 3.2.1): softmax(scale q kᵀ + mask) v, for q [..., heads, queries, width],
/// k [..., kv_heads, keys, width] and v [..., kv_heads, keys, value width]: [..., heads, queries, value
/// width]. Axes before the last three are the same for all; operands of two axes are one head. With fewer
/// kv_heads than heads, heads / kv_heads neighbouring query heads share one (grouped queries, Ainslie et al.
/// 2023).
///
/// A query that may attend to nothing, and one that has only scores of -inf, gives zeros and gradients of
/// zero, as in PyTorch 2.5 and later.
///
/// Computed tile by tile with an online softmax (FlashAttention: Dao et al. 2022; Dao 2023), so that memory
/// grows with the lengths and not with their product; the gradient too. Only a second derivative makes the
/// whole matrix of scores. f32 products on the CPU run in oneDNN, see matmul().
///
/// Weight i in row-major order of [..., heads, queries, keys] is kept where number i of rand() in f32, from
/// the generator's state, is at least `dropout`, and then divided by 1 - dropout.
/// @return  contiguous, or in q's order in memory where that is [..., queries, heads, width]
/// @throws ShapeError   the lengths or the mask do not fit
/// @throws DTypeError   not floating or of different types; a mask of integers
/// @throws ValueError   dropout is not in [0, 1), or scale is not finite
/// @throws DeviceError  different devices
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& options = {});

/// What attention_with_weights() gives.
template <TensorLike T>
struct AttentionWithWeights {
  T output;
  T weights;  ///< [..., heads, queries, keys], as they multiplied v: after dropout
};

/// The same along with the weights, by whole matrices: memory grows with queries times keys.
/// @throws as scaled_dot_product_attention()
template <TensorLike T>
AttentionWithWeights<T> attention_with_weights(const T& q, const std::type_identity_t<T>& k,
                                               const std::type_identity_t<T>& v,
                                               const AttentionOptions& options = {});

/// True where query i, at place i + offset among the keys, may attend to key j <= i + offset: bool [queries,
/// keys].
/// @throws ShapeError  a negative length
Tensor causal_mask(std::int64_t queries, std::int64_t keys, std::int64_t offset = 0,
                   Device device = Device::cpu());

/// True for the first lengths[b] keys of sequence b: bool [batch, 1, 1, keys], which broadcasts to the
/// scores. For attention in both directions.
/// @throws DTypeError  lengths are not integers. ShapeError  not of one axis
Tensor padding_mask(const Tensor& lengths, std::int64_t keys);

/// Both: causal, and within each sequence's length: bool [batch, 1, length, length].
/// @throws as padding_mask()
Tensor causal_padding_mask(const Tensor& lengths, std::int64_t length);

namespace detail {

/// Checks the operands, brings the mask to the scores' shape, and takes the random numbers.
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

/// [batch, kv_heads, heads / kv_heads, rows, columns]: the view in which matmul() lets heads share a kv_head.
Shape grouped_heads(const Shape& shape, const Shape& k);
/// The same of the mask, which is not changed where there is none.
struct GroupedMask {
  Tensor allowed;  ///< bool; undefined: everything
  Tensor added;    ///< finite; undefined: nothing
};
GroupedMask grouped_mask(const Shape& q, const Shape& k, const kernels::AttentionSettings& settings,
                         Device device);
/// What the weights are multiplied by: 0 where one is left out. [batch, kv_heads, group, queries, keys]
Tensor dropout_factors(const Shape& scores, const kernels::AttentionSettings& settings, Options options);

/// The weights before dropout; q and k in groups.
template <TensorLike T>
T attention_weights(const T& q, const T& k, const GroupedMask& mask, double scale) {
  T scores = matmul(q, transpose(k)) * scale;
  if (mask.added.defined()) scores = scores + mask.added;
  if (!mask.allowed.defined()) return softmax(scores);
  // The lowest number instead of -inf keeps rows without any key, and their gradients, from being NaN.
  const double lowest = scores.dtype() == DType::f32 ? std::numeric_limits<float>::lowest()
                                                     : std::numeric_limits<double>::lowest();
  return where(mask.allowed, softmax(where(mask.allowed, scores, T(lowest))), T(0.0));
}

/// `shape` with the last axis of another length.
Shape with_last(Shape shape, std::int64_t length);

}  // namespace detail

template <TensorLike T>
AttentionWithWeights<T> attention_with_weights(const T& q, const std::type_identity_t<T>& k,
                                               const std::type_identity_t<T>& v,
                                               const AttentionOptions& options) {
  const kernels::AttentionSettings settings =
      detail::attention_settings("attention_with_weights", value_of(q), value_of(k), value_of(v), options);
  const detail::GroupedMask mask = detail::grouped_mask(q.shape(), k.shape(), settings, q.device());
  T weights = detail::attention_weights(reshape(q, detail::grouped_heads(q.shape(), k.shape())),
                                        reshape(k, detail::grouped_heads(k.shape(), k.shape())), mask,
                                        settings.scale);
  if (settings.dropout > 0) {
    weights = weights * detail::dropout_factors(weights.shape(), settings,
                                                {.dtype = weights.dtype(), .device = weights.device()});
  }
  const T output = matmul(weights, reshape(v, detail::grouped_heads(v.shape(), k.shape())));
  return {.output = reshape(output, detail::with_last(q.shape(), v.size(-1))),
          .weights = reshape(weights, detail::with_last(q.shape(), k.size(-2)))};
}

}  // namespace tinytorch
