#include "examples/custom_kernel/snake.h"

using namespace tinytorch;

// A function on Tensors checks its operands, allocates the result, and calls the slot, which chooses the
// kernel by the result's device.
Tensor snake(const Tensor& x, double a) {
  if (!x.defined()) throw ValueError("[snake] x is undefined; give it a value first");
  if (!is_floating(x.dtype()))
    throw DTypeError("[snake] takes floating tensors; convert x with .to(DType::f32)");
  if (!(a > 0)) throw ValueError("[snake] a must be positive");
  const Tensor source = contiguous(x);
  Tensor y = empty_like(source);
  if (y.numel() > 0) snake_kernel(source, a, y);
  return y;
}

// A function on Variables adds the gradient rule, here that d/dx sin²(a x) / a = sin(2 a x).
Variable snake(const Variable& x, double a) {
  return record("snake", snake(x.value(), a), {x}, [x = Saved(x), a](const RuleArguments& at) {
    return Gradients(at.grad * (1 + sin(*x * (2 * a))));
  });
}
