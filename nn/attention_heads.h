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

/// The options of the attention layers.
struct MultiHeadAttentionOptions {
  std::optional<std::int64_t> kv_heads = {};  ///< number of heads of keys and values; by default, `heads`
  bool bias = true;
  bool causal = false;                             ///< a position attends to itself and those before it
  double dropout = 0;                              ///< of the attention weights in training, in [0, 1)
  bool rotary = false;                             ///< rotary position embedding of queries and keys
  double rotary_base = 10000;                      ///< see rotary()
  RotaryPairs rotary_pairs = RotaryPairs::halves;  ///< which elements are rotated together
  Initializer weight_init = init::xavier_uniform();
  DType dtype = DType::f32;
  Device device = Device::cpu();
  /// for the initializers and for dropout; must outlive the layer; null: default_generator()
  Generator* generator = nullptr;
};

/// The common part of MultiHeadAttention and SelfAttention: splits features into heads, applies attention,
/// and joins the results. Queries, keys and values are [..., length, heads * width].
class AttentionHeads {
 public:
  /// @param layer  the name of the layer, for error messages
  /// @throws ValueError  as MultiHeadAttention
  AttentionHeads(const char* layer, std::int64_t features, std::int64_t heads,
                 const MultiHeadAttentionOptions& options);

  std::int64_t features() const { return features_; }
  std::int64_t heads() const { return heads_; }
  std::int64_t kv_heads() const { return kv_heads_; }
  /// The number of features of keys and values.
  std::int64_t kv_features() const { return features_ / heads_ * kv_heads_; }

  /// Splits queries, keys or values into heads, [..., heads, length, width]. With options.rotary, queries and
  /// keys are rotated by their positions, which begin at `offset`.
  template <TensorLike T>
  T queries(const T& x, std::int64_t offset = 0) const {
    return with_positions(split(x, heads_), offset);
  }
  template <TensorLike T>
  T keys(const T& x, std::int64_t offset = 0) const {
    return with_positions(split(x, kv_heads_), offset);
  }
  template <TensorLike T>
  T values(const T& x) const {
    return split(x, kv_heads_);
  }

  /// Applies attention to the heads and joins the results, [..., length, features].
  /// @param mask    see AttentionOptions::mask
  /// @param offset  the position of the first query among the keys
  template <TensorLike T>
  T attend(const T& q, const T& k, const T& v, bool training, const Tensor& mask = {},
           std::int64_t offset = 0) const {
    return joined(scaled_dot_product_attention(q, k, v, attention_options(training, mask, offset)));
  }

  /// Appends keys and values to the cache, and attends to all steps in it.
  Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v, bool training, KeyValueCache& cache) const;

  /// Checks the shape of an operand.
  /// @param name  the name of the operand, for error messages
  /// @throws ShapeError  the shape is not [..., length, features]
  void check_input(const char* name, const Shape& shape) const;
  /// Checks the shape of steps for a cache.
  /// @throws ShapeError  the shape is not [batch, steps, features]
  void check_steps(const Shape& shape) const;

  std::string description() const;

 private:
  AttentionOptions attention_options(bool training, const Tensor& mask, std::int64_t offset) const;

  /// A view [..., heads, length, width] of x [..., length, heads * width].
  template <TensorLike T>
  T split(const T& x, std::int64_t heads) const {
    Shape shape = x.shape();
    shape.back() = heads;
    shape.push_back(features_ / heads_);
    return transpose(reshape(x, shape), -3, -2);
  }
  /// [..., length, heads * width] of y [..., heads, length, width].
  template <TensorLike T>
  static T joined(const T& y) {
    return flatten(transpose(y, -3, -2), y.rank() - 2);
  }
  template <TensorLike T>
  T with_positions(const T& x, std::int64_t offset) const {
    return rotary_ ? rotary(x, offset, rotary_base_, rotary_pairs_) : x;
  }

  const char* layer_;
  std::int64_t features_, heads_, kv_heads_;
  bool causal_, rotary_;
  double dropout_, rotary_base_;
  RotaryPairs rotary_pairs_;
  Generator* generator_;
};

}  // namespace tinytorch::nn
