#include "core/ops/internal/positions.h"

#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

namespace {

using Rotation = Variable (*)(const Variable& x, const Tensor& cosine, const Tensor& sine);

/// Records a rotation, whose gradient is rotated by the opposite angles.
Variable rotated(const char* name, Tensor y, const Variable& x, const Tensor& cosine, const Tensor& sine,
                 Rotation rotation) {
  return record(name, std::move(y), {x},
                [cosine = Saved(cosine), sine = Saved(sine), rotation](const RuleArguments& at) {
                  return Gradients(rotation(at.grad, cosine->value(), -sine->value()));
                });
}

}  // namespace

Variable rotate_halves(const Variable& x, const Tensor& cosine, const Tensor& sine) {
  return rotated("rotate_halves", rotate_halves(x.value(), cosine, sine), x, cosine, sine, rotate_halves);
}

Variable rotate_interleaved(const Variable& x, const Tensor& cosine, const Tensor& sine) {
  return rotated("rotate_interleaved", rotate_interleaved(x.value(), cosine, sine), x, cosine, sine,
                 rotate_interleaved);
}

TINYTORCH_INSTANTIATE_POSITIONS(Variable);

}  // namespace tinytorch
