#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable clone(const Variable& x) {
  return record("clone", clone(x.value()), {x}, [](const RuleArguments& at) { return Gradients(at.grad); });
}

Variable contiguous(const Variable& x) {
  return record("contiguous", contiguous(x.value()), {x},
                [](const RuleArguments& at) { return Gradients(at.grad); });
}

Variable Variable::to(Options options) const {
  const Options back{.dtype = dtype(), .device = device()};
  return record("to", value().to(options), {*this},
                [back](const RuleArguments& at) { return Gradients(at.grad.to(back)); });
}

}  // namespace tinytorch
