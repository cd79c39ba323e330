#include "nn/transformer.h"

#include <fmt/format.h>

#include "core/internal/format.h"
#include "nn/internal/named.h"
#include "nn/internal/truncating.h"

namespace tinytorch::nn {

namespace {

std::variant<LayerNorm, RMSNorm> norm_of(NormKind kind, std::int64_t features, const NormOptions& options) {
  if (kind == NormKind::layer_norm) return LayerNorm(features, options);
  return RMSNorm(features, options);
}

FeatureNorm block_norm(std::int64_t features, const TransformerBlockOptions& options) {
  return named("TransformerBlock", [&] {
    return FeatureNorm(
        options.norm, features,
        {.epsilon = options.epsilon, .bias = options.bias, .dtype = options.dtype, .device = options.device});
  });
}

SelfAttention block_attention(std::int64_t features, std::int64_t heads,
                              const TransformerBlockOptions& options) {
  return named("TransformerBlock", [&] {
    return SelfAttention(features, heads,
                         {.kv_heads = options.kv_heads,
                          .bias = options.bias,
                          .causal = options.causal,
                          .dropout = options.dropout,
                          .rotary = options.rotary,
                          .rotary_base = options.rotary_base,
                          .rotary_pairs = options.rotary_pairs,
                          .weight_init = options.weight_init,
                          .dtype = options.dtype,
                          .device = options.device,
                          .generator = options.generator});
  });
}

FeedForward block_feed_forward(std::int64_t features, const TransformerBlockOptions& options) {
  return named("TransformerBlock", [&] {
    return FeedForward(features, {.kind = options.feed_forward,
                                  .hidden = options.hidden,
                                  .bias = options.bias,
                                  .weight_init = options.weight_init,
                                  .dtype = options.dtype,
                                  .device = options.device,
                                  .generator = options.generator});
  });
}

}  // namespace

FeatureNorm::FeatureNorm(NormKind kind, std::int64_t features, const NormOptions& options)
    : norm_(named("FeatureNorm", [&] { return norm_of(kind, features, options); })) {}

void FeatureNorm::visit(Visitor& visitor) {
  std::visit([&](auto& norm) { norm.visit(visitor); }, norm_);
}

std::string FeatureNorm::description() const {
  return std::visit([](const auto& norm) { return norm.description(); }, norm_);
}

TransformerBlock::TransformerBlock(std::int64_t features, std::int64_t heads,
                                   const TransformerBlockOptions& options)
    : pre_norm_(options.pre_norm),
      dropout_(options.dropout),
      generator_(options.generator),
      attention_norm_(block_norm(features, options)),
      attention_(block_attention(features, heads, options)),
      feed_forward_norm_(block_norm(features, options)),
      feed_forward_(block_feed_forward(features, options)) {}

Tensor TransformerBlock::forward(const Tensor& x, KeyValueCache& cache) const {
  return truncating_on_failure(cache, [&](std::int64_t) {
    return with_residuals(x, [&](const Tensor& y) { return attention_.forward(y, cache); });
  });
}

void TransformerBlock::visit(Visitor& visitor) {
  visitor.child("attention_norm", attention_norm_);
  visitor.child("attention", attention_);
  visitor.child("feed_forward_norm", feed_forward_norm_);
  visitor.child("feed_forward", feed_forward_);
}

std::string TransformerBlock::description() const {
  return fmt::format("TransformerBlock({}{})", pre_norm_ ? "pre-norm" : "post-norm",
                     dropout_ > 0 ? fmt::format(", dropout {}", dropout_) : "");
}

TransformerCache::TransformerCache(const TransformerStack& stack, std::int64_t capacity) {
  for (std::size_t i = 0; i < stack.size(); ++i) blocks_.emplace_back(capacity);
}

KeyValueCache& TransformerCache::operator[](std::size_t i) {
  if (i >= size()) fail<ValueError>("TransformerCache", "there is no block {}; it has {}", i, size());
  return blocks_[i];
}

std::int64_t TransformerCache::length() const { return blocks_.empty() ? 0 : blocks_.back().length(); }

void TransformerCache::truncate(std::int64_t length) {
  for (KeyValueCache& block : blocks_) block.truncate(length);
}

void TransformerCache::clear() {
  for (KeyValueCache& block : blocks_) block.clear();
}

TransformerStack::TransformerStack(std::int64_t blocks, std::int64_t features, std::int64_t heads,
                                   const TransformerBlockOptions& options) {
  const OpScope scope("TransformerStack");
  if (blocks < 1) fail<ValueError>("TransformerStack", "blocks is {}; it must be at least 1", blocks);
  for (std::int64_t i = 0; i < blocks; ++i) blocks_.emplace_back(features, heads, options);
}

Tensor TransformerStack::forward(const Tensor& x, TransformerCache& cache) const {
  check_not_moved_from();
  if (cache.size() != size()) {
    fail<ValueError>("TransformerStack", "the cache is for {} blocks; there are {}", cache.size(), size());
  }
  return truncating_on_failure(cache, [&](std::int64_t) {
    Tensor y = x;
    for (std::size_t i = 0; i < size(); ++i) y = blocks_[i].forward(y, cache[i]);
    return y;
  });
}

void TransformerStack::visit(Visitor& visitor) {
  std::size_t i = 0;
  for (TransformerBlock& block : blocks_) visitor.child(std::to_string(i++), block);
}

std::string TransformerStack::description() const { return fmt::format("TransformerStack({})", size()); }

}  // namespace tinytorch::nn
