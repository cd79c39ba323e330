#include "tests/fuzz/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "tests/fuzz/ops.h"

namespace tinytorch::fuzz {
namespace {

std::vector<double> numbers_of(const Variable& x) { return x.value().to(DType::f64).to_vector<double>(); }

double largest(const std::vector<double>& numbers) {
  double most = 1;
  for (const double x : numbers) most = std::max(most, std::abs(x));
  return most;
}

/// The first element that differs by more than `allowed`, in words.
std::string compare(const std::string& what, const Variable& actual, const Variable& expected,
                    double allowed) {
  if (actual.shape() != expected.shape()) {
    return fmt::format("{} has the shape {}, not {}", what, to_string(actual.shape()),
                       to_string(expected.shape()));
  }
  const std::vector<double> found = numbers_of(actual), wanted = numbers_of(expected);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::abs(found[i] - wanted[i]) <= allowed) continue;
    return fmt::format("{}: element {} is {}, not {}", what, i, found[i], wanted[i]);
  }
  return "";
}

double farthest(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

/// Random weights or directions for each element of x, that stay the same.
Tensor random_like(const Variable& x, std::uint64_t seed) {
  Source source(seed);
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < x.numel(); ++i) numbers.push_back(source.uniform(-1, 1));
  return from_values(numbers, x.shape()).to(Options{.dtype = x.dtype(), .device = x.device()});
}

/// What rounding may do to the program's result in f32: several times what it makes of random errors of that
/// size in each step.
double allowed_in_f32(const Program& program, const Variable& exact) {
  const NoGrad guard;
  const std::vector<Variable> inputs = make_inputs(program, DType::f64, Device::cpu());
  double most = 0;
  std::uint64_t seed = 1;
  const Disturbance disturb = [&](const Variable& x) {
    return is_floating(x.dtype()) ? x * (1 + random_like(x, seed++) * 0x1p-23) : x;
  };
  for (int time = 0; time < 3; ++time)
    most = std::max(most, farthest(numbers_of(run(program, inputs, disturb).back()), numbers_of(exact)));
  return 64 * most + 1e-5 * largest(numbers_of(exact));
}

/// The sum of the last value's elements, weighted.
Variable weighted(const Program& program, const std::vector<Variable>& inputs) {
  const Variable y = run(program, inputs).back();
  return sum(y * random_like(y, 1));
}

/// The inputs in f64, those that are floating moved by `by` times a random direction.
std::vector<Variable> moved_inputs(const Program& program, Device device, double by,
                                   std::uint64_t direction) {
  std::vector<Variable> inputs = make_inputs(program, DType::f64, device);
  for (Variable& x : inputs) {
    if (is_floating(x.dtype())) x = variable(x.value() + random_like(x, direction++) * by);
  }
  return inputs;
}

/// Directions for the slope, and for a step to the side.
constexpr std::uint64_t kAlong = 2, kAside = 1000;

/// The gradients of the weighted sum by the floating inputs; none where it depends on none.
std::vector<Variable> gradients_at(const Program& program, const std::vector<Variable>& inputs) {
  const Variable y = weighted(program, inputs);
  if (!y.requires_grad()) return {};
  std::vector<Variable> leaves;
  std::ranges::copy_if(inputs, std::back_inserter(leaves),
                       [](const Variable& x) { return x.requires_grad(); });
  return gradients(y, leaves);
}

double slope_by_rules(const std::vector<Variable>& gradients) {
  double slope = 0;
  std::uint64_t direction = kAlong;
  for (const Variable& gradient : gradients)
    slope += sum(gradient * random_like(gradient, direction++)).item<double>();
  return slope;
}

/// Compares slopes from the inputs moved `aside`. At several step sizes: a wrong rule shows in each of them.
std::string compare_slopes(const Program& program, double aside) {
  const std::vector<Variable> inputs = moved_inputs(program, Device::cpu(), aside, kAside);
  const double slope = slope_by_rules(gradients_at(program, inputs));
  const NoGrad guard;
  const auto value = [&](double by) {
    std::vector<Variable> there = inputs;
    std::uint64_t direction = kAlong;
    for (Variable& x : there) {
      if (is_floating(x.dtype())) x = Variable(x.value() + random_like(x, direction++) * by);
    }
    return weighted(program, there).item<double>();
  };
  double numeric = 0;
  for (const double h : {1e-5, 1e-6, 1e-7}) {
    numeric = (value(h) - value(-h)) / (2 * h);
    if (std::abs(slope - numeric) <= 1e-4 * std::max({1.0, std::abs(slope), std::abs(numeric)})) return "";
  }
  return fmt::format("the slope by the rules is {}, by finite differences {}", slope, numeric);
}

std::string compare_gradients(const Program& program, Device device) {
  const std::vector<Variable> expected =
      gradients_at(program, make_inputs(program, DType::f64, Device::cpu()));
  if (expected.empty()) return "";
  const std::vector<Variable> actual = gradients_at(program, make_inputs(program, DType::f64, device));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double allowed = 1e-8 * largest(numbers_of(expected[i]));
    std::string found = compare(fmt::format("gradient {}", i), actual[i], expected[i], allowed);
    if (!found.empty()) return found;
  }
  // The inputs may lie on a kink, as where equal elements are sorted; a point beside them does not.
  const std::string found = compare_slopes(program, 0);
  return found.empty() ? "" : compare_slopes(program, 1e-3);
}

/// All values of the runs in f64, so that the first step that differs is named.
std::string compare_values(const Program& program, const std::vector<Variable>& actual,
                           const std::vector<Variable>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double allowed = 1e-8 * largest(numbers_of(expected[i]));
    std::string found =
        compare(fmt::format("y{} ({})", i, program.steps[i].op->name), actual[i], expected[i], allowed);
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
  found = compare("the result in f32", single, exact.back(), allowed_in_f32(program, exact.back()));
  if (!found.empty()) return found;
  return compare_gradients(program, device);
}

}  // namespace tinytorch::fuzz
