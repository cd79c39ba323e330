#include "core/ops/attention.h"

#include "tests/torch/calls.h"

namespace tinytorch::torch_cases {
namespace {

AttentionOptions options_of(const Arguments& x) {
  AttentionOptions options{.causal = x.flag("causal"), .causal_offset = x.integer("offset")};
  if (x.size() > 3) options.mask = x[3].value();
  if (x.has("scale")) options.scale = x.scalar("scale");
  return options;
}

std::vector<Variable> attention_call(const Arguments& x) {
  return {scaled_dot_product_attention(x[0], x[1], x[2], options_of(x))};
}

std::vector<Variable> attention_with_weights_call(const Arguments& x) {
  const AttentionWithWeights<Variable> result = attention_with_weights(x[0], x[1], x[2], options_of(x));
  return {result.output, result.weights};
}

std::vector<Variable> rotary_call(const Arguments& x) {
  const RotaryPairs pairs = x.flag("interleaved") ? RotaryPairs::interleaved : RotaryPairs::halves;
  return {rotary(x[0], std::int64_t{x.integer("offset")}, x.scalar("base"), pairs)};
}

}  // namespace

Calls attention_calls() {
  return {{"attention", attention_call},
          {"rotary", rotary_call},
          {"attention_with_weights", attention_with_weights_call}};
}

}  // namespace tinytorch::torch_cases
