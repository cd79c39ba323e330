#include "nn/optim/clip.h"

#include <cmath>
#include <utility>

#include "core/internal/format.h"
#include "core/op_scope.h"
#include "core/ops/arithmetic.h"
#include "core/ops/composite.h"
#include "core/ops/internal/statistics.h"

namespace tinytorch::nn {

namespace {

/// norm() in f64, and 0 of an empty tensor for any p.
Tensor norm_of(const Tensor& x, double p) {
  if (x.numel() == 0) return Tensor(0.0);
  if (p == 2) return detail::euclidean_norm(x, normalize_axes("norm", {}, x.rank()), false, DType::f64);
  return norm(x.to(DType::f64), p);
}

std::vector<Tensor> gradients_of(const std::vector<Variable>& parameters) {
  std::vector<Tensor> gradients;
  for (const Variable& parameter : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  return gradients;
}

/// Replaces the gradients that are defined by clip(gradient): all of them, or none if it throws.
template <class Clip>
void replace_gradients(std::vector<Variable>& parameters, const Clip& clip) {
  std::vector<Tensor> clipped;
  for (const Variable& parameter : parameters) {
    const Tensor grad = parameter.grad();
    clipped.push_back(grad.defined() ? clip(grad) : Tensor());
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (clipped[i].defined()) parameters[i].set_grad(std::move(clipped[i]));
  }
}

/// The norm of the norms in f64, on the device of the first gradient.
Tensor total_norm(const std::vector<Tensor>& gradients, double p) {
  std::vector<Tensor> norms;
  for (const Tensor& gradient : gradients)
    norms.push_back(norm_of(gradient, p).to({.dtype = DType::f64, .device = gradients.front().device()}));
  return norm(stack(norms), p);
}

}  // namespace

Tensor clip_grad_norm(std::vector<Variable> parameters, double max_norm, double p) {
  constexpr const char* kName = "clip_grad_norm";
  const OpScope scope(kName);
  if (!(max_norm >= 0)) fail<ValueError>(kName, "max_norm is {}; it must not be negative", max_norm);
  if (!(p > 0)) fail<ValueError>(kName, "p is {}; it must be positive", p);
  const std::vector<Tensor> gradients = gradients_of(parameters);
  if (gradients.empty()) return Tensor(0.0f).to(DType::f32);
  const Tensor total = total_norm(gradients, p);
  const Tensor factor = minimum(max_norm / (total + 1e-6), 1.0);
  Tensor result = total.to(gradients.front().dtype());
  replace_gradients(parameters, [&](const Tensor& grad) {
    return grad * factor.to({.dtype = grad.dtype(), .device = grad.device()});
  });
  return result;
}

void clip_grad_value(std::vector<Variable> parameters, double clip_value) {
  const OpScope scope("clip_grad_value");
  if (!(clip_value >= 0))
    fail<ValueError>("clip_grad_value", "clip_value is {}; it must not be negative", clip_value);
  replace_gradients(parameters,
                    [&](const Tensor& grad) { return minimum(maximum(grad, -clip_value), clip_value); });
}

}  // namespace tinytorch::nn
