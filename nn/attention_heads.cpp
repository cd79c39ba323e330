#include "nn/attention_heads.h"

#include <fmt/format.h>

#include "core/internal/format.h"

namespace tinytorch::nn {

namespace {

std::int64_t checked_heads(const char* layer, std::int64_t features, std::int64_t heads) {
  if (heads < 1 || features < 1 || features % heads != 0) {
    fail<ValueError>(layer, "{} features and {} heads; the first must be a positive multiple of the second",
                     features, heads);
  }
  return heads;
}

std::int64_t checked_kv_heads(const char* layer, std::int64_t heads, std::int64_t kv_heads) {
  if (kv_heads < 1 || heads % kv_heads != 0) {
    fail<ValueError>(layer, "{} heads and {} kv_heads; the first must be a positive multiple of the second",
                     heads, kv_heads);
  }
  return kv_heads;
}

void check_options(const char* layer, std::int64_t width, const MultiHeadAttentionOptions& options) {
  if (!(options.dropout >= 0 && options.dropout < 1))
    fail<ValueError>(layer, "dropout is {}; it must be at least 0 and below 1", options.dropout);
  if (options.rotary && width % 2 != 0) {
    fail<ValueError>(
        layer, "heads are {} wide; with rotary positions, which turn pairs, the width must be even", width);
  }
}

}  // namespace

AttentionHeads::AttentionHeads(const char* layer, std::int64_t features, std::int64_t heads,
                               const MultiHeadAttentionOptions& options)
    : layer_(layer),
      features_(features),
      heads_(checked_heads(layer, features, heads)),
      kv_heads_(checked_kv_heads(layer, heads, options.kv_heads.value_or(heads))),
      causal_(options.causal),
      rotary_(options.rotary),
      dropout_(options.dropout),
      rotary_base_(options.rotary_base),
      rotary_pairs_(options.rotary_pairs),
      generator_(options.generator) {
  check_options(layer, features / heads, options);
}

AttentionOptions AttentionHeads::attention_options(bool training, const Tensor& mask,
                                                   std::int64_t offset) const {
  return {.causal = causal_,
          .causal_offset = offset,
          .mask = mask,
          .dropout = training ? dropout_ : 0,
          .generator = generator_};
}

Tensor AttentionHeads::attend(const Tensor& q, const Tensor& k, const Tensor& v, bool training,
                              KeyValueCache& cache) const {
  const std::int64_t before = cache.length();
  cache.append(k, v);
  return attend(q, cache.keys(), cache.values(), training, {}, before);
}

void AttentionHeads::check_input(const char* name, const Shape& shape) const {
  if (shape.size() >= 2 && shape.back() == features_) return;
  fail<ShapeError>(layer_, "{} is {}; wanted [..., length, {}]", name, shape, features_);
}

void AttentionHeads::check_steps(const Shape& shape) const {
  if (shape.size() == 3 && shape.back() == features_) return;
  fail<ShapeError>(layer_, "x is {}; with a cache [batch, steps, {}] is wanted", shape, features_);
}

std::string AttentionHeads::description() const {
  std::string text = fmt::format("{}({}, {} heads", layer_, features_, heads_);
  if (kv_heads_ != heads_) text += fmt::format(", {} kv_heads", kv_heads_);
  if (causal_) text += ", causal";
  if (rotary_) text += rotary_pairs_ == RotaryPairs::halves ? ", rotary" : ", interleaved rotary";
  if (dropout_ > 0) text += fmt::format(", dropout {}", dropout_);
  return text + ")";
}

}  // namespace tinytorch::nn
