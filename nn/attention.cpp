#include "nn/attention.h"

#include "core/internal/checked.h"
#include "nn/internal/truncating.h"

namespace tinytorch::nn {

namespace {

Dense projection(const char* layer, std::int64_t in, std::int64_t out,
                 const MultiHeadAttentionOptions& options) {
  const OpScope scope(layer);
  return Dense(in, out,
               {.bias = options.bias,
                .weight_init = options.weight_init,
                .dtype = options.dtype,
                .device = options.device,
                .generator = options.generator});
}

}  // namespace

MultiHeadAttention::MultiHeadAttention(std::int64_t features, std::int64_t heads,
                                       const MultiHeadAttentionOptions& options)
    : heads_("MultiHeadAttention", features, heads, options),
      query_(projection("MultiHeadAttention", features, features, options)),
      key_(projection("MultiHeadAttention", features, heads_.kv_features(), options)),
      value_(projection("MultiHeadAttention", features, heads_.kv_features(), options)),
      output_(projection("MultiHeadAttention", features, features, options)) {}

Tensor MultiHeadAttention::forward(const Tensor& x, KeyValueCache& cache) const {
  heads_.check_steps(x.shape());
  return truncating_on_failure(cache, [&](std::int64_t before) {
    return output_(heads_.attend(heads_.queries(query_(x), before), heads_.keys(key_(x), before),
                                 heads_.values(value_(x)), is_training(), cache));
  });
}

void MultiHeadAttention::visit(Visitor& visitor) {
  visitor.child("query", query_);
  visitor.child("key", key_);
  visitor.child("value", value_);
  visitor.child("output", output_);
}

SelfAttention::SelfAttention(std::int64_t features, std::int64_t heads,
                             const MultiHeadAttentionOptions& options)
    : heads_("SelfAttention", features, heads, options),
      qkv_(projection(
          "SelfAttention", features,
          checked_add("SelfAttention", features, checked_mul("SelfAttention", 2, heads_.kv_features())),
          options)),
      output_(projection("SelfAttention", features, features, options)) {}

Tensor SelfAttention::forward(const Tensor& x, KeyValueCache& cache) const {
  heads_.check_steps(x.shape());
  const Tensor all = qkv_(x);
  return truncating_on_failure(cache, [&](std::int64_t before) {
    return output_(heads_.attend(heads_.queries(queries_of(all), before), heads_.keys(keys_of(all), before),
                                 heads_.values(values_of(all)), is_training(), cache));
  });
}

void SelfAttention::visit(Visitor& visitor) {
  visitor.child("qkv", qkv_);
  visitor.child("output", output_);
}

}  // namespace tinytorch::nn
