#include "autograd/gradcheck.h"

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "core/internal/format.h"
#include "core/ops/random.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace tinytorch {
namespace {

void require_f64(const Tensor& x, const std::string& what) {
  if (!x.defined()) fail<ValueError>("gradcheck", "{} is undefined", what);
  if (x.dtype() == DType::f64) return;
  fail<DTypeError>("gradcheck", "{} is {}; finite differences need f64, convert it with .to(DType::f64)",
                   what, x.dtype());
}

std::vector<Variable> make_variables(const std::vector<Tensor>& values) {
  std::vector<Variable> variables;
  variables.reserve(values.size());
  for (const Tensor& value : values) variables.push_back(variable(value.to(DType::f64)));  // also a scalar
  return variables;
}

/// Random weights in [0.5, 1.5) of the shape of x, the same in each run.
Tensor weights_like(const Tensor& x, std::uint64_t seed) {
  Generator generator(seed);
  return rand(x.shape(), {.dtype = DType::f64, .device = x.device()}, generator) + 0.5;
}

// Differs from the seeds of the weights.
constexpr std::uint64_t kDirectionSeed = ~std::uint64_t{0};

/// A direction in which an input is moved: `along` for its elements from `first` on, zero for the others.
struct Direction {
  std::size_t first;
  std::vector<double> along;
};

/// One direction for each element, or one random direction; none for an empty input.
std::vector<Direction> directions_of(const Tensor& input, bool each_element) {
  const auto numel = static_cast<std::size_t>(input.numel());
  if (!each_element && numel > 0) return {{0, weights_like(input, kDirectionSeed).to_vector<double>()}};
  std::vector<Direction> directions;
  directions.reserve(numel);
  for (std::size_t i = 0; i < numel; ++i) directions.push_back({i, {1.0}});
  return directions;
}

/// The weighted sum of f's value, with input `which` moved by `step` times the direction.
double evaluate(const Function& f, std::vector<Tensor> inputs, std::size_t which, const Direction& direction,
                double step) {
  std::vector<double> elements = inputs[which].to_vector<double>();
  for (std::size_t i = 0; i < direction.along.size(); ++i)
    elements[direction.first + i] += step * direction.along[i];
  inputs[which] = from_values(elements, inputs[which].shape(), inputs[which].device());
  const Tensor result = f(make_variables(inputs)).value();
  return sum(result * weights_like(result, 0)).item<double>();
}

/// The multi-index of a row-major index.
Dims unravel_index(std::int64_t index, const Shape& shape) {
  Dims at = shape;
  for (int axis = shape.size() - 1; axis >= 0; --axis) {
    at[axis] = index % shape[axis];
    index /= shape[axis];
  }
  return at;
}

/// The gradients of f's weighted sum with respect to the inputs, by backward passes.
std::vector<Variable> analytic_gradients(const Function& f, const std::vector<Variable>& inputs,
                                         BackwardOptions options) {
  const Variable result = f(inputs);
  require_f64(result.value(), "the result");
  if (result.requires_grad()) return gradients(result, inputs, options, weights_like(result.value(), 0));
  std::vector<Variable> zeros;
  for (const Variable& input : inputs) zeros.push_back(zeros_like(input));
  return zeros;
}

std::string direction_text(const Direction& direction, const Shape& shape, bool each_element) {
  if (!each_element) return "in a random direction";
  return fmt::format("at {}", unravel_index(static_cast<std::int64_t>(direction.first), shape));
}

GradcheckResult check(const std::string& order, const Function& f, const std::vector<Tensor>& inputs,
                      const GradcheckOptions& options) {
  const std::vector<Variable> analytic_all = analytic_gradients(f, make_variables(inputs), {});
  for (std::size_t which = 0; which < inputs.size(); ++which) {
    const std::vector<double> gradient = analytic_all[which].value().to_vector<double>();
    for (const Direction& direction : directions_of(inputs[which], options.each_element)) {
      const double numeric = (evaluate(f, inputs, which, direction, options.step) -
                              evaluate(f, inputs, which, direction, -options.step)) /
                             (2 * options.step);
      const double analytic =
          std::inner_product(direction.along.begin(), direction.along.end(),
                             gradient.begin() + static_cast<std::ptrdiff_t>(direction.first), 0.0);
      const double largest = std::max(std::abs(analytic), std::abs(numeric));
      if (std::abs(analytic - numeric) <= std::max(options.absolute, options.relative * largest)) continue;
      const Shape& shape = inputs[which].shape();
      return {.ok = false,
              .message = fmt::format(
                  "{} for input {} {} {}: the rules give {:.9g}, finite differences {:.9g}", order, which,
                  shape, direction_text(direction, shape, options.each_element), analytic, numeric)};
    }
  }
  return {};
}

}  // namespace

GradcheckResult gradcheck(const Function& f, const std::vector<Tensor>& inputs, GradcheckOptions options) {
  if (!f) fail<ValueError>("gradcheck", "there is no function to check");
  if (inputs.empty()) fail<ValueError>("gradcheck", "no inputs were given; it needs one to differentiate by");
  for (std::size_t i = 0; i < inputs.size(); ++i) require_f64(inputs[i], fmt::format("input {}", i));
  const GradModeGuard guard(true);
  GradcheckResult result = check("gradient", f, inputs, options);
  if (!result || !options.second_order) return result;
  // The weighted sum of the gradients as a function of the inputs.
  const Function gradient_of_f = [&f](const std::vector<Variable>& at) {
    Variable total = zeros({}, {.dtype = DType::f64, .device = at.front().device()});
    std::uint64_t seed = 1;
    for (const Variable& gradient : analytic_gradients(f, at, {.create_graph = true})) {
      total = total + sum(gradient * weights_like(gradient.value(), seed++));
    }
    return total;
  };
  return check("gradient of the gradient", gradient_of_f, inputs, options);
}

}  // namespace tinytorch
