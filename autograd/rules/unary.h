#pragma once

#include <utility>

#include "autograd/ops.h"
#include "autograd/tape.h"

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

/// Records an op whose derivative is 0 almost everywhere.
inline Variable piecewise_constant(const char* name, UnaryOp op, V x) {
  return from_grad(name, op, x, [](V grad) { return zeros_like(grad); });
}

}  // namespace tinytorch
