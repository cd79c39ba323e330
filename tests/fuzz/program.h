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

// Programs of a few ops that are made at random, and what they compute.
namespace tinytorch::fuzz {

using Source = tinytorch::testing::RandomSource;

struct Op;

/// f64 stands for the floating type that the program is run in.
struct Input {
  Shape shape;
  DType dtype = DType::f64;
  conformance::Layout layout = conformance::Layout::contiguous;
  std::uint64_t seed = 0;

  conformance::Array values() const;
};

/// An op on earlier values: the inputs, then the steps' results, counted from 0.
struct Step {
  const Op* op;
  std::vector<std::size_t> operands;
  std::vector<std::int64_t> numbers;  ///< axes, lengths and the like, which the op understands
};

struct Program {
  std::vector<Input> inputs;
  std::vector<Step> steps;
};

/// The inputs of a program, as leaves where they are floating.
std::vector<Variable> make_inputs(const Program& program, DType floating, Device device);

/// The results of all steps. `disturb`, if any, is applied to each.
using Disturbance = std::function<Variable(const Variable&)>;
std::vector<Variable> run(const Program& program, const std::vector<Variable>& inputs,
                          const Disturbance& disturb = {});

/// The program as C++, a line a step.
std::string to_string(const Program& program);

}  // namespace tinytorch::fuzz
