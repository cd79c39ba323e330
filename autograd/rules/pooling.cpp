#include "autograd/internal/pooling.h"

#include "autograd/internal/resampling.h"
#include "autograd/ops.h"
#include "autograd/tape.h"

// The indices that max_pool2d chose are constants. Selecting elements at them and its transpose are linear
// maps, and each is the other's gradient.
namespace tinytorch {

MaxPooled<Variable> max_pool2d_with_indices(const Variable& x, const Pair& kernel,
                                            const MaxPool2dOptions& options) {
  MaxPooled<Tensor> pooled = max_pool2d_with_indices(x.value(), kernel, options);
  Variable values = record(
      "max_pool2d", std::move(pooled.values), {x},
      [indices = Saved(pooled.indices), kernel, options](const RuleArguments& at, InputGradient dx) {
        return Gradients(detail::max_pool2d_gradient(at.grad, indices->value(), dx.shape(), kernel, options));
      });
  return {std::move(values), std::move(pooled.indices)};
}

Variable max_pool2d(const Variable& x, const Pair& kernel, const MaxPool2dOptions& options) {
  // The indices take as much memory as two results: only a gradient needs them.
  const OpScope scope("max_pool2d");
  if (!x.requires_grad() || !grad_enabled()) return max_pool2d(x.value(), kernel, options);
  return max_pool2d_with_indices(x, kernel, options).values;
}

namespace detail {

Variable max_pool2d_at(const Variable& x, const Tensor& indices, const Pair& kernel,
                       const MaxPool2dOptions& options) {
  return record(
      "max_pool2d_at", max_pool2d_at(x.value(), indices, kernel, options), {x},
      [indices = Saved(indices), kernel, options](const RuleArguments& at, InputGradient dx) {
        return Gradients(max_pool2d_gradient(at.grad, indices->value(), dx.shape(), kernel, options));
      });
}

Variable max_pool2d_gradient(const Variable& grad, const Tensor& indices, const Shape& input,
                             const Pair& kernel, const MaxPool2dOptions& options) {
  return record("max_pool2d_gradient", max_pool2d_gradient(grad.value(), indices, input, kernel, options),
                {grad}, [indices = Saved(indices), kernel, options](const RuleArguments& at) {
                  return Gradients(max_pool2d_at(at.grad, indices->value(), kernel, options));
                });
}

}  // namespace detail

TINYTORCH_INSTANTIATE_POOLING(Variable);

}  // namespace tinytorch
