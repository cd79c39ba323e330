#include "autograd/ops.h"
#include "autograd/tape.h"

// The places that max_pool2d chose are constants: what it does at them, and the transpose, are linear maps,
// and each is the other's gradient.
namespace tinytorch {

MaxPooled<Variable> max_pool2d_with_places(const Variable& x, const Pair& kernel,
                                           const MaxPool2dOptions& options) {
  MaxPooled<Tensor> pooled = max_pool2d_with_places(x.value(), kernel, options);
  Variable values = record(
      "max_pool2d", std::move(pooled.values), {x},
      [places = Saved(pooled.places), kernel, options](const RuleArguments& at) {
        return Gradients(detail::max_pool2d_gradient(at.grad, places->value(), at.shape(0), kernel, options));
      });
  return {std::move(values), std::move(pooled.places)};
}

Variable max_pool2d(const Variable& x, const Pair& kernel, const MaxPool2dOptions& options) {
  // The places cost as much memory as two results: only a gradient needs them.
  if (!x.requires_grad() || !grad_enabled()) return max_pool2d(x.value(), kernel, options);
  return max_pool2d_with_places(x, kernel, options).values;
}

namespace detail {

Variable max_pool2d_at(const Variable& x, const Tensor& places, const Pair& kernel,
                       const MaxPool2dOptions& options) {
  return record(
      "max_pool2d_at", max_pool2d_at(x.value(), places, kernel, options), {x},
      [places = Saved(places), kernel, options](const RuleArguments& at) {
        return Gradients(max_pool2d_gradient(at.grad, places->value(), at.shape(0), kernel, options));
      });
}

Variable max_pool2d_gradient(const Variable& grad, const Tensor& places, const Shape& input,
                             const Pair& kernel, const MaxPool2dOptions& options) {
  return record("max_pool2d_gradient", max_pool2d_gradient(grad.value(), places, input, kernel, options),
                {grad}, [places = Saved(places), kernel, options](const RuleArguments& at) {
                  return Gradients(max_pool2d_at(at.grad, places->value(), kernel, options));
                });
}

}  // namespace detail

}  // namespace tinytorch
