#include "autograd/gradcheck.h"

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "core/format.h"
#include "core/ops/random.h"

#include <algorithm>
#include <cmath>

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
  for (const Tensor& value : values) variables.push_back(variable(value));
  return variables;
}

/// Random weights in [0.5, 1.5) for all elements of x, the same in each run.
Tensor weights_like(const Tensor& x, std::uint64_t seed) {
  Generator generator(seed);
  return rand(x.shape(), {.dtype = DType::f64, .device = x.device()}, generator) + 0.5;
}

/// The weighted sum of f's elements where element `place` of input `which` has another value.
double evaluate(const Function& f, std::vector<Tensor> inputs, std::size_t which, std::size_t place,
                double value) {
  std::vector<double> elements = inputs[which].to_vector<double>();
  elements[place] = value;
  inputs[which] = from_values(elements, inputs[which].shape(), inputs[which].device());
  const Tensor result = f(make_variables(inputs)).value();
  return sum(result * weights_like(result, 0)).item<double>();
}

/// Where a row-major index points to.
Dims place_of(std::int64_t index, const Shape& shape) {
  Dims at = shape;
  for (int axis = shape.size() - 1; axis >= 0; --axis) {
    at[axis] = index % shape[axis];
    index /= shape[axis];
  }
  return at;
}

/// The gradients of f's weighted sum by the inputs, by the rules.
std::vector<Variable> by_rules(const Function& f, const std::vector<Variable>& inputs,
                               BackwardOptions options) {
  const Variable result = f(inputs);
  require_f64(result.value(), "the result");
  if (result.requires_grad()) return gradients(result, inputs, options, weights_like(result.value(), 0));
  std::vector<Variable> zeros;
  for (const Variable& input : inputs) zeros.push_back(zeros_like(input));
  return zeros;
}

GradcheckResult check(const std::string& order, const Function& f, const std::vector<Tensor>& inputs,
                      const GradcheckOptions& options) {
  const std::vector<Variable> analytic_all = by_rules(f, make_variables(inputs), {});
  for (std::size_t which = 0; which < inputs.size(); ++which) {
    const std::vector<double> elements = inputs[which].to_vector<double>();
    const std::vector<double> analytic_elements = analytic_all[which].value().to_vector<double>();
    for (std::size_t place = 0; place < elements.size(); ++place) {
      const double above = elements[place] + options.step;
      const double below = elements[place] - options.step;
      const double numeric =
          (evaluate(f, inputs, which, place, above) - evaluate(f, inputs, which, place, below)) /
          (above - below);
      const double analytic = analytic_elements[place];
      const double largest = std::max(std::abs(analytic), std::abs(numeric));
      if (std::abs(analytic - numeric) <= std::max(options.absolute, options.relative * largest)) continue;
      return {.ok = false,
              .message = fmt::format(
                  "{} for input {} {} at {}: the rules give {:.9g}, finite differences {:.9g}", order, which,
                  inputs[which].shape(), place_of(static_cast<std::int64_t>(place), inputs[which].shape()),
                  analytic, numeric)};
    }
  }
  return {};
}

}  // namespace

GradcheckResult gradcheck(const Function& f, const std::vector<Tensor>& inputs, GradcheckOptions options) {
  if (inputs.empty()) fail<ValueError>("gradcheck", "no inputs were given; it needs one to differentiate by");
  for (std::size_t i = 0; i < inputs.size(); ++i) require_f64(inputs[i], fmt::format("input {}", i));
  const GradModeGuard guard(true);
  GradcheckResult result = check("gradient", f, inputs, options);
  if (!result || !options.second_order) return result;
  // The gradients as a function: their weighted sum.
  const Function gradient_of_f = [&f](const std::vector<Variable>& at) {
    Variable total = zeros({}, {.dtype = DType::f64, .device = at.front().device()});
    std::uint64_t seed = 1;
    for (const Variable& gradient : by_rules(f, at, {.create_graph = true})) {
      total = total + sum(gradient * weights_like(gradient.value(), seed++));
    }
    return total;
  };
  return check("gradient of the gradient", gradient_of_f, inputs, options);
}

}  // namespace tinytorch
