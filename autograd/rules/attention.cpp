#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/ops/attention_kernels.h"

namespace tinytorch {
namespace {

/// The sum over the query heads that share a kv_head.
Variable over_group(const Variable& x, const Shape& shape) { return reshape(sum(x, {2}), shape); }

/// The gradients by whole matrices, as ops that can be differentiated again.
Gradients composed_gradients(const RuleArguments& at, const Variable& q, const Variable& k, const Variable& v,
                             const kernels::AttentionSettings& settings) {
  const auto grouped = [&](const Variable& x) {
    return reshape(x, detail::grouped_heads(x.shape(), k.shape()));
  };
  const Variable q_groups = grouped(q), k_groups = grouped(k), grad = grouped(at.grad);
  const Variable weights = detail::attention_weights(
      q_groups, k_groups, detail::grouped_mask(q.shape(), k.shape(), settings, q.device()), settings.scale);
  const bool drops = settings.dropout > 0;
  const Tensor factors =
      drops ? detail::dropout_factors(weights.shape(), settings, {.dtype = q.dtype(), .device = q.device()})
            : Tensor();
  const Variable products = matmul(grad, transpose(grouped(v)));
  const Variable dweights = drops ? products * factors : products;
  const Variable dscores = weights * (dweights - sum(dweights * weights, {-1}, true)) * settings.scale;
  return Gradients(
      at.gradient(0, [&] { return reshape(matmul(dscores, k_groups), q.shape()); }),
      at.gradient(1, [&] { return over_group(matmul(transpose(dscores), q_groups), k.shape()); }),
      at.gradient(2, [&] {
        return over_group(matmul(transpose(drops ? weights * factors : weights), grad), v.shape());
      }));
}

}  // namespace

Variable scaled_dot_product_attention(const Variable& q, const Variable& k, const Variable& v,
                                      const AttentionOptions& options) {
  constexpr const char* kName = "scaled_dot_product_attention";
  const kernels::AttentionSettings settings =
      detail::attention_settings(kName, q.value(), k.value(), v.value(), options);
  const detail::AttentionResult result = detail::attention_forward(q.value(), k.value(), v.value(), settings);
  return record_with_output(
      kName, result.output, {q, k, v},
      [q = Saved(q), k = Saved(k), v = Saved(v), mask = Saved(settings.mask, settings.mask.defined()),
       settings, log_sum = result.log_sum](const RuleArguments& at) {
        static_cast<void>(*mask);  // that it was not changed
        if (grad_enabled()) return composed_gradients(at, *q, *k, *v, settings);
        detail::AttentionGradients gradients = detail::attention_backward(
            q->value(), k->value(), v->value(), {.output = at.output().value(), .log_sum = log_sum},
            at.grad.value(), settings);
        return Gradients(at.gradient(0, [&] { return Variable(gradients.q); }),
                         at.gradient(1, [&] { return Variable(gradients.k); }),
                         at.gradient(2, [&] { return Variable(gradients.v); }));
      });
}

}  // namespace tinytorch
