#include "autograd/functional.h"

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "core/internal/format.h"

namespace tinytorch {
namespace {

std::vector<Variable> leaves_of(const char* op, const std::vector<Tensor>& inputs) {
  if (inputs.empty()) fail<ValueError>(op, "no inputs were given; it needs one to differentiate by");
  std::vector<Variable> leaves;
  leaves.reserve(inputs.size());
  for (const Tensor& input : inputs) leaves.push_back(variable(input));
  return leaves;
}

void check_tangents(const std::vector<Tensor>& inputs, const std::vector<Tensor>& tangents) {
  if (inputs.size() != tangents.size()) {
    fail<ValueError>("jvp", "there are {} inputs, but {} tangents; give one for each input", inputs.size(),
                     tangents.size());
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor &input = inputs[i], &tangent = tangents[i];
    if (tangent.shape() != input.shape()) {
      fail<ShapeError>("jvp", "tangent {} is {}, but its input is {}; the shapes must be equal", i,
                       tangent.shape(), input.shape());
    }
    if (tangent.dtype() != input.dtype()) {
      fail<DTypeError>("jvp", "tangent {} is {}, but its input is {}; convert it with .to(DType::{})", i,
                       tangent.dtype(), input.dtype(), input.dtype());
    }
    if (tangent.device() != input.device()) {
      fail<DeviceError>("jvp", "tangent {} is on {}, but its input is on {}; move it with .to()", i,
                        tangent.device(), input.device());
    }
  }
}

/// The value of the function, checked.
template <class F, class X>
Variable result_of(const char* op, const F& f, const X& x) {
  if (!f) fail<ValueError>(op, "there is no function to differentiate");
  Variable y = f(x);
  if (!y.defined()) fail<ValueError>(op, "the function gives an undefined tensor");
  return y;
}

void check_seed(const Variable& y, const Tensor& seed) {
  if (!seed.defined() && y.numel() != 1) {
    fail<ValueError>("vjp", "the function gives {}; take its sum() or mean(), or pass a seed of that shape",
                     y.shape());
  }
  if (seed.defined() && seed.shape() != y.shape()) {
    fail<ShapeError>("vjp", "the seed is {}, but the function gives {}; the shapes must be equal",
                     seed.shape(), y.shape());
  }
}

/// gradients(), or zeros if y depends on no input.
std::vector<Variable> gradients_or_zeros(const Variable& y, const std::vector<Variable>& inputs,
                                         BackwardOptions options, const Variable& seed) {
  if (y.requires_grad()) return gradients(y, inputs, options, seed);
  std::vector<Variable> zeros;
  zeros.reserve(inputs.size());
  for (const Variable& input : inputs) zeros.push_back(zeros_like(input));
  return zeros;
}

/// The Jacobian as a matrix [y.numel(), x.numel()].
Tensor jacobian_rows(const Variable& y, const Variable& x) {
  const std::int64_t rows = y.numel();
  const Options options{.dtype = x.dtype(), .device = x.device()};
  Tensor result = zeros({rows, x.numel()}, options);
  for (std::int64_t row = 0; row < rows; ++row) {
    const Tensor one = slice_scatter(zeros({rows}, options), ones({1}, options), 0, row, row + 1);
    const Variable seed = reshape(one, y.shape());
    const Tensor gradient = gradients_or_zeros(y, {x}, {.retain_graph = true}, seed)[0].value();
    result = slice_scatter(result, reshape(gradient, {1, x.numel()}), 0, row, row + 1);
  }
  return result;
}

}  // namespace

Vjp vjp(const Function& f, const std::vector<Tensor>& inputs, const Tensor& seed) {
  const GradModeGuard guard(true);
  const std::vector<Variable> leaves = leaves_of("vjp", inputs);
  const Variable y = result_of("vjp", f, leaves);
  check_seed(y, seed);
  Vjp result{.value = y.value(), .gradients = {}};
  for (const Variable& gradient : gradients_or_zeros(y, leaves, {}, seed)) {
    result.gradients.push_back(gradient.value());
  }
  return result;
}

Jvp jvp(const Function& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& tangents) {
  const GradModeGuard guard(true);
  check_tangents(inputs, tangents);
  const std::vector<Variable> leaves = leaves_of("jvp", inputs);
  const Variable y = result_of("jvp", f, leaves);
  if (!y.requires_grad()) return {.value = y.value(), .tangent = zeros_like(y.value())};
  const Variable seed = variable(zeros_like(y.value()));
  const std::vector<Variable> slopes = gradients(y, leaves, {.create_graph = true}, seed);
  Variable along = zeros({}, {.dtype = y.dtype(), .device = y.device()});
  for (std::size_t i = 0; i < slopes.size(); ++i) along = along + sum(slopes[i] * tangents[i]);
  return {.value = y.value(), .tangent = gradients_or_zeros(along, {seed}, {}, {})[0].value()};
}

Tensor jacobian(const std::function<Variable(const Variable&)>& f, const Tensor& input) {
  const GradModeGuard guard(true);
  const Variable x = variable(input), y = result_of("jacobian", f, x);
  return reshape(jacobian_rows(y, x), joined(y.shape(), x.shape()));
}

Tensor hessian(const std::function<Variable(const Variable&)>& f, const Tensor& input) {
  const GradModeGuard guard(true);
  const Variable x = variable(input), y = result_of("hessian", f, x);
  if (y.numel() != 1) {
    fail<ShapeError>("hessian", "the function gives {}, not one element; take its sum() or mean()",
                     y.shape());
  }
  const Shape shape = joined(x.shape(), x.shape());
  const Variable one = ones_like(y);
  const Variable slope = gradients_or_zeros(y, {x}, {.create_graph = true}, one)[0];
  return reshape(jacobian_rows(slope, x), shape);
}

}  // namespace tinytorch
