#include "core/ops/internal/positions.h"

#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable rotate_halves(const Variable& x, const Tensor& cosine, const Tensor& sine) {
  return record("rotate_halves", rotate_halves(x.value(), cosine, sine), {x},
                [cosine = Saved(cosine), sine = Saved(sine)](const RuleArguments& at) {
                  // By the opposite angles.
                  return Gradients(rotate_halves(at.grad, cosine->value(), -sine->value()));
                });
}

TINYTORCH_INSTANTIATE_POSITIONS(Variable);

}  // namespace tinytorch
