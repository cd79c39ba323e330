#include "tests/fuzz/program.h"

#include <fmt/format.h>

#include "autograd/ops.h"
#include "core/dtype.h"
#include "tests/fuzz/ops.h"

namespace tinytorch::fuzz {
namespace {

/// A random value of the dtype.
double draw(DType dtype, Source& source) {
  switch (dtype) {
    case DType::boolean:
      return static_cast<double>(source.integer(0, 1));
    case DType::u8:
      return static_cast<double>(source.integer(0, 5));
    case DType::i32:
    case DType::i64:
      return static_cast<double>(source.integer(-3, 3));
    default:
      // Exact in f32, so that all runs start with the same values.
      return static_cast<double>(static_cast<float>(source.uniform(-2, 2)));
  }
}

std::string name_of(const Program& program, std::size_t value) {
  if (value < program.inputs.size()) return fmt::format("x{}", value);
  return fmt::format("y{}", value - program.inputs.size());
}

std::string type_text(DType dtype) {
  return dtype == DType::boolean ? "DType::boolean" : fmt::format("DType::{}", name(dtype));
}

std::string text_of(const Program& program, const Step& step) {
  std::vector<std::string> names;
  for (const std::size_t operand : step.operands) names.push_back(name_of(program, operand));
  return step.op->text(names, step.attributes);
}

}  // namespace

conformance::Array Input::values() const {
  Source source(seed);
  return conformance::repeated_for(
      layout, conformance::generate(shape, [&](const Dims&) { return draw(dtype, source); }));
}

Tensor random_like(const Variable& x, std::uint64_t seed) {
  Source source(seed);
  std::vector<double> values;
  for (std::int64_t i = 0; i < x.numel(); ++i) values.push_back(source.uniform(-1, 1));
  return from_values(values, x.shape()).to(Options{.dtype = x.dtype(), .device = x.device()});
}

Variable with_errors(const Variable& x, double size, std::uint64_t seed) {
  return is_floating(x.dtype()) ? x * (1 + random_like(x, seed) * size) : x;
}

std::vector<Variable> make_inputs(const Program& program, DType floating, Device device) {
  std::vector<Variable> inputs;
  for (const Input& input : program.inputs) {
    const DType dtype = is_floating(input.dtype) ? floating : input.dtype;
    const Tensor x = conformance::GuardedTensor(input.values(), dtype, input.layout, device).tensor();
    inputs.push_back(is_floating(dtype) ? variable(x) : Variable(x));
  }
  return inputs;
}

std::vector<Variable> run(const Program& program, const std::vector<Variable>& inputs,
                          const Perturbation& perturb) {
  std::vector<Variable> values = inputs;
  for (const Step& step : program.steps) {
    std::vector<Variable> operands;
    for (const std::size_t operand : step.operands) operands.push_back(values[operand]);
    const Variable y = step.op->apply(operands, step.attributes);
    values.push_back(perturb ? perturb(y) : y);
  }
  values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(inputs.size()));
  return values;
}

std::string to_string(const Program& program) {
  std::string text;
  for (std::size_t i = 0; i < program.inputs.size(); ++i) {
    const Input& input = program.inputs[i];
    std::string elements;
    for (const double x : input.values().values)
      elements += fmt::format("{}{}", elements.empty() ? "" : ", ", x);
    text +=
        fmt::format("Variable x{} = variable(from_values(std::vector<double>{{{}}}, {}).to({}));  // {}\n", i,
                    elements, "Shape" + fmt::format("{{{}}}", fmt::join(input.shape, ", ")),
                    type_text(input.dtype), conformance::name(input.layout));
    if (!is_floating(input.dtype)) text.replace(text.rfind("variable(from"), 9, "Variable(");
  }
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    text += fmt::format("Variable y{} = {};\n", i, text_of(program, program.steps[i]));
  }
  return text;
}

}  // namespace tinytorch::fuzz
