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
/// splits them into heads, applies attention, and projects the result: [..., queries, features]. Called as a
/// layer of one argument it is self-attention, which SelfAttention computes with fewer matrix products.
/// Children: query, key, value, output, each a Dense.
class MultiHeadAttention : public Layer<MultiHeadAttention> {
 public:
  /// @throws ValueError  features is not a multiple of heads, or heads of kv_heads; dropout is not in [0, 1);
  ///                     rotary with heads of odd width
  MultiHeadAttention(std::int64_t features, std::int64_t heads,
                     const MultiHeadAttentionOptions& options = {});

  /// Self-attention: forward(x, x, x).
  template <TensorLike T>
  T forward(const T& x) const {
    return forward(x, x, x);
  }
  /// Attention of query [..., queries, features] to key and value [..., keys, features].
  /// @param mask  as AttentionOptions::mask, for the scores [..., heads, queries, keys]
  /// @throws ShapeError  an operand is not [..., length, features], or they do not fit each other
  template <TensorLike T>
  T forward(const T& query, const std::type_identity_t<T>& key, const std::type_identity_t<T>& value,
            const Tensor& mask = {}) const {
    heads_.check_input("query", query.shape());
    heads_.check_input("key", key.shape());
    heads_.check_input("value", value.shape());
    return output_(heads_.attend(heads_.queries(query_(query)), heads_.keys(key_(key)),
                                 heads_.values(value_(value)), is_training(), mask));
  }

  /// Continues sequences whose earlier steps are in the cache: appends the next steps to it, and attends to
  /// all. For a causal layer the result is the same as for these steps in forward() of the whole sequence.
  /// @param x  the next steps, [batch, steps, features]
  /// @throws ShapeError  x is not [batch, steps, features], or does not fit the cache, which is unchanged
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

/// Self-attention: x [..., length, features] gives the same shape. As MultiHeadAttention of one argument, but
/// one matrix product computes queries, keys and values. Children: qkv, whose outputs are the features of
/// queries, keys and values in this order, and output; each a Dense.
class SelfAttention : public Layer<SelfAttention> {
 public:
  /// @throws ValueError  features is not a multiple of heads, or heads of kv_heads; dropout is not in [0, 1);
  ///                     rotary with heads of odd width
  SelfAttention(std::int64_t features, std::int64_t heads, const MultiHeadAttentionOptions& options = {});

  /// Attention of each position of x to all, or where causal to those before it and itself.
  /// @param mask  as AttentionOptions::mask, for the scores [..., heads, length, length]
  /// @throws ShapeError  x is not [..., length, features]
  template <TensorLike T>
  T forward(const T& x, const Tensor& mask = {}) const {
    heads_.check_input("x", x.shape());
    const T all = qkv_(x);
    return output_(heads_.attend(heads_.queries(queries_of(all)), heads_.keys(keys_of(all)),
                                 heads_.values(values_of(all)), is_training(), mask));
  }

  /// As MultiHeadAttention::forward(x, cache).
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
