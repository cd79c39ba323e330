#include "tests/fuzz/shrink.h"

#include <algorithm>

namespace tinytorch::fuzz {
namespace {

std::size_t num_values(const Program& program) { return program.inputs.size() + program.steps.size(); }

/// The program without the value `removed`; `replacement`, an earlier value, is used instead of it.
Program without_value(const Program& program, std::size_t removed, std::size_t replacement) {
  Program result = program;
  if (removed < program.inputs.size()) {
    result.inputs.erase(result.inputs.begin() + static_cast<std::ptrdiff_t>(removed));
  } else {
    result.steps.erase(result.steps.begin() + static_cast<std::ptrdiff_t>(removed - program.inputs.size()));
  }
  for (Step& step : result.steps) {
    for (std::size_t& operand : step.operands) {
      if (operand == removed) operand = replacement;
      if (operand > removed) --operand;
    }
  }
  return result;
}

bool is_used(const Program& program, std::size_t value) {
  return std::ranges::any_of(program.steps, [&](const Step& step) {
    return std::ranges::find(step.operands, value) != step.operands.end();
  });
}

/// All programs that are smaller by one change.
std::vector<Program> smaller(const Program& program) {
  std::vector<Program> candidates;
  if (program.steps.size() > 1) {
    candidates.push_back(program);
    candidates.back().steps.pop_back();
  }
  for (std::size_t value = num_values(program) - 1; value-- > 0;) {
    if (!is_used(program, value) && num_values(program) > 2)
      candidates.push_back(without_value(program, value, 0));
    for (std::size_t other = 0; other < value && is_used(program, value); ++other)
      candidates.push_back(without_value(program, value, other));
  }
  for (std::size_t i = 0; i < program.inputs.size(); ++i) {
    const auto with = [&](auto change) {
      candidates.push_back(program);
      change(candidates.back().inputs[i]);
    };
    const Input& input = program.inputs[i];
    if (input.layout != conformance::Layout::contiguous)
      with([](Input& x) { x.layout = conformance::Layout::contiguous; });
    if (input.dtype != DType::f64) with([](Input& x) { x.dtype = DType::f64; });
    for (int axis = 0; axis < input.shape.size(); ++axis) {
      with([axis](Input& x) { x.shape.erase(axis); });
      if (input.shape[axis] > 1) with([axis](Input& x) { x.shape[axis] = 1; });
    }
  }
  return candidates;
}

}  // namespace

Program shrink(Program program, const std::function<bool(const Program&)>& fails) {
  while (true) {
    const std::vector<Program> candidates = smaller(program);
    const auto found = std::ranges::find_if(candidates, fails);
    if (found == candidates.end()) return program;
    program = *found;
  }
}

}  // namespace tinytorch::fuzz
