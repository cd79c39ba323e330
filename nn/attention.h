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
#include "nn/module.h"

namespace tinytorch::nn {

/// The keys and values of earlier steps, so that a model which goes on step by step computes each of them
/// once. It grows as a vector does; one cache serves one layer and one batch of sequences.
class KeyValueCache {
 public:
  KeyValueCache() = default;
  /// With room for `capacity` steps from the start.
  /// @throws ValueError  capacity is negative
  explicit KeyValueCache(std::int64_t capacity);

  /// Copies the keys and values [batch, kv_heads, steps, width] of the next steps behind those that are
  /// there.
  /// @throws ShapeError  they differ from the first ones in another axis than the steps. DTypeError,
  /// DeviceError
  void append(const Tensor& keys, const Tensor& values);

  /// How many steps there are.
  std::int64_t length() const { return length_; }
  /// Views [batch, kv_heads, length, width], valid until the next append(); undefined where there are none.
  Tensor keys() const;
  Tensor values() const;
  /// Forgets all steps, but not the room.
  void clear() { length_ = 0; }

 private:
  std::int64_t capacity_ = 0, length_ = 0;
  Tensor keys_, values_;
};

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

/// Attention by several heads (Vaswani et al. 2017, 3.2.2): query, key and value [..., length, features] are
/// projected, cut into heads, attend, and are projected back: [..., queries, features]. As a layer of one
/// argument it attends to itself. Children: query, key, value, output, each a Dense.
class MultiHeadAttention : public Layer<MultiHeadAttention> {
 public:
  /// @throws ValueError  features is no multiple of heads, or heads none of kv_heads; dropout is not in [0,
  /// 1); rotary
  ///                     and heads of odd width
  MultiHeadAttention(std::int64_t features, std::int64_t heads,
                     const MultiHeadAttentionOptions& options = {});

  template <TensorLike T>
  T forward(const T& x) const {
    return forward(x, x, x);
  }
  /// @param mask  as AttentionOptions::mask, for the scores [..., heads, queries, keys]
  /// @throws ShapeError  an operand is not [..., length, features], or they do not fit each other
  template <TensorLike T>
  T forward(const T& query, const T& key, const T& value, const Tensor& mask = {}) const;

  /// The next steps x [batch, steps, features] of sequences whose earlier steps are in the cache, where these
  /// are added. Equal to those rows of the whole sequence's forward() where the layer is causal.
  /// @throws ShapeError  x is not [batch, steps, features], or does not fit the cache
  Tensor forward(const Tensor& x, KeyValueCache& cache) const;

  void visit(Visitor& visitor) override;
  std::string description() const override;

  std::int64_t features() const { return features_; }
  std::int64_t heads() const { return heads_; }
  std::int64_t kv_heads() const { return kv_heads_; }

 private:
  void check_input(const char* name, const Shape& shape) const;
  void check_steps(const Shape& shape) const;
  AttentionOptions attention_options(const Tensor& mask, std::int64_t offset) const;

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
  template <TensorLike T>
  T joined(const T& heads) const {
    return output_(flatten(transpose(heads, -3, -2), heads.rank() - 2));
  }

  std::int64_t features_, heads_, kv_heads_;
  bool causal_, rotary_;
  double dropout_, rotary_base_;
  Generator* generator_;
  Dense query_, key_, value_, output_;
};

template <TensorLike T>
T MultiHeadAttention::forward(const T& query, const T& key, const T& value, const Tensor& mask) const {
  check_input("query", query.shape());
  check_input("key", key.shape());
  check_input("value", value.shape());
  const T q = positioned(split(query_(query), heads_), 0), k = positioned(split(key_(key), kv_heads_), 0);
  return joined(
      scaled_dot_product_attention(q, k, split(value_(value), kv_heads_), attention_options(mask, 0)));
}

}  // namespace tinytorch::nn
