#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "autograd/variable.h"
#include "core/dims.h"
#include "tests/conformance/array.h"

// Programs of a few ops that are made at random, and what they compute.
namespace tinytorch::fuzz {

/// Random numbers that a seed alone decides.
class Source {
 public:
  explicit Source(std::uint64_t seed) : engine_(seed) {}

  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }
  std::int64_t integer(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  template <class Range>
  const auto& one_of(const Range& range) {
    return range[static_cast<std::size_t>(integer(0, static_cast<std::int64_t>(std::size(range)) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

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
