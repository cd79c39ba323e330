#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable unfold(const Variable& x, const Window& window) {
  return record("unfold", unfold(x.value(), window), {x},
                [window](const RuleArguments& at, InputGradient dx) {
                  return Gradients(fold(at.grad, {dx.shape()[2], dx.shape()[3]}, window));
                });
}

Variable fold(const Variable& columns, const Pair& size, const Window& window) {
  return record("fold", fold(columns.value(), size, window), {columns},
                [window](const RuleArguments& at) { return Gradients(unfold(at.grad, window)); });
}

}  // namespace tinytorch
