#include "core/ops/internal/cross_entropy.h"
#include "autograd/internal/indexing.h"
#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/tape.h"

namespace tinytorch {

namespace detail {

namespace {

/// (1 - smoothing) target + smoothing / classes, [rows, classes]; 0 in rows that are ignored.
Variable smoothed(const Variable& logits, const Variable& target, const CrossEntropyOptions& options) {
  const double even = options.label_smoothing / static_cast<double>(logits.size(1));
  const double kept = 1 - options.label_smoothing;
  if (is_floating(target.dtype())) return target * kept + even;
  const Tensor counted = ne(unsqueeze(target.value(), 1), options.ignore_index);
  const Tensor chosen = is_target(logits.size(1), target.value(), options.ignore_index).to(logits.dtype());
  return chosen * kept + counted.to(logits.dtype()) * even;
}

/// The gradient of the logits in ops that have rules, for derivatives of higher order.
Variable composed_logits_gradient(const Variable& logits, const Variable& target,
                                  const CrossEntropyOptions& options, const Variable& grad) {
  const Variable share = smoothed(logits, target, options) * class_weight(options.weight, logits.dtype());
  return grad * (softmax(logits, 1) * sum(share, {1}, true) - share);
}

}  // namespace

template <>
RowLosses<Variable> cross_entropy_of_rows(const Variable& logits, const Variable& target,
                                          const CrossEntropyOptions& options) {
  const Tensor table = cross_entropy_table(logits.value(), target.value(), options);
  const auto rule = [x = Saved(logits), t = Saved(target), weight = Saved(options.weight), given = options,
                     table](const RuleArguments& at, InputGradient dx, InputGradient dt) {
    CrossEntropyOptions options = given;
    options.weight = weight->value();
    const auto logits_gradient = [&] {
      if (grad_enabled()) return composed_logits_gradient(*x, *t, options, unsqueeze(at.grad, 1));
      return Variable(cross_entropy_gradient(x->value(), t->value(), options, table, at.grad.value()));
    };
    const auto target_gradient = [&] {
      const Tensor weight = class_weight(options.weight, x->dtype());
      const Variable scale = unsqueeze(at.grad, 1) * (options.label_smoothing - 1) * weight;
      return scale * log_softmax(*x, 1);
    };
    return Gradients(dx(logits_gradient), dt(target_gradient));
  };
  return {record("cross_entropy", select(table, 0, 0), {logits, target}, rule), select(table, 0, 4)};
}

}  // namespace detail

TINYTORCH_INSTANTIATE_CROSS_ENTROPY(Variable)

}  // namespace tinytorch
