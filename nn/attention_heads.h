#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "autograd/ops.h"
#include "core/ops/attention.h"
#include "core/ops/composite.h"
#include "core/ops/positions.h"
#include "nn/dense.h"
#include "nn/init.h"
#include "nn/key_value_cache.h"

namespace tinytorch::nn {

/// What attention layers are made of.
struct MultiHeadAttentionOptions {
  std::optional<std::int64_t> kv_heads =
      {};  ///< heads of keys and values, which queries share; all where left out
  bool bias = true;
  bool causal = false;  ///< a position attends to itself and those before
  double dropout = 0;   ///< of the weights, while training
  bool rotary = false;  ///< rotary position embedding of queries and keys
  double rotary_base = 10000;
  Initializer weight_init = init::xavier_uniform();
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator =
      nullptr;  ///< for the initialisers and for dropout; null: default_generator(). Outlives the layer
};

namespace detail {

/// How features are cut into heads that attend: what the attention layers have in common. Queries, keys and
/// values are [..., length, heads width].
class AttentionHeads {
 public:
  /// @param layer  its name, for messages
  /// @throws ValueError  features is no multiple of heads, or heads none of kv_heads; dropout is not in [0,
  /// 1); rotary
  ///                     and heads of odd width
  AttentionHeads(const char* layer, std::int64_t features, std::int64_t heads,
                 const MultiHeadAttentionOptions& options);

  std::int64_t features() const { return features_; }
  std::int64_t heads() const { return heads_; }
  std::int64_t kv_heads() const { return kv_heads_; }
  /// How many features keys and values have.
  std::int64_t kv_features() const { return features_ / heads_ * kv_heads_; }

  /// The heads [..., heads, length, width] of queries, keys or values whose first position is `offset`.
  template <TensorLike T>
  T queries(const T& x, std::int64_t offset = 0) const {
    return positioned(split(x, heads_), offset);
  }
  template <TensorLike T>
  T keys(const T& x, std::int64_t offset = 0) const {
    return positioned(split(x, kv_heads_), offset);
  }
  template <TensorLike T>
  T values(const T& x) const {
    return split(x, kv_heads_);
  }

  /// What the heads give, side by side again: [..., length, features].
  template <TensorLike T>
  T attend(const T& q, const T& k, const T& v, bool training, const Tensor& mask = {},
           std::int64_t offset = 0) const {
    const T y = scaled_dot_product_attention(q, k, v, attention_options(training, mask, offset));
    return flatten(transpose(y, -3, -2), y.rank() - 2);
  }

  /// attend() to the steps in the cache and these, which are then added to it: where an exception leaves, it
  /// is as it was.
  Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v, bool training, KeyValueCache& cache) const;

  /// @throws ShapeError  not [..., length, features]
  void check_input(const char* name, const Shape& shape) const;
  /// @throws ShapeError  not [batch, steps, features]
  void check_steps(const Shape& shape) const;

  std::string description() const;

 private:
  AttentionOptions attention_options(bool training, const Tensor& mask, std::int64_t offset) const;

  /// [..., length, heads width] as [..., heads, length, width], a view.
  template <TensorLike T>
  T split(const T& x, std::int64_t heads) const {
    Shape shape = x.shape();
    shape.back() = heads;
    shape.push_back(features_ / heads_);
    return transpose(reshape(x, shape), -3, -2);
  }
  template <TensorLike T>
  T positioned(const T& x, std::int64_t offset) const {
    return rotary_ ? rotary(x, offset, rotary_base_) : x;
  }

  const char* layer_;
  std::int64_t features_, heads_, kv_heads_;
  bool causal_, rotary_;
  double dropout_, rotary_base_;
  Generator* generator_;
};

}  // namespace detail
}  // namespace tinytorch::nn
