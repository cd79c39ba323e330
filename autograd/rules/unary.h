#pragma once

#include <utility>

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/ops/internal/elementwise.h"

// Internal: records ops y = f(x) of one input, so that their rules read as a table. A rule computes the
// gradient of x from that of y, `grad`, and from x or y.
namespace tinytorch {

/// How the tables write the parameters of ops and rules.
using V = const Variable&;
/// An op without further parameters.
using UnaryOp = Tensor (*)(const Tensor& x);

/// Records an op whose rule(grad, x) reads x.
template <class Rule>
Variable from_x(const char* name, Tensor y, V x, Rule rule) {
  return record(name, std::move(y), {x},
                [x = Saved(x), rule](const RuleArguments& at) { return Gradients(rule(at.grad, *x)); });
}
template <class Rule>
Variable from_x(const char* name, UnaryOp op, V x, Rule rule) {
  return from_x(name, op(x.value()), x, rule);
}

/// Records an op whose rule(grad, y) reads the result y.
template <class Rule>
Variable from_y(const char* name, Tensor y, V x, Rule rule) {
  return record_with_output(name, std::move(y), {x}, [rule](const RuleArguments& at) {
    return Gradients(rule(at.grad, at.output()));
  });
}
template <class Rule>
Variable from_y(const char* name, UnaryOp op, V x, Rule rule) {
  return from_y(name, op(x.value()), x, rule);
}

/// Records an op whose rule(grad) reads the gradient alone.
template <class Rule>
Variable from_grad(const char* name, Tensor y, V x, Rule rule) {
  return record(name, std::move(y), {x},
                [rule](const RuleArguments& at) { return Gradients(rule(at.grad)); });
}
template <class Rule>
Variable from_grad(const char* name, UnaryOp op, V x, Rule rule) {
  return from_grad(name, op(x.value()), x, rule);
}

/// A rule(grad, x) or rule(grad, y) that a kernels::GradientKernel computes in one traversal. While the
/// backward pass is recorded, for derivatives of higher order, `composed` computes the same with ops that
/// have rules.
template <class Slot, class Rule, class... Parameters>
auto fused(const Slot& kernel, Rule composed, Parameters... parameters) {
  return [&kernel, composed, parameters...](V grad, V x_or_y) {
    if (grad_enabled()) return composed(grad, x_or_y);
    return Variable(elementwise_gradient(kernel, x_or_y.value(), grad.value(), parameters...));
  };
}

/// What a kernels::BinaryGradientKernel computes; while the backward pass is recorded, composed().
template <class Rule>
Variable fused_binary(const kernels::BinaryGradientKernel& kernel, V a, V b, V grad, const Rule& composed) {
  if (grad_enabled()) return composed();
  const TernaryOperands operands(kernel.name(), {"a", a.value()}, {"b", b.value()}, {"grad", grad.value()},
                                 true);
  return Variable(operands.map(kernel));
}

/// Records an op whose derivative is 0 almost everywhere.
inline Variable piecewise_constant(const char* name, UnaryOp op, V x) {
  return from_grad(name, op, x, [](V grad) { return zeros_like(grad); });
}

}  // namespace tinytorch
