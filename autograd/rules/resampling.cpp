#include "autograd/internal/resampling.h"

#include "autograd/tape.h"

// A linear map and its transpose: each is the other's gradient.
namespace tinytorch {

Variable resample2d(const Variable& x, const kernels::Resampling& sampling) {
  return record("resample2d", resample2d(x.value(), sampling), {x}, [sampling](const RuleArguments& at) {
    return Gradients(resample2d_gradient(at.grad, sampling));
  });
}

Variable resample2d_gradient(const Variable& grad, const kernels::Resampling& sampling) {
  return record("resample2d_gradient", resample2d_gradient(grad.value(), sampling), {grad},
                [sampling](const RuleArguments& at) { return Gradients(resample2d(at.grad, sampling)); });
}

}  // namespace tinytorch
