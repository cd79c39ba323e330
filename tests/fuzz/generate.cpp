#include "tests/fuzz/generate.h"

#include <array>
#include <cmath>

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "tests/fuzz/ops.h"

namespace tinytorch::fuzz {
namespace {

constexpr std::int64_t kMaxSteps = 12, kMaxElements = 96;

Input make_input(Source& source) {
  static constexpr std::array kOther{DType::boolean, DType::u8, DType::i32, DType::i64};
  Input input;
  // Few sizes, so that the shapes of operands often agree.
  const std::int64_t rank = source.integer(0, 3);
  for (std::int64_t i = 0; i < rank; ++i)
    input.shape.push_back(source.integer(0, 40) == 0 ? 0 : source.integer(1, 3));
  input.dtype = source.integer(0, 3) == 0 ? source.one_of(kOther) : DType::f64;
  input.layout = source.one_of(conformance::kLayouts);
  input.seed = static_cast<std::uint64_t>(source.integer(0, 1'000'000'000));
  return input;
}

/// Whether the value is small enough that the next steps are finite.
bool is_finite_and_small(const Variable& y) {
  if (y.numel() > kMaxElements || y.rank() > 5) return false;
  for (const double x : y.value().to(DType::f64).to_vector<double>()) {
    if (!std::isfinite(x) || std::abs(x) > 100) return false;
  }
  return true;
}

/// The values so far, and the same with relative errors of kError in the inputs and in the result of each
/// step.
struct Values {
  std::vector<Variable> exact, inexact;

  static constexpr double kError = 1e-12;
  /// How much larger the errors of a result may be: more, and rounding could exceed the tolerances of
  /// check.cpp. A normalization of equal elements amplifies them 300 times.
  static constexpr double kGrowth = 1e4;

  void push_back(const Variable& x, const Variable& with_earlier_errors) {
    inexact.push_back(with_errors(with_earlier_errors, kError, exact.size()));
    exact.push_back(x);
  }
  bool is_well_conditioned(const Variable& x, const Variable& with_earlier_errors) const {
    const auto numbers = [](const Variable& y) { return y.value().to(DType::f64).to_vector<double>(); };
    const std::vector<double> values = numbers(x), others = numbers(with_earlier_errors);
    double largest = 1, error = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      largest = std::max(largest, std::abs(values[i]));
      error = std::max(error, std::abs(values[i] - others[i]));
    }
    return error <= kGrowth * kError * largest;
  }
};

/// A random one of the values; later ones are more likely.
std::size_t pick(const std::vector<Variable>& values, Source& source) {
  const auto last = static_cast<std::int64_t>(values.size()) - 1;
  return static_cast<std::size_t>(std::max(source.integer(0, last), source.integer(0, last)));
}

/// Chooses a random op, and adds it as a step if it accepts its operands.
void try_step(Program& program, Values& values, Source& source) {
  const Op& op = source.one_of(ops());
  Step step{.op = &op, .operands = {}, .attributes = {}};
  std::vector<Variable> operands, inexact;
  for (std::size_t i = 0; i < op.operands; ++i) {
    // The first operand is the newest value, so that the results of steps are used.
    step.operands.push_back(i == 0 ? values.exact.size() - 1 : pick(values.exact, source));
    operands.push_back(values.exact[step.operands.back()]);
    inexact.push_back(values.inexact[step.operands.back()]);
  }
  const std::optional<Attributes> attributes = op.choose(operands, source);
  if (!attributes) return;
  step.attributes = *attributes;
  const Variable y = op.apply(operands, step.attributes);
  if (!is_finite_and_small(y)) return;
  const Variable with_earlier_errors = op.apply(inexact, step.attributes);
  if (!values.is_well_conditioned(y, with_earlier_errors)) return;
  program.steps.push_back(step);
  values.push_back(y, with_earlier_errors);
}

}  // namespace

Program generate(std::uint64_t seed) {
  const NoGrad guard;
  Source source(seed);
  Program program;
  const std::int64_t inputs = source.integer(1, 4), steps = source.integer(1, kMaxSteps);
  for (std::int64_t i = 0; i < inputs; ++i) program.inputs.push_back(make_input(source));
  Values values;
  for (const Variable& x : make_inputs(program, DType::f64, Device::cpu())) values.push_back(x, x);
  for (std::int64_t tries = 0; tries < 8 * steps && std::ssize(program.steps) < steps; ++tries)
    try_step(program, values, source);
  return program;
}

}  // namespace tinytorch::fuzz
