#include "core/ops/internal/sort.h"
#include "autograd/internal/indexing.h"
#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

Sorted<Variable> sort(const Variable& x, int axis, bool descending) {
  Sorted<Tensor> sorted = sort(x.value(), axis, descending);
  const int along = normalize_axis("sort", axis, x.rank());
  Variable values =
      record("sort", sorted.values, {x}, [along, indices = Saved(sorted.indices)](const RuleArguments& at) {
        // The indices are a permutation, so every zero is overwritten.
        return Gradients(scatter_unchecked(Variable(zeros_like(at.grad)),
                                           detail::IndexMap{along, indices->value()}, at.grad));
      });
  return {std::move(values), std::move(sorted.indices)};
}

TINYTORCH_INSTANTIATE_SORT(Variable)

}  // namespace tinytorch
