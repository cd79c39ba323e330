#pragma once

#include "autograd/grad_mode.h"
#include "autograd/hooks.h"
#include "autograd/ops.h"

// Internal.
namespace tinytorch {

/// A rule(grad, y) that a hook replaces, but where the backward pass is recorded: a hook's results have no
/// rules of their own.
template <class Hook, class Rule, class... Args>
auto hooked(const Hook& hook, Rule rule, Args... args) {
  return [&hook, rule, args...](const Variable& grad, const Variable& y) {
    if (grad_enabled() || !hook) return rule(grad, y);
    const Tensor dx = hook(y.value(), grad.value(), args...);
    return dx.defined() ? Variable(dx) : rule(grad, y);
  };
}

}  // namespace tinytorch
