#pragma once

#include "autograd/grad_mode.h"
#include "autograd/hooks.h"
#include "autograd/ops.h"

// Internal.
namespace tinytorch {

/// The gradient that a hook computes from these arguments; that of compute() if the hook leaves it to the
/// framework, or the backward pass is recorded: a hook's results have no rules of their own.
template <class Hook, class Compute, class... Args>
Variable by_hook(const Hook& hook, const Compute& compute, const Args&... args) {
  if (grad_enabled() || !hook) return compute();
  const Tensor gradient = hook(args...);
  return gradient.defined() ? Variable(gradient) : compute();
}

}  // namespace tinytorch
