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

/// The options of scaled_dot_product_attention() and attention_with_weights().
struct AttentionOptions {
  /// Query i attends only to the keys 0 ... i + causal_offset.
  bool causal = false;
  /// The position of query 0 among the keys: the number of earlier keys, if they are in a cache. 0 aligns the
  /// causal mask to the upper left, as PyTorch does; `keys - queries` aligns it to the lower right.
  std::int64_t causal_offset = 0;
  /// Broadcasts to the scores [..., heads, queries, keys]. A bool mask is true where a query may attend to a
  /// key; a floating mask is added to the scores. The mask gets no gradient. It may be combined with
  /// `causal`.
  Tensor mask = {};
  std::optional<double> scale = {};  ///< of the scores; by default 1 / sqrt(width)
  double dropout = 0;                ///< the probability with which a weight is set to 0
  Generator* generator = nullptr;    ///< for dropout; null: default_generator()
};

/// Scaled dot-product attention (Vaswani et al. 2017, 3.2.1): softmax(scale * q kᵀ + mask) v.
///
/// If there are fewer kv_heads than heads, heads / kv_heads neighbouring query heads share one kv_head
/// (grouped-query attention, Ainslie et al. 2023). A query that may attend to no key, or whose scores are all
/// -inf, gives zeros and gradients of zero, as in PyTorch 2.5 and later.
///
/// The output and the gradient are computed tile by tile with an online softmax (FlashAttention: Dao et al.
/// 2022; Dao 2023), so that memory grows with the lengths and not with their product. Only a second
/// derivative computes the whole matrix of scores. On the CPU, f32 products run in oneDNN; see matmul(). On
/// CUDA, the products of a query and a key are added in f32 one after another; sums over keys or queries are
/// added with compensation.
///
/// Dropout keeps a weight if its random number is at least `dropout`, and divides it by 1 - dropout. The
/// random numbers are those of rand() in f32, of shape [..., heads, queries, keys].
/// @param q  [..., heads, queries, width]. The axes before the last three are the same in all operands;
///           operands with two axes are one head
/// @param k  [..., kv_heads, keys, width]
/// @param v  [..., kv_heads, keys, value width]
/// @return   [..., heads, queries, value width]; contiguous, or in q's memory order if that is
///           [..., queries, heads, width]
/// @throws ShapeError   the shapes of q, k, v and the mask do not fit each other
/// @throws DTypeError   q, k and v are not floating or have different dtypes, or the mask has an integer
///                      dtype
/// @throws ValueError   dropout is not in [0, 1), scale is not finite, or an operand is undefined
/// @throws DeviceError  the operands are on different devices
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& options = {});

/// The result of attention_with_weights().
template <TensorLike T>
struct AttentionWithWeights {
  T output;
  T weights;  ///< [..., heads, queries, keys], after dropout
};

/// scaled_dot_product_attention() that also returns the weights, for Tensor and Variable. It computes the
/// whole matrix of weights, so that memory grows with queries times keys.
/// @throws as scaled_dot_product_attention()
template <TensorLike T>
AttentionWithWeights<T> attention_with_weights(const T& q, const std::type_identity_t<T>& k,
                                               const std::type_identity_t<T>& v,
                                               const AttentionOptions& options = {});

/// The causal mask: true where query i may attend to key j, which is where j <= i + offset.
/// @param offset  the position of query 0 among the keys
/// @return        bool [queries, keys]
/// @throws ShapeError  queries or keys is negative
Tensor causal_mask(std::int64_t queries, std::int64_t keys, std::int64_t offset = 0,
                   Device device = Device::cpu());

/// The mask for a batch of padded sequences: true for the first lengths[i] keys of sequence i.
/// @param lengths  [batch], integers
/// @return         bool [batch, 1, 1, keys], which broadcasts to the scores
/// @throws DTypeError  lengths are not integers
/// @throws ShapeError  lengths is not [batch]
Tensor padding_mask(const Tensor& lengths, std::int64_t keys);

/// The conjunction of causal_mask() and padding_mask(), for sequences padded to `length`.
/// @return  bool [batch, 1, length, length]
/// @throws as padding_mask()
Tensor causal_padding_mask(const Tensor& lengths, std::int64_t length);

}  // namespace tinytorch
