#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable where(const Tensor& condition, const Variable& a, const Variable& b) {
  return record("where", where(condition, a.value(), b.value()), {a, b},
                [condition = Saved(condition)](const RuleArguments& at, InputGradient da, InputGradient db) {
                  const Variable zero = zeros_like(at.grad);
                  return Gradients(da([&] { return where(condition->value(), at.grad, zero); }),
                                   db([&] { return where(condition->value(), zero, at.grad); }));
                });
}

}  // namespace tinytorch
