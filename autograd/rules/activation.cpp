#include "autograd/ops.h"
#include "autograd/rules/relu_gradient.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable relu(const Variable& x) {
  return record_with_output("relu", relu(x.value()), {x}, [](const RuleArguments& at) {
    return Gradients(relu_gradient(at.grad, at.output()));
  });
}

Variable sigmoid(const Variable& x) {
  return record_with_output("sigmoid", sigmoid(x.value()), {x}, [](const RuleArguments& at) {
    const Variable y = at.output();
    return Gradients(at.grad * (y * (1 - y)));
  });
}

Variable softmax(const Variable& x, int axis) {
  return record_with_output("softmax", softmax(x.value(), axis), {x}, [axis](const RuleArguments& at) {
    const Variable y = at.output();
    return Gradients(y * (at.grad - sum(at.grad * y, {axis}, true)));
  });
}

Variable log_softmax(const Variable& x, int axis) {
  return record_with_output("log_softmax", log_softmax(x.value(), axis), {x},
                            [axis](const RuleArguments& at) {
                              return Gradients(at.grad - exp(at.output()) * sum(at.grad, {axis}, true));
                            });
}

}  // namespace tinytorch
