#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "nn/attention_heads.h"
#include "nn/dense.h"
#include "nn/key_value_cache.h"
#include "nn/module.h"

/// Attention layers.
///
/// ```cpp
/// nn::SelfAttention attention(32, 4, {.causal = true, .rotary = true});
/// const Tensor x = randn({2, 10, 32});
/// const Tensor y = attention(x);  // [2, 10, 32]
/// nn::KeyValueCache cache;        // the same, step by step
/// for (std::int64_t i = 0; i < 10; ++i) attention.forward(slice(x, 1, i, i + 1), cache);
/// ```
namespace tinytorch::nn {

/// Multi-head attention (Vaswani et al. 2017, 3.2.2): projects query, key and value [..., length, features],
/// splits them into heads, applies scaled_dot_product_attention(), and projects the result to
/// [..., queries, features]. A call with one argument is self-attention, which SelfAttention computes with
/// fewer matrix products. Children: query, key, value and output, each a Dense.
class MultiHeadAttention : public Layer<MultiHeadAttention> {
 public:
  /// @param features  the number of features of query, key, value and result
  /// @param heads     the number of heads, each of width features / heads
  /// @throws ValueError  features is not a multiple of heads, or heads of kv_heads; dropout is not in [0, 1);
  ///                     or the width is odd and options.rotary is set
  MultiHeadAttention(std::int64_t features, std::int64_t heads,
                     const MultiHeadAttentionOptions& options = {});

  /// Self-attention: forward(x, x, x).
  template <TensorLike T>
  T forward(const T& x) const {
    return forward(x, x, x);
  }
  /// Attention of query [..., queries, features] to key and value [..., keys, features].
  /// @param mask  see AttentionOptions::mask; broadcasts to the scores [..., heads, queries, keys]
  /// @return      [..., queries, features]
  /// @throws ShapeError  an operand is not [..., length, features], or the operands do not fit each other
  template <TensorLike T>
  T forward(const T& query, const std::type_identity_t<T>& key, const std::type_identity_t<T>& value,
            const Tensor& mask = {}) const {
    heads_.check_input("query", query.shape());
    heads_.check_input("key", key.shape());
    heads_.check_input("value", value.shape());
    return output_(heads_.attend(heads_.queries(query_(query)), heads_.keys(key_(key)),
                                 heads_.values(value_(value)), is_training(), mask));
  }

  /// Self-attention for step-by-step generation: appends the keys and values of x to the cache, and attends
  /// to all steps in it. In a causal layer, the result is that of the same steps in forward() of the whole
  /// sequence.
  /// @param x  the next steps, [batch, steps, features]
  /// @return   [batch, steps, features]
  /// If it throws, the cache has the steps that it had before.
  /// @throws ShapeError  x is not [batch, steps, features], or does not fit the cache
  Tensor forward(const Tensor& x, KeyValueCache& cache) const;

  void visit(Visitor& visitor) override;
  std::string description() const override { return heads_.description(); }

  std::int64_t features() const { return heads_.features(); }
  std::int64_t heads() const { return heads_.heads(); }
  std::int64_t kv_heads() const { return heads_.kv_heads(); }

 private:
  AttentionHeads heads_;
  Dense query_, key_, value_, output_;
};

/// Multi-head self-attention: [..., length, features] gives the same shape. It computes the same as
/// MultiHeadAttention with one argument, but queries, keys and values in one matrix product. Children, each a
/// Dense: qkv, whose outputs are the features of queries, keys and values, in this order; and output.
class SelfAttention : public Layer<SelfAttention> {
 public:
  /// @param features  the number of features of x and of the result
  /// @param heads     the number of heads, each of width features / heads
  /// @throws ValueError  as MultiHeadAttention
  SelfAttention(std::int64_t features, std::int64_t heads, const MultiHeadAttentionOptions& options = {});

  /// Attention of each position of x to all positions, or in a causal layer to itself and those before it.
  /// @param mask  see AttentionOptions::mask; broadcasts to the scores [..., heads, length, length]
  /// @throws ShapeError  x is not [..., length, features]
  template <TensorLike T>
  T forward(const T& x, const Tensor& mask = {}) const {
    heads_.check_input("x", x.shape());
    const T all = qkv_(x);
    return output_(heads_.attend(heads_.queries(queries_of(all)), heads_.keys(keys_of(all)),
                                 heads_.values(values_of(all)), is_training(), mask));
  }

  /// Self-attention for step-by-step generation; see MultiHeadAttention::forward(x, cache).
  Tensor forward(const Tensor& x, KeyValueCache& cache) const;

  void visit(Visitor& visitor) override;
  std::string description() const override { return heads_.description(); }

 private:
  template <TensorLike T>
  T queries_of(const T& all) const {
    return slice(all, -1, 0, heads_.features());
  }
  template <TensorLike T>
  T keys_of(const T& all) const {
    return slice(all, -1, heads_.features(), heads_.features() + heads_.kv_features());
  }
  template <TensorLike T>
  T values_of(const T& all) const {
    return slice(all, -1, heads_.features() + heads_.kv_features());
  }

  AttentionHeads heads_;
  Dense qkv_, output_;
};

}  // namespace tinytorch::nn
