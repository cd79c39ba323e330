#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable where(const Tensor& condition, const Variable& a, const Variable& b) {
  return record("where", where(condition, a.value(), b.value()), {a, b},
                [condition = Saved(condition)](const RuleArguments& at) {
                  const Variable none = zeros_like(at.grad);
                  return Gradients(at.gradient(0, [&] { return where(condition->value(), at.grad, none); }),
                                   at.gradient(1, [&] { return where(condition->value(), none, at.grad); }));
                });
}

}  // namespace tinytorch
