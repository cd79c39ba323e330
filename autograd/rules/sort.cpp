#include "autograd/internal/indexing.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/ops/creation.h"

namespace tinytorch {

namespace {

/// Records sorted values: each passes its gradient to its index in x. No two have the same index.
Sorted<Variable> record_sorted(const char* op, const Variable& x, int axis, Sorted<Tensor> sorted) {
  const int along = normalize_axis(op, axis, x.rank());
  Variable values = record(
      op, sorted.values, {x},
      [along, indices = Saved(sorted.indices)](const RuleArguments& at, InputGradient dx) {
        const Variable zero = zeros(dx.shape(), {.dtype = at.grad.dtype(), .device = at.grad.device()});
        return Gradients(scatter_unchecked(zero, detail::IndexMap{along, indices->value()}, at.grad));
      });
  return {std::move(values), std::move(sorted.indices)};
}

}  // namespace

Sorted<Variable> sort(const Variable& x, int axis, bool descending) {
  return record_sorted("sort", x, axis, sort(x.value(), axis, descending));
}

Sorted<Variable> topk(const Variable& x, std::int64_t k, int axis, bool largest) {
  return record_sorted("topk", x, axis, topk(x.value(), k, axis, largest));
}

}  // namespace tinytorch
