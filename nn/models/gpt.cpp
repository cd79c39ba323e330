#include "nn/models/gpt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/internal/checked.h"
#include "core/internal/format.h"
#include "nn/init.h"
#include "nn/internal/named.h"
#include "nn/internal/small_normal.h"
#include "nn/internal/truncating.h"

namespace tinytorch::nn {

namespace {

std::int64_t checked_context(std::int64_t context) {
  if (context < 1) fail<ValueError>("GPT", "context is {}; it must be at least 1", context);
  return context;
}

Embedding gpt_token_embedding(const GPTOptions& options) {
  return named("GPT", [&] {
    return Embedding(options.vocabulary, options.width,
                     {.weight_init = small_normal,
                      .dtype = options.dtype,
                      .device = options.device,
                      .generator = options.generator});
  });
}

std::optional<PositionalEmbedding> gpt_position_embedding(const GPTOptions& options) {
  if (options.rotary) return {};
  return named("GPT", [&] {
    return PositionalEmbedding(options.context, options.width,
                               {.weight_init = small_normal,
                                .dtype = options.dtype,
                                .device = options.device,
                                .generator = options.generator});
  });
}

TransformerStack gpt_blocks(const GPTOptions& options) {
  return named("GPT", [&] {
    return TransformerStack(options.layers, options.width, options.heads,
                            {.norm = options.norm,
                             .epsilon = options.epsilon,
                             .feed_forward = options.feed_forward,
                             .hidden = options.hidden,
                             .kv_heads = options.kv_heads,
                             .bias = options.bias,
                             .dropout = options.dropout,
                             .causal = true,
                             .rotary = options.rotary,
                             .weight_init = small_normal,
                             .dtype = options.dtype,
                             .device = options.device,
                             .generator = options.generator});
  });
}

FeatureNorm gpt_norm(const GPTOptions& options) {
  return named("GPT", [&] {
    return FeatureNorm(
        options.norm, options.width,
        {.epsilon = options.epsilon, .bias = options.bias, .dtype = options.dtype, .device = options.device});
  });
}

std::optional<Dense> gpt_head(const GPTOptions& options) {
  if (options.tied) return {};
  return named("GPT", [&] {
    return Dense(options.width, options.vocabulary,
                 {.bias = false,
                  .weight_init = small_normal,
                  .dtype = options.dtype,
                  .device = options.device,
                  .generator = options.generator});
  });
}

/// Scales the weights that end residual branches, so that the sum of all branches has the same variance for
/// any number of layers.
void scale_residuals(const TransformerStack& blocks) {
  if (SkipInit::active()) return;
  const double scale = 1 / std::sqrt(2 * static_cast<double>(blocks.size()));
  for (auto& [name, parameter] : blocks.named_parameters()) {
    if (name.ends_with("output.weight") || name.ends_with("down.weight"))
      parameter.set_value(parameter.value() * scale);
  }
}

/// The number of the first tokens of `length` that the model has forgotten.
std::int64_t forgotten(std::int64_t length, std::int64_t context) {
  const std::int64_t step = std::max<std::int64_t>(1, context / 2);
  return length <= context ? 0 : (length - context + step - 1) / step * step;
}

}  // namespace

GPTOptions gpt_options(std::string_view name) {
  if (name == "tiny") return {.vocabulary = 256, .context = 128, .width = 128, .heads = 4, .layers = 4};
  if (name == "gpt2") return {};
  if (name == "gpt2-medium") return {.width = 1024, .heads = 16, .layers = 24};
  if (name == "gpt2-large") return {.width = 1280, .heads = 20, .layers = 36};
  if (name == "gpt2-xl") return {.width = 1600, .heads = 25, .layers = 48};
  fail<ValueError>("gpt_options",
                   "there is no size \"{}\"; the sizes are tiny, gpt2, gpt2-medium, gpt2-large and gpt2-xl",
                   name);
}

GPT::GPT(const GPTOptions& options)
    : context_(checked_context(options.context)),
      dropout_(options.dropout),
      generator_(options.generator),
      token_embedding_(gpt_token_embedding(options)),
      position_embedding_(gpt_position_embedding(options)),
      blocks_(gpt_blocks(options)),
      norm_(gpt_norm(options)),
      head_(gpt_head(options)) {
  named("GPT", [&] { scale_residuals(blocks_); });
}

Tensor GPT::states(const Tensor& tokens, TransformerCache& cache) const {
  check_tokens(tokens.shape(), cache.length());
  if (tokens.rank() != 2)
    fail<ShapeError>("GPT", "tokens are {}; with a cache [batch, steps] is wanted", tokens.shape());
  return blocks_.forward(embedded(tokens, cache.length()), cache);
}

Tensor GPT::forward(const Tensor& tokens, TransformerCache& cache) const {
  return truncating_on_failure(cache, [&](std::int64_t) { return logits(states(tokens, cache)); });
}

Tensor GPT::last_logits(const Tensor& tokens, TransformerCache* cache) const {
  const Tensor x =
      cache ? states(slice(tokens, 1, cache->length()), *cache) : blocks_.forward(embedded(tokens, 0));
  return logits(select(x, 1, -1));
}

Tensor GPT::generate(const Tensor& prompt, const GenerateOptions& options, Generator& generator) const {
  if (prompt.rank() != 2 || prompt.numel() == 0) {
    fail<ShapeError>("GPT", "the prompt is {}; wanted [batch, length], with at least one token",
                     prompt.shape());
  }
  if (options.tokens < 0)
    fail<ValueError>("GPT", "the number of tokens to generate is {}; it may not be negative", options.tokens);
  Tensor text = prompt.dtype() == DType::i32 ? prompt.to(DType::i64) : prompt;
  TransformerCache cache = make_cache();
  std::int64_t begin = 0;  // of the tokens in the cache
  for (std::int64_t i = 0; i < options.tokens; ++i) {
    const std::int64_t first = forgotten(text.size(1), context_);
    if (std::exchange(begin, first) != first) cache.clear();
    const Tensor next = last_logits(slice(text, 1, first), options.cache ? &cache : nullptr);
    const Tensor token = sample_token(next, options.sampling, generator);
    text = concat({text, unsqueeze(token, 1)}, 1);
    if (options.on_token && !options.on_token(token)) break;
  }
  return text;
}

void GPT::check_tokens(const Shape& shape, std::int64_t before) const {
  if (shape.empty()) fail<ShapeError>("GPT", "tokens are []; wanted [batch, length] or [length]");
  if (shape.back() > context_ - before) {
    fail<ShapeError>("GPT", "{} tokens after {} exceed the context of {}", shape.back(), before, context_);
  }
}

void GPT::visit(Visitor& visitor) {
  visitor.child("token_embedding", token_embedding_);
  if (position_embedding_) visitor.child("position_embedding", *position_embedding_);
  visitor.child("blocks", blocks_);
  visitor.child("norm", norm_);
  if (head_) visitor.child("head", *head_);
}

std::string GPT::description() const {
  return fmt::format("GPT(vocabulary {}, context {}, {} layers)", vocabulary(), context_, blocks_.size());
}

NameMap gpt2_names() {
  return NameMap(R"(
    wte.weight             -> token_embedding.weight
    wpe.weight             -> position_embedding.weight
    h.*.ln_1.*             -> blocks.*.attention_norm.*
    h.*.attn.c_attn.weight -> blocks.*.attention.qkv.weight transposed
    h.*.attn.c_attn.bias   -> blocks.*.attention.qkv.bias
    h.*.attn.c_proj.weight -> blocks.*.attention.output.weight transposed
    h.*.attn.c_proj.bias   -> blocks.*.attention.output.bias
    h.*.ln_2.*             -> blocks.*.feed_forward_norm.*
    h.*.mlp.c_fc.weight    -> blocks.*.feed_forward.up.weight transposed
    h.*.mlp.c_fc.bias      -> blocks.*.feed_forward.up.bias
    h.*.mlp.c_proj.weight  -> blocks.*.feed_forward.down.weight transposed
    h.*.mlp.c_proj.bias    -> blocks.*.feed_forward.down.bias
    ln_f.*                 -> norm.*
    h.*.attn.bias          -> nothing  # the causal mask
    h.*.attn.masked_bias   -> nothing
    lm_head.weight         -> nothing  # that of wte
  )",
                 "transformer.");
}

}  // namespace tinytorch::nn
