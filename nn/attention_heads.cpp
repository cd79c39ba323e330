#include "nn/attention_heads.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "core/internal/format.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "nn/hooks.h"

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

/// `rows` rows of a contiguous tensor [..., width], from row `begin` on.
std::span<const float> rows_of(const Tensor& x, std::int64_t begin, std::int64_t rows = 1) {
  const std::int64_t width = x.size(-1);
  return {x.data<float>() + begin * width, static_cast<std::size_t>(rows * width)};
}

std::vector<float> copy_of(std::span<const float> values) { return {values.begin(), values.end()}; }

/// Attention by a plug-in, head by head and step by step.
/// @param q             [batch, heads, steps, width]
/// @param keys, values  [batch, kv_heads, all steps, width], the last of which are those of q
Tensor attended_by_hook(const char* layer, const Tensor& q, const Tensor& keys, const Tensor& values) {
  const std::int64_t steps = q.size(2), width = q.size(3), before = keys.size(2) - steps,
                     group = q.size(1) / keys.size(1);
  Tensor y = empty(q.shape());
  for (std::int64_t head = 0; head < q.size(0) * q.size(1); ++head) {
    const std::int64_t begin = head / group * keys.size(2);
    hooks::HeadCache cache{copy_of(rows_of(keys, begin, before)), copy_of(rows_of(values, begin, before))};
    for (std::int64_t step = 0; step < steps; ++step) {
      const std::int64_t query = head * steps + step, key = begin + before + step;
      hooks::attend_cached(cache, rows_of(q, query), rows_of(keys, key), rows_of(values, key),
                           1 / std::sqrt(static_cast<double>(width)),
                           {y.data<float>() + query * width, static_cast<std::size_t>(width)});
      const auto wanted = static_cast<std::size_t>((before + step + 1) * width);
      if (cache.keys.size() != wanted || cache.values.size() != wanted) {
        fail<ValueError>(layer,
                         "the hook attend_cached left a cache of {} and {} values; {} were wanted of each",
                         cache.keys.size(), cache.values.size(), wanted);
      }
    }
  }
  return y;
}

}  // namespace

constinit Hook<void(hooks::HeadCache&, std::span<const float>, std::span<const float>, std::span<const float>,
                    double, std::span<float>)>
    hooks::attend_cached{"attend_cached", nullptr};

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
  const bool is_plain = causal_ && !(training && dropout_ > 0);
  if (is_plain && q.dtype() == DType::f32 && q.device() == Device::cpu() && hooks::attend_cached) {
    return joined(
        attended_by_hook(layer_, contiguous(q), contiguous(cache.keys()), contiguous(cache.values())));
  }
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
