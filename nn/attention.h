#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "nn/attention_heads.h"
#include "nn/dense.h"
#include "nn/key_value_cache.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// Attention by several heads (Vaswani et al. 2017, 3.2.2): query, key and value [..., length, features] are
/// projected, cut into heads, attend, and are projected back: [..., queries, features]. As a layer of one
/// argument it attends to itself, which SelfAttention does in fewer products. Children: query, key, value,
/// output, each a Dense.
class MultiHeadAttention : public Layer<MultiHeadAttention> {
 public:
  /// @throws ValueError  features is no multiple of heads, or heads none of kv_heads; dropout is not in [0,
  /// 1); rotary and heads of odd width
  MultiHeadAttention(std::int64_t features, std::int64_t heads,
                     const MultiHeadAttentionOptions& options = {});

  template <TensorLike T>
  T forward(const T& x) const {
    return forward(x, x, x);
  }
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

  /// The next steps x [batch, steps, features] of sequences whose earlier steps are in the cache, where these
  /// are added. Equal to those rows of the whole sequence's forward() where the layer is causal.
  /// @throws ShapeError  x is not [batch, steps, features], or does not fit the cache, which stays as it was
  Tensor forward(const Tensor& x, KeyValueCache& cache) const;

  void visit(Visitor& visitor) override;
  std::string description() const override { return heads_.description(); }

  std::int64_t features() const { return heads_.features(); }
  std::int64_t heads() const { return heads_.heads(); }
  std::int64_t kv_heads() const { return heads_.kv_heads(); }

 private:
  detail::AttentionHeads heads_;
  Dense query_, key_, value_, output_;
};

/// Attention of a sequence to itself: x [..., length, features] gives the same shape. As MultiHeadAttention
/// of one argument, but its queries, keys and values are one product. Children: qkv, whose outputs are the
/// queries', keys' and values' features in this order, and output, each a Dense.
class SelfAttention : public Layer<SelfAttention> {
 public:
  /// @throws ValueError  features is no multiple of heads, or heads none of kv_heads; dropout is not in [0,
  /// 1); rotary and heads of odd width
  SelfAttention(std::int64_t features, std::int64_t heads, const MultiHeadAttentionOptions& options = {});

  /// @param mask  as AttentionOptions::mask, for the scores [..., heads, length, length]
  /// @throws ShapeError  x is not [..., length, features]
  template <TensorLike T>
  T forward(const T& x, const Tensor& mask = {}) const {
    heads_.check_input("x", x.shape());
    const T all = qkv_(x);
    return output_(heads_.attend(heads_.queries(queries_of(all)), heads_.keys(keys_of(all)),
                                 heads_.values(values_of(all)), is_training(), mask));
  }

  /// As MultiHeadAttention's.
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

  detail::AttentionHeads heads_;
  Dense qkv_, output_;
};

}  // namespace tinytorch::nn
