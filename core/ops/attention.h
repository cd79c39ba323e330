#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "core/random.h"
#include "core/tensor.h"

/// Scaled dot-product attention and its masks.
/// ```cpp
/// const Tensor q = randn({2, 8, 5, 16}), k = randn({2, 8, 5, 16}), v = randn({2, 8, 5, 16});
/// const Tensor causal = scaled_dot_product_attention(q, k, v, {.causal = true});  // [2, 8, 5, 16]
/// const Tensor mask = padding_mask(Tensor{5, 3}, 5);  // sequence 1 has three keys
/// const Tensor padded = scaled_dot_product_attention(q, k, v, {.mask = mask});
/// ```
namespace tinytorch {

/// How scaled_dot_product_attention() and attention_with_weights() attend.
struct AttentionOptions {
  /// Query i attends to the keys 0 ... i + causal_offset only.
  bool causal = false;
  /// The position of query 0 among the keys. 0 aligns the mask to the upper left, as PyTorch does. With
  /// earlier keys in a cache it is their number. `keys - queries` aligns the mask to the lower right.
  std::int64_t causal_offset = 0;
  /// Broadcasts to the scores [..., heads, queries, keys]. Bool: true where a query may attend to a key.
  /// Floating: added to the scores. No gradient goes to it. May be combined with `causal`.
  Tensor mask = {};
  std::optional<double> scale = {};  ///< of the scores; 1 / sqrt(width) where left out
  double dropout = 0;                ///< the probability with which a weight is set to 0
  Generator* generator = nullptr;    ///< for dropout; null: default_generator()
};

/// Attention (Vaswani et al. 2017, 3.2.1): softmax(scale q kᵀ + mask) v.
///
/// With fewer kv_heads than heads, heads / kv_heads neighbouring query heads share one (grouped-query
/// attention, Ainslie et al. 2023). A query that may attend to nothing, and one that has only scores of -inf,
/// gives zeros and gradients of zero, as in PyTorch 2.5 and later.
///
/// Output and gradient are computed tile by tile with an online softmax (FlashAttention: Dao et al. 2022; Dao
/// 2023), so that memory grows with the lengths and not with their product. Only a second derivative computes
/// the whole matrix of scores. f32 products on the CPU run in oneDNN, see matmul().
///
/// Dropout keeps weight i in row-major order of [..., heads, queries, keys] where element i of rand() in f32,
/// from the generator's state, is at least `dropout`, and divides it by 1 - dropout.
/// @param q  [..., heads, queries, width]; the axes before the last three are the same for all operands, and
///           operands of two axes are one head
/// @param k  [..., kv_heads, keys, width]
/// @param v  [..., kv_heads, keys, value width]
/// @return   [..., heads, queries, value width]; contiguous, or in q's order in memory where that is
///           [..., queries, heads, width]
/// @throws ShapeError   the lengths or the mask do not fit
/// @throws DTypeError   not floating or of different dtypes; a mask of integers
/// @throws ValueError   dropout is not in [0, 1), or scale is not finite
/// @throws DeviceError  different devices
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& options = {});

/// The result of attention_with_weights().
template <TensorLike T>
struct AttentionWithWeights {
  T output;
  T weights;  ///< [..., heads, queries, keys], as they multiplied v: after dropout
};

/// scaled_dot_product_attention() along with its weights, for Tensor and Variable. It computes the whole
/// matrix of weights: memory grows with queries times keys.
/// @throws as scaled_dot_product_attention()
template <TensorLike T>
AttentionWithWeights<T> attention_with_weights(const T& q, const std::type_identity_t<T>& k,
                                               const std::type_identity_t<T>& v,
                                               const AttentionOptions& options = {});

/// The causal mask: true where query i, at position i + offset among the keys, may attend to key j <= i +
/// offset: bool [queries, keys].
/// @throws ShapeError  a negative length
Tensor causal_mask(std::int64_t queries, std::int64_t keys, std::int64_t offset = 0,
                   Device device = Device::cpu());

/// The mask of padded sequences, for attention in both directions: true for the first lengths[b] keys of
/// sequence b. bool [batch, 1, 1, keys], which broadcasts to the scores.
/// @throws DTypeError  lengths are not integers
/// @throws ShapeError  not of one axis
Tensor padding_mask(const Tensor& lengths, std::int64_t keys);

/// Both causal_mask() and padding_mask(): bool [batch, 1, length, length].
/// @throws as padding_mask()
Tensor causal_padding_mask(const Tensor& lengths, std::int64_t length);

}  // namespace tinytorch
