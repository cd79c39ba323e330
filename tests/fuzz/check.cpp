#include "tests/fuzz/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "tests/fuzz/ops.h"

namespace tinytorch::fuzz {
namespace {

std::vector<double> values_of(const Variable& x) { return x.value().to(DType::f64).to_vector<double>(); }

/// The largest absolute value, at least 1.
double largest(const std::vector<double>& values) {
  double most = 1;
  for (const double x : values) most = std::max(most, std::abs(x));
  return most;
}

/// Describes the first element that differs by more than the tolerance; empty if there is none.
std::string compare(const std::string& what, const Variable& actual, const Variable& expected,
                    double tolerance) {
  if (actual.shape() != expected.shape()) {
    return fmt::format("{} has the shape {}, not {}", what, to_string(actual.shape()),
                       to_string(expected.shape()));
  }
  const std::vector<double> actual_values = values_of(actual), expected_values = values_of(expected);
  for (std::size_t i = 0; i < actual_values.size(); ++i) {
    if (std::abs(actual_values[i] - expected_values[i]) <= tolerance) continue;
    return fmt::format("{}: element {} is {}, not {}", what, i, actual_values[i], expected_values[i]);
  }
  return "";
}

double max_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

/// The tolerance for the program's result in f32: a multiple of the effect of random relative errors of f32's
/// size after each step.
double tolerance_in_f32(const Program& program, const Variable& exact) {
  const NoGrad guard;
  const std::vector<Variable> inputs = make_inputs(program, DType::f64, Device::cpu());
  double most = 0;
  std::uint64_t seed = 1;
  const Perturbation perturb = [&](const Variable& x) { return with_errors(x, 0x1p-23, seed++); };
  for (int time = 0; time < 3; ++time)
    most = std::max(most, max_difference(values_of(run(program, inputs, perturb).back()), values_of(exact)));
  return 64 * most + 1e-5 * largest(values_of(exact));
}

/// A weighted sum of the elements of the last value.
Variable weighted_sum(const Program& program, const std::vector<Variable>& inputs) {
  const Variable y = run(program, inputs).back();
  return sum(y * random_like(y, 1));
}

/// The inputs in f64, the floating ones perturbed by `distance` times a random direction.
std::vector<Variable> perturbed_inputs(const Program& program, Device device, double distance,
                                       std::uint64_t direction) {
  std::vector<Variable> inputs = make_inputs(program, DType::f64, device);
  for (Variable& x : inputs) {
    if (is_floating(x.dtype())) x = variable(x.value() + random_like(x, direction++) * distance);
  }
  return inputs;
}

/// Seeds of the direction of the derivative and of the perturbation of the inputs.
constexpr std::uint64_t kDirection = 2, kPerturbation = 1000;

/// The gradients of the weighted sum with respect to the floating inputs; empty if it depends on none.
std::vector<Variable> gradients_at(const Program& program, const std::vector<Variable>& inputs) {
  const Variable y = weighted_sum(program, inputs);
  if (!y.requires_grad()) return {};
  std::vector<Variable> leaves;
  std::ranges::copy_if(inputs, std::back_inserter(leaves),
                       [](const Variable& x) { return x.requires_grad(); });
  return gradients(y, leaves);
}

double directional_derivative(const std::vector<Variable>& gradients) {
  double derivative = 0;
  std::uint64_t direction = kDirection;
  for (const Variable& gradient : gradients)
    derivative += sum(gradient * random_like(gradient, direction++)).item<double>();
  return derivative;
}

/// Compares the directional derivative with finite differences, at the inputs perturbed by `distance`. One of
/// several step sizes has to agree: a wrong rule disagrees at each of them.
std::string compare_derivatives(const Program& program, double distance) {
  const std::vector<Variable> inputs = perturbed_inputs(program, Device::cpu(), distance, kPerturbation);
  const double derivative = directional_derivative(gradients_at(program, inputs));
  const NoGrad guard;
  const auto value = [&](double step) {
    std::vector<Variable> shifted = inputs;
    std::uint64_t direction = kDirection;
    for (Variable& x : shifted) {
      if (is_floating(x.dtype())) x = Variable(x.value() + random_like(x, direction++) * step);
    }
    return weighted_sum(program, shifted).item<double>();
  };
  double numeric = 0;
  for (const double h : {1e-5, 1e-6, 1e-7}) {
    numeric = (value(h) - value(-h)) / (2 * h);
    if (std::abs(derivative - numeric) <= 1e-4 * std::max({1.0, std::abs(derivative), std::abs(numeric)}))
      return "";
  }
  return fmt::format("the directional derivative is {} by the rules, {} by finite differences", derivative,
                     numeric);
}

std::string compare_gradients(const Program& program, Device device) {
  const std::vector<Variable> expected =
      gradients_at(program, make_inputs(program, DType::f64, Device::cpu()));
  if (expected.empty()) return "";
  const std::vector<Variable> actual = gradients_at(program, make_inputs(program, DType::f64, device));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double tolerance = 1e-8 * largest(values_of(expected[i]));
    std::string found = compare(fmt::format("gradient {}", i), actual[i], expected[i], tolerance);
    if (!found.empty()) return found;
  }
  // The function may not be differentiable at the inputs, as where equal elements are sorted. Close by it is.
  const std::string found = compare_derivatives(program, 0);
  return found.empty() ? "" : compare_derivatives(program, 1e-3);
}

/// Compares all values of the runs in f64, so that the first step that differs is named.
std::string compare_values(const Program& program, const std::vector<Variable>& actual,
                           const std::vector<Variable>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double tolerance = 1e-8 * largest(values_of(expected[i]));
    std::string found =
        compare(fmt::format("y{} ({})", i, program.steps[i].op->name), actual[i], expected[i], tolerance);
    if (!found.empty()) return found;
  }
  return "";
}

std::vector<Variable> values_on(const Program& program, DType floating, Device device) {
  const NoGrad guard;
  return run(program, make_inputs(program, floating, device));
}

}  // namespace

std::string difference(const Program& program, Device device) {
  if (program.steps.empty()) return "";
  const std::vector<Variable> exact = values_on(program, DType::f64, Device::cpu());
  std::string found = compare_values(program, values_on(program, DType::f64, device), exact);
  if (!found.empty()) return found;
  const Variable single = values_on(program, DType::f32, device).back();
  found = compare("the result in f32", single, exact.back(), tolerance_in_f32(program, exact.back()));
  if (!found.empty()) return found;
  return compare_gradients(program, device);
}

}  // namespace tinytorch::fuzz
