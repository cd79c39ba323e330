#include "autograd/functional.h"

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "core/internal/format.h"

#include <optional>

namespace tinytorch {
namespace {

Variable leaf_of(const char* op, const Tensor& input) {
  const OpScope scope(op);
  return variable(input);
}

std::vector<Variable> leaves_of(const char* op, const std::vector<Tensor>& inputs) {
  if (inputs.empty()) fail<ValueError>(op, "no inputs were given; it needs one to differentiate by");
  std::vector<Variable> leaves;
  leaves.reserve(inputs.size());
  for (const Tensor& input : inputs) leaves.push_back(leaf_of(op, input));
  return leaves;
}

/// Checks that x has the shape, dtype and device of `wanted`. A weakly typed scalar has any dtype and device.
/// @param what, owner  x and `wanted` in messages
void check_like(const char* op, const std::string& what, const Tensor& x, const char* owner,
                const Variable& wanted) {
  if (!x.defined()) fail<ValueError>(op, "{} is undefined; give zeros if it is 0", what);
  if (x.shape() != wanted.shape()) {
    fail<ShapeError>(op, "{} is {}, but {} is {}; the shapes must be equal", what, x.shape(), owner,
                     wanted.shape());
  }
  if (x.is_weakly_typed()) return;
  if (x.dtype() != wanted.dtype()) {
    fail<DTypeError>(op, "{} is {}, but {} is {}; convert it with .to(DType::{})", what, x.dtype(), owner,
                     wanted.dtype(), wanted.dtype());
  }
  if (x.device() != wanted.device()) {
    fail<DeviceError>(op, "{} is on {}, but {} is on {}; move it with .to()", what, x.device(), owner,
                      wanted.device());
  }
}

void check_tangents(const std::vector<Variable>& inputs, const std::vector<Tensor>& tangents) {
  if (inputs.size() != tangents.size()) {
    fail<ValueError>("jvp", "there are {} inputs, but {} tangents; give one for each input", inputs.size(),
                     tangents.size());
  }
  for (std::size_t i = 0; i < inputs.size(); ++i)
    check_like("jvp", fmt::format("tangent {}", i), tangents[i], "its input", inputs[i]);
}

/// The value of the function, checked.
template <class F, class X>
Variable result_of(const char* op, const F& f, const X& x) {
  if (!f) fail<ValueError>(op, "there is no function to differentiate");
  Variable y = f(x);
  if (!y.defined())
    fail<ValueError>(op, "the function gives an undefined tensor; let it return what it computes");
  return y;
}

void check_seed(const Variable& y, const Tensor& seed) {
  if (seed.defined()) return check_like("vjp", "the seed", seed, "the function's value", y);
  if (y.numel() != 1) {
    fail<ValueError>("vjp", "the function gives {}; take its sum() or mean(), or pass a seed of that shape",
                     y.shape());
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

/// The Jacobian, of the shape of y followed by that of x.
Tensor jacobian_of(const char* op, const Variable& y, const Variable& x) {
  std::optional<OpScope> scope(op);
  const Shape shape = joined(y.shape(), x.shape());
  const std::int64_t rows = y.numel();
  Tensor result = zeros({rows, x.numel()}, {.dtype = x.dtype(), .device = x.device()});
  scope.reset();  // hooks and rules of the user keep the names in their errors
  const Options like_y{.dtype = y.dtype(), .device = y.device()};
  for (std::int64_t row = 0; row < rows; ++row) {
    const Tensor one = slice_scatter(zeros({rows}, like_y), ones({1}, like_y), 0, row, row + 1);
    const Variable seed = reshape(one, y.shape());
    const Tensor gradient = gradients_or_zeros(y, {x}, {.retain_graph = true}, seed)[0].value();
    result = slice_scatter(result, reshape(gradient, {1, x.numel()}), 0, row, row + 1);
  }
  return reshape(result, shape);
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
  const std::vector<Variable> leaves = leaves_of("jvp", inputs);
  check_tangents(leaves, tangents);
  const Variable y = result_of("jvp", f, leaves);
  if (!y.requires_grad()) return {.value = y.value(), .tangent = zeros_like(y.value())};
  const Variable seed = variable(zeros_like(y.value()));
  const std::vector<Variable> slopes = gradients(y, leaves, {.create_graph = true}, seed);
  Variable along = zeros({}, {.dtype = y.dtype(), .device = y.device()});
  for (std::size_t i = 0; i < slopes.size(); ++i)
    along = along + sum(slopes[i] * tangents[i]).to(along.device());
  return {.value = y.value(), .tangent = gradients_or_zeros(along, {seed}, {}, {})[0].value()};
}

Tensor jacobian(const std::function<Variable(const Variable&)>& f, const Tensor& input) {
  const GradModeGuard guard(true);
  const Variable x = leaf_of("jacobian", input), y = result_of("jacobian", f, x);
  return jacobian_of("jacobian", y, x);
}

Tensor hessian(const std::function<Variable(const Variable&)>& f, const Tensor& input) {
  const GradModeGuard guard(true);
  const Variable x = leaf_of("hessian", input), y = result_of("hessian", f, x);
  if (y.numel() != 1) {
    fail<ShapeError>("hessian", "the function gives {}, not one element; take its sum() or mean()",
                     y.shape());
  }
  return jacobian_of("hessian", gradients_or_zeros(y, {x}, {.create_graph = true}, {})[0], x);
}

}  // namespace tinytorch
