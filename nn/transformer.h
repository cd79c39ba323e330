#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "autograd/ops.h"
#include "nn/attention.h"
#include "nn/feed_forward.h"
#include "nn/key_value_cache.h"
#include "nn/module.h"
#include "nn/normalization.h"

/// Transformer blocks.
///
/// ```cpp
/// const nn::TransformerBlock block(32, 4, {.causal = true});
/// const Tensor x = randn({2, 10, 32});
/// const Tensor y = block(x);  // [2, 10, 32]
/// const nn::TransformerStack encoder(6, 32, 4, {.pre_norm = false, .dropout = 0.1});
/// const Tensor padded = encoder.forward(x, padding_mask(Tensor{10, 7}, 10));
/// ```
namespace tinytorch::nn {

/// The normalization of a Transformer: LayerNorm or RMSNorm.
enum class NormKind { layer_norm, rms_norm };

/// LayerNorm or RMSNorm over the last axis, as an option of other layers says. It has their parameters.
class FeatureNorm : public Layer<FeatureNorm> {
 public:
  /// @throws ShapeError  features is less than 1
  FeatureNorm(NormKind kind, std::int64_t features, const NormOptions& options = {});

  /// @throws ShapeError  the length of x's last axis is not features
  template <TensorLike T>
  T forward(const T& x) const {
    return std::visit([&](const auto& norm) { return norm(x); }, norm_);
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

 private:
  std::variant<LayerNorm, RMSNorm> norm_;
};

/// The options of TransformerBlock and TransformerStack.
struct TransformerBlockOptions {
  /// normalizes the input of each sublayer (as GPT-2 does); false: the sum of its input and its result (as
  /// Vaswani et al. 2017 and BERT do)
  bool pre_norm = true;
  NormKind norm = NormKind::layer_norm;
  double epsilon = 1e-5;  ///< of the normalization
  FeedForwardKind feed_forward = FeedForwardKind::gelu;
  std::optional<std::int64_t> hidden = {};    ///< see FeedForwardOptions
  std::optional<std::int64_t> kv_heads = {};  ///< see MultiHeadAttentionOptions
  bool bias = true;                           ///< of all layers
  double dropout = 0;   ///< of the attention weights and of each sublayer's result, in training; in [0, 1)
  bool causal = false;  ///< a position attends to itself and those before it
  bool rotary = false;  ///< rotary position embedding of queries and keys
  double rotary_base = 10000;
  RotaryPairs rotary_pairs = RotaryPairs::halves;
  Initializer weight_init = init::xavier_uniform();
  DType dtype = DType::f32;
  Device device = Device::cpu();
  /// for the initializers and for dropout; must outlive the layer; null: default_generator()
  Generator* generator = nullptr;
};

/// A Transformer block (Vaswani et al. 2017): self-attention, then a feed-forward network, each with a
/// residual connection and a normalization; [..., length, features] gives the same shape. With pre_norm, y =
/// x + attention(attention_norm(x)) and z = y + feed_forward(feed_forward_norm(y)); otherwise, y =
/// attention_norm(x + attention(x)) and z = feed_forward_norm(y + feed_forward(y)). Children: attention_norm,
/// attention (SelfAttention), feed_forward_norm and feed_forward (FeedForward).
class TransformerBlock : public Layer<TransformerBlock> {
 public:
  /// @throws ValueError  as SelfAttention and FeedForward
  /// @throws ShapeError  the initializer returns another shape
  TransformerBlock(std::int64_t features, std::int64_t heads, const TransformerBlockOptions& options = {});

  /// @param mask  see AttentionOptions::mask; broadcasts to the scores [..., heads, length, length]
  /// @throws ShapeError  x is not [..., length, features], or the mask does not fit
  template <TensorLike T>
  T forward(const T& x, const Tensor& mask = {}) const {
    return with_residuals(x, [&](const T& y) { return attention_.forward(y, mask); });
  }
  /// The next steps of a sequence, for step-by-step generation; see MultiHeadAttention::forward(x, cache).
  /// @param x  [batch, steps, features]
  Tensor forward(const Tensor& x, KeyValueCache& cache) const;

  void visit(Visitor& visitor) override;
  std::string description() const override;

 private:
  template <TensorLike T, class Attend>
  T with_residuals(const T& x, const Attend& attend) const {
    if (pre_norm_) {
      const T y = x + dropped(attend(attention_norm_(x)));
      return y + dropped(feed_forward_(feed_forward_norm_(y)));
    }
    const T y = attention_norm_(x + dropped(attend(x)));
    return feed_forward_norm_(y + dropped(feed_forward_(y)));
  }
  template <TensorLike T>
  T dropped(const T& x) const {
    return dropout(x, dropout_, is_training(), generator_ ? *generator_ : default_generator());
  }

  bool pre_norm_;
  double dropout_;
  Generator* generator_;
  FeatureNorm attention_norm_;
  SelfAttention attention_;
  FeatureNorm feed_forward_norm_;
  FeedForward feed_forward_;
};

class TransformerCache;

/// Transformer blocks one after another: [..., length, features] gives the same shape. Children: the blocks,
/// named "0", "1" and so on.
class TransformerStack : public Layer<TransformerStack> {
 public:
  /// @throws ValueError  blocks is less than 1
  /// @throws as TransformerBlock
  TransformerStack(std::int64_t blocks, std::int64_t features, std::int64_t heads,
                   const TransformerBlockOptions& options = {});

  /// @param mask  for each block; see TransformerBlock
  /// @throws ShapeError  as TransformerBlock
  template <TensorLike T>
  T forward(const T& x, const Tensor& mask = {}) const {
    check_not_moved_from();
    T y = x;
    for (const TransformerBlock& block : blocks_) y = block.forward(y, mask);
    return y;
  }
  /// The next steps of a sequence. If it throws, the cache has the steps that it had before.
  /// @param x  [batch, steps, features]
  /// @throws ValueError  the cache is for another number of blocks
  /// @throws ShapeError  as TransformerBlock
  Tensor forward(const Tensor& x, TransformerCache& cache) const;

  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// The number of blocks.
  std::size_t size() const { return blocks_.size(); }

 private:
  std::vector<TransformerBlock> blocks_;
};

/// The keys and values of earlier steps for each block of a TransformerStack, and for one batch of sequences.
class TransformerCache {
 public:
  /// Makes empty caches for the blocks of a stack; see KeyValueCache.
  /// @throws ValueError  capacity is negative
  explicit TransformerCache(const TransformerStack& stack, std::int64_t capacity = 0);

  /// The number of blocks.
  std::size_t size() const { return blocks_.size(); }
  /// The cache of a block.
  /// @throws ValueError  i is not less than size()
  KeyValueCache& operator[](std::size_t i);

  /// The number of steps in the caches.
  std::int64_t length() const;
  /// Discards all but the first `length` steps.
  /// @throws ValueError  length is negative or above length()
  void truncate(std::int64_t length);
  /// Discards all steps and keeps the memory. The next steps may have another shape.
  void clear();

 private:
  std::vector<KeyValueCache> blocks_;
};

}  // namespace tinytorch::nn
