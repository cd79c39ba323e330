#include "core/ops/internal/attention.h"

#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {
namespace {

/// The sum over the query heads that share a kv_head, in k's or v's shape.
Variable sum_group(const Variable& x, const Shape& shape) { return reshape(sum(x, {2}), shape); }

/// The gradients by whole matrices, as ops that can be differentiated again.
Gradients composed_gradients(const Variable& grad, const Variable& q, const Variable& k, const Variable& v,
                             const kernels::AttentionSettings& settings, const InputGradient& dq,
                             const InputGradient& dk, const InputGradient& dv) {
  const auto grouped = [&](const Variable& x) {
    return reshape(x, detail::grouped_heads(x.shape(), k.shape()));
  };
  const Variable q_groups = grouped(q), k_groups = grouped(k), grad_groups = grouped(grad);
  const Variable weights = detail::attention_weights(
      q_groups, k_groups, detail::grouped_mask(q.shape(), k.shape(), settings, q.device()), settings.scale);
  const Options options{.dtype = q.dtype(), .device = q.device()};
  const Tensor scale =
      settings.dropout > 0 ? detail::dropout_scale(weights.shape(), settings, options) : Tensor();
  const auto dropped = [&](const Variable& x) { return scale.defined() ? x * scale : x; };
  const Variable dweights = dropped(matmul(grad_groups, transpose(grouped(v))));
  const Variable dscores = weights * (dweights - sum(dweights * weights, {-1}, true)) * settings.scale;
  return Gradients(dq([&] { return reshape(matmul(dscores, k_groups), q.shape()); }),
                   dk([&] { return sum_group(matmul(transpose(dscores), q_groups), k.shape()); }), dv([&] {
                     return sum_group(matmul(transpose(dropped(weights)), grad_groups), v.shape());
                   }));
}

}  // namespace

Variable scaled_dot_product_attention(const Variable& q, const Variable& k, const Variable& v,
                                      const AttentionOptions& options) {
  constexpr const char* kOp = "scaled_dot_product_attention";
  const DrawGuard guard(detail::generator_of(options));
  const kernels::AttentionSettings settings =
      detail::attention_settings(kOp, q.value(), k.value(), v.value(), options);
  const detail::AttentionResult result = detail::attention_forward(q.value(), k.value(), v.value(), settings);
  return record_with_output(
      kOp, result.output, {q, k, v},
      [q = Saved(q), k = Saved(k), v = Saved(v), mask = Saved(settings.mask, settings.mask.defined()),
       settings, log_sum = result.log_sum](const RuleArguments& at, InputGradient dq, InputGradient dk,
                                           InputGradient dv) {
        static_cast<void>(*mask);  // throws if it was changed
        if (grad_enabled()) return composed_gradients(at.grad, *q, *k, *v, settings, dq, dk, dv);
        const detail::AttentionGradients fused = detail::attention_backward(
            q->value(), k->value(), v->value(), {.output = at.output().value(), .log_sum = log_sum},
            at.grad.value(), settings);
        return Gradients(dq([&] { return Variable(fused.q); }), dk([&] { return Variable(fused.k); }),
                         dv([&] { return Variable(fused.v); }));
      });
}

TINYTORCH_INSTANTIATE_ATTENTION(Variable);

}  // namespace tinytorch
