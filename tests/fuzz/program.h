#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "autograd/variable.h"
#include "core/dims.h"
#include "tests/conformance/array.h"
#include "tests/support/random_source.h"

// Random programs of a few ops, and how they run.
namespace tinytorch::fuzz {

using Source = tinytorch::testing::RandomSource;

struct Op;

/// An input of a program. The dtype f64 stands for the floating dtype that the program runs in.
struct Input {
  Shape shape;
  DType dtype = DType::f64;
  conformance::Layout layout = conformance::Layout::contiguous;
  std::uint64_t seed = 0;

  conformance::Array values() const;
};

/// An op applied to earlier values. Values are numbered from 0: the inputs, then the results of the steps.
struct Step {
  const Op* op;
  std::vector<std::size_t> operands;
  std::vector<std::int64_t> attributes;  ///< see Attributes in ops.h
};

struct Program {
  std::vector<Input> inputs;
  std::vector<Step> steps;
};

/// Makes the inputs of a program. Floating ones are leaves that require gradients.
std::vector<Variable> make_inputs(const Program& program, DType floating, Device device);

/// Runs the program and returns the results of all steps. `perturb`, if any, is applied to each result.
using Perturbation = std::function<Variable(const Variable&)>;
std::vector<Variable> run(const Program& program, const std::vector<Variable>& inputs,
                          const Perturbation& perturb = {});

/// Random numbers in [-1, 1] of x's shape, dtype and device; the same for the same seed.
Tensor random_like(const Variable& x, std::uint64_t seed);
/// x with random relative errors of at most `size` in its elements; an integer x is unchanged.
Variable with_errors(const Variable& x, double size, std::uint64_t seed);

/// The program as C++, one line per step.
std::string to_string(const Program& program);

}  // namespace tinytorch::fuzz
