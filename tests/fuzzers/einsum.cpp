// Evaluates any text as einsum's equation, on Tensors and on Variables: the results must be equal and the
// gradients exist, or both must fail with the same error. The first line is the equation; each further one
// has the lengths of an operand.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "autograd/variable.h"
#include "core/error.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/einsum.h"
#include "core/ops/reduction.h"
#include "core/ops/shape.h"

using namespace tinytorch;

namespace {

/// The operands that these lines describe; each character is a length of 0 to 3. As there are at most nine
/// axes, nothing takes long.
std::vector<Tensor> read_operands(std::istream& lines) {
  std::vector<Tensor> operands;
  std::size_t axes = 0;
  for (std::string line; operands.size() < 5 && std::getline(lines, line);) {
    Shape shape;
    for (const char c : line) {
      if (axes++ < 9 && shape.size() < kMaxRank) shape.push_back((c - '0') & 3);
    }
    operands.push_back(reshape(arange(checked_numel("fuzz", shape)).to(DType::f64), shape));
  }
  return operands;
}

/// The result of a call, or its error.
struct Outcome {
  Tensor value;
  std::string error;
};

template <class F>
Outcome outcome_of(F call) {
  try {
    return {call(), ""};
  } catch (const Error& error) {
    return {Tensor(), error.what()};
  }
}

[[noreturn]] void fail_with(const std::string& why) {
  std::cerr << why << std::endl;  // seen when the program runs by hand, on the input that it kept
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::string equation;
  std::getline(lines, equation);
  const std::vector<Tensor> operands = read_operands(lines);
  std::vector<Variable> variables;
  for (const Tensor& operand : operands) variables.push_back(variable(operand));

  const Outcome plain = outcome_of([&] { return einsum(equation, operands); });
  const Outcome recorded = outcome_of([&] {
    const Variable result = einsum(equation, variables);
    sum(result).backward();
    return result.value();
  });
  if (plain.error != recorded.error) fail_with("the modes differ: " + plain.error + " and " + recorded.error);
  if (!plain.error.empty() && !plain.error.starts_with("[einsum] ")) fail_with("an inner op: " + plain.error);
  if (plain.error.empty() && !equal(plain.value, recorded.value)) fail_with("the values of the modes differ");
  return 0;
}
