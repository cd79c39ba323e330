#include "nn/attention.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/format.h"

namespace tinytorch::nn {

namespace {

constexpr const char* kLayer = "MultiHeadAttention";

std::int64_t checked_heads(std::int64_t features, std::int64_t heads) {
  if (heads < 1 || features < 1 || features % heads != 0) {
    fail<ValueError>(kLayer, "{} features and {} heads; the first must be a positive multiple of the second",
                     features, heads);
  }
  return heads;
}

std::int64_t checked_kv_heads(std::int64_t heads, std::int64_t kv_heads) {
  if (kv_heads < 1 || heads % kv_heads != 0) {
    fail<ValueError>(kLayer, "{} heads and {} kv_heads; the first must be a positive multiple of the second",
                     heads, kv_heads);
  }
  return kv_heads;
}

void check_options(std::int64_t width, const MultiHeadAttentionOptions& options) {
  if (!(options.dropout >= 0 && options.dropout < 1))
    fail<ValueError>(kLayer, "dropout is {}; it must be at least 0 and below 1", options.dropout);
  if (options.rotary && width % 2 != 0) {
    fail<ValueError>(
        kLayer, "heads are {} wide; with rotary positions, which turn pairs, the width must be even", width);
  }
}

DenseOptions projection(const MultiHeadAttentionOptions& options) {
  return {.bias = options.bias,
          .weight_init = options.weight_init,
          .dtype = options.dtype,
          .device = options.device,
          .generator = options.generator};
}

void check_appended(const char* name, const Tensor& now, const Tensor& before) {
  Shape wanted = before.shape();
  if (now.rank() == 4) wanted[2] = now.shape()[2];
  if (now.shape() != wanted) {
    wanted[2] = -1;
    fail<ShapeError>("KeyValueCache", "{} are {}; those in the cache want {}, -1 being any number of steps",
                     name, now.shape(), wanted);
  }
  if (now.dtype() != before.dtype())
    fail<DTypeError>("KeyValueCache", "{} are {}, those in the cache {}", name, now.dtype(), before.dtype());
}

Tensor with_steps(const Tensor& x, std::int64_t steps) {
  return empty({x.shape()[0], x.shape()[1], steps, x.shape()[3]}, {.dtype = x.dtype(), .device = x.device()});
}

void put(Tensor& buffer, const Tensor& x, std::int64_t at) {
  Tensor place = slice(buffer, 2, at, at + x.shape()[2]);
  assign(place, x);
}

/// A buffer of so many steps that begins with the first `length` of x.
Tensor grown(const Tensor& x, std::int64_t steps, std::int64_t length) {
  Tensor result = with_steps(x, steps);
  put(result, slice(x, 2, 0, length), 0);
  return result;
}

}  // namespace

KeyValueCache::KeyValueCache(std::int64_t capacity) : capacity_(capacity) {
  if (capacity < 0) fail<ValueError>("KeyValueCache", "capacity is {}; it may not be negative", capacity);
}

void KeyValueCache::append(const Tensor& keys, const Tensor& values) {
  if (keys.rank() != 4 || values.rank() != 4 || keys.shape()[2] != values.shape()[2]) {
    fail<ShapeError>("KeyValueCache",
                     "keys are {}, values {}; wanted [batch, kv_heads, steps, width] of as many steps",
                     keys.shape(), values.shape());
  }
  const std::int64_t length = length_ + keys.shape()[2];
  if (!keys_.defined()) {
    capacity_ = std::max(capacity_, length);
    keys_ = with_steps(keys, capacity_);
    values_ = with_steps(values, capacity_);
  }
  check_appended("keys", keys, keys_);
  check_appended("values", values, values_);
  if (length > capacity_) {
    capacity_ = std::max(length, 2 * capacity_);
    keys_ = grown(keys_, capacity_, length_);
    values_ = grown(values_, capacity_, length_);
  }
  put(keys_, keys, length_);
  put(values_, values, length_);
  length_ = length;
}

Tensor KeyValueCache::keys() const { return keys_.defined() ? slice(keys_, 2, 0, length_) : Tensor(); }
Tensor KeyValueCache::values() const { return values_.defined() ? slice(values_, 2, 0, length_) : Tensor(); }

MultiHeadAttention::MultiHeadAttention(std::int64_t features, std::int64_t heads,
                                       const MultiHeadAttentionOptions& options)
    : features_(features),
      heads_(checked_heads(features, heads)),
      kv_heads_(checked_kv_heads(heads, options.kv_heads.value_or(heads))),
      causal_(options.causal),
      rotary_(options.rotary),
      dropout_(options.dropout),
      rotary_base_(options.rotary_base),
      generator_(options.generator),
      query_(features, features, projection(options)),
      key_(features, features / heads * kv_heads_, projection(options)),
      value_(features, features / heads * kv_heads_, projection(options)),
      output_(features, features, projection(options)) {
  check_options(features / heads, options);
}

Tensor MultiHeadAttention::forward(const Tensor& x, KeyValueCache& cache) const {
  check_steps(x.shape());
  const std::int64_t before = cache.length();
  const Tensor q = positioned(split(query_(x), heads_), before);
  cache.append(positioned(split(key_(x), kv_heads_), before), split(value_(x), kv_heads_));
  return joined(scaled_dot_product_attention(q, cache.keys(), cache.values(), attention_options({}, before)));
}

AttentionOptions MultiHeadAttention::attention_options(const Tensor& mask, std::int64_t offset) const {
  return {.causal = causal_,
          .causal_offset = offset,
          .mask = mask,
          .dropout = is_training() ? dropout_ : 0,
          .generator = generator_};
}

void MultiHeadAttention::check_input(const char* name, const Shape& shape) const {
  if (shape.size() >= 2 && shape.back() == features_) return;
  fail<ShapeError>(kLayer, "{} is {}; wanted [..., length, {}]", name, shape, features_);
}

void MultiHeadAttention::check_steps(const Shape& shape) const {
  if (shape.size() == 3 && shape.back() == features_) return;
  fail<ShapeError>(kLayer, "x is {}; with a cache [batch, steps, {}] is wanted", shape, features_);
}

void MultiHeadAttention::visit(Visitor& visitor) {
  visitor.child("query", query_);
  visitor.child("key", key_);
  visitor.child("value", value_);
  visitor.child("output", output_);
}

std::string MultiHeadAttention::description() const {
  std::string text = fmt::format("MultiHeadAttention({}, {} heads", features_, heads_);
  if (kv_heads_ != heads_) text += fmt::format(", {} kv_heads", kv_heads_);
  if (causal_) text += ", causal";
  if (rotary_) text += ", rotary";
  if (dropout_ > 0) text += fmt::format(", dropout {}", dropout_);
  return text + ")";
}

}  // namespace tinytorch::nn
