#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch::detail {

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

/// The gradient of the logits where it is to be differentiated again.
Variable logits_gradient(const Variable& logits, const Variable& target, const CrossEntropyOptions& options,
                         const Variable& grad) {
  const Variable share = smoothed(logits, target, options) * class_weight(options.weight, logits.dtype());
  return grad * (softmax(logits, 1) * sum(share, {1}, true) - share);
}

}  // namespace

CrossEntropyRows<Variable> cross_entropy_rows(const ClassRows<Variable>& rows,
                                              const CrossEntropyOptions& options) {
  constexpr const char* kOp = "cross_entropy";
  const auto& [logits, target] = rows;
  const Tensor table = cross_entropy_table(logits.value(), target.value(), options);
  const auto rule = [x = Saved(logits), t = Saved(target), weight = Saved(options.weight), given = options,
                     table](const RuleArguments& at) {
    CrossEntropyOptions options = given;
    options.weight = weight->value();
    const auto of_logits = [&] {
      if (grad_enabled()) return logits_gradient(*x, *t, options, unsqueeze(at.grad, 1));
      return Variable(cross_entropy_gradient(x->value(), t->value(), options, table, at.grad.value()));
    };
    const auto of_target = [&] {
      const Tensor weight = class_weight(options.weight, x->dtype());
      const Variable scale = unsqueeze(at.grad, 1) * (options.label_smoothing - 1) * weight;
      return scale * log_softmax(*x, 1);
    };
    return Gradients(at.gradient(0, of_logits), at.gradient(1, of_target));
  };
  return {record(kOp, select(table, 0, 0), {logits, target}, rule), select(table, 0, 4)};
}

}  // namespace tinytorch::detail
