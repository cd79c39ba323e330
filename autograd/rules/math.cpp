#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable exp(const Variable& x) {
  return record_with_output("exp", exp(x.value()), {x},
                            [](const RuleArguments& at) { return Gradients(at.grad * at.output()); });
}

Variable log(const Variable& x) {
  return record("log", log(x.value()), {x},
                [x = Saved("log", x)](const RuleArguments& at) { return Gradients(at.grad / *x); });
}

Variable sqrt(const Variable& x) {
  return record_with_output("sqrt", sqrt(x.value()), {x},
                            [](const RuleArguments& at) { return Gradients(at.grad * 0.5 / at.output()); });
}

Variable sin(const Variable& x) {
  return record("sin", sin(x.value()), {x},
                [x = Saved("sin", x)](const RuleArguments& at) { return Gradients(at.grad * cos(*x)); });
}

Variable cos(const Variable& x) {
  return record("cos", cos(x.value()), {x},
                [x = Saved("cos", x)](const RuleArguments& at) { return Gradients(-at.grad * sin(*x)); });
}

Variable tanh(const Variable& x) {
  return record_with_output("tanh", tanh(x.value()), {x}, [](const RuleArguments& at) {
    const Variable y = at.output();
    return Gradients(at.grad * (1 - y * y));
  });
}

}  // namespace tinytorch
