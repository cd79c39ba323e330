#include "autograd/ops.h"
#include "autograd/rules/hooked.h"
#include "autograd/rules/shared_gradients.h"
#include "autograd/tape.h"

namespace tinytorch {
namespace {

/// All axes but the last as one.
Variable as_rows(const Variable& x) {
  const std::int64_t rows = checked_numel("matmul", Shape(std::span(x.shape().begin(), x.shape().end() - 1)));
  return reshape(x, {rows, x.shape().back()});
}

/// The gradient of an input of matmul(a, b) for matrices, by a hook if there is one.
template <class Compute>
Variable matrix_gradient(const Variable& a, const Variable& b, const Variable& grad, int input,
                         const Compute& compute) {
  if (a.rank() != 2 || b.rank() != 2) return compute();
  return by_hook(hooks::matmul_gradient, compute, a.value(), b.value(), grad.value(), input);
}

/// The gradient for a of matmul(a, b); neither is a vector.
Variable left_gradient(const Variable& a, const Variable& b, const Variable& grad) {
  return matrix_gradient(a, b, grad, 0, [&] { return matmul(grad, transpose(b)); });
}

/// The gradient for b of matmul(a, b); neither is a vector.
Variable right_gradient(const Variable& a, const Variable& b, const Variable& grad) {
  return matrix_gradient(a, b, grad, 1, [&] {
    // A matrix b that all of a's batch shares: the sum over the batch is part of one product.
    if (b.rank() == 2) return matmul(transpose(as_rows(a)), as_rows(grad));
    return matmul(transpose(a), grad);
  });
}

/// The rule of linear(); `before_activation` gives the gradient of the activation's argument.
template <class BeforeActivation>
auto linear_rule(const Variable& x, const Variable& weight, BeforeActivation before_activation) {
  return [x = Saved(x, weight.requires_grad()), weight = Saved(weight, x.requires_grad()), before_activation](
             const RuleArguments& at, InputGradient dx, InputGradient dweight, InputGradient dbias) {
    Variable grad = before_activation(at);
    return Gradients(dx([&] { return matmul(grad, *weight); }),
                     dweight([&] { return matmul(transpose(as_rows(grad)), as_rows(*x)); }),
                     dbias([&] { return grad; }));
  };
}

}  // namespace

Variable matmul(const Variable& a, const Variable& b) {
  return record("matmul", matmul(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da, InputGradient db) {
                  // A vector is a row on the left and a column on the right; its gradient gets that axis too.
                  const bool row = a->rank() == 1, column = b->rank() == 1;
                  Variable grad = column ? unsqueeze(at.grad, -1) : at.grad;
                  if (row) grad = unsqueeze(grad, -2);
                  const Variable left = row ? unsqueeze(*a, 0) : *a;
                  const Variable right = column ? unsqueeze(*b, 1) : *b;
                  return Gradients(da([&] { return left_gradient(left, right, grad); }), db([&] {
                                     const Variable product = right_gradient(left, right, grad);
                                     return column ? squeeze(product, -1) : product;
                                   }));
                });
}

Variable linear(const Variable& x, const Variable& weight, const Variable& bias, Activation activation) {
  constexpr const char* kOp = "linear";
  Tensor y = linear(x.value(), weight.value(), bias.value(), activation);
  if (activation == Activation::none) {
    return record(kOp, std::move(y), {x, weight, bias},
                  linear_rule(x, weight, [](const RuleArguments& at) { return at.grad; }));
  }
  return record_with_output(
      kOp, std::move(y), {x, weight, bias},
      linear_rule(x, weight, [](const RuleArguments& at) { return relu_gradient(at.grad, at.output()); }));
}

}  // namespace tinytorch
