#include "autograd/ops.h"
#include "autograd/rules/unary.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable clone(V x) {
  return from_grad("clone", clone, x, [](V grad) { return grad; });
}
Variable contiguous(V x) {
  return from_grad("contiguous", contiguous, x, [](V grad) { return grad; });
}

Variable Variable::to(Options options) const {
  return from_grad("to", value().to(options), *this,
                   [back = Options{.dtype = dtype(), .device = device()}](V grad) { return grad.to(back); });
}

}  // namespace tinytorch
