#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/fuzz/program.h"

namespace tinytorch::fuzz {

/// The arguments of a call that are not operands: axes, sizes and the like.
using Attributes = std::vector<std::int64_t>;

/// An op as programs use it. All ops are continuous, because f32 and f64 could differ widely otherwise; those
/// with jumps, such as sign, accept only integers. None converts integers to f32, because the run in f64
/// would then not be in f64.
struct Op {
  std::string name;
  std::size_t operands;
  /// Random attributes for these operands. No value: the op does not accept them.
  std::function<std::optional<Attributes>(std::span<const Variable>, Source&)> choose;
  std::function<Variable(std::span<const Variable>, const Attributes&)> apply;
  /// The call as C++.
  std::function<std::string(std::span<const std::string>, const Attributes&)> text;
};

/// All ops that programs may use.
const std::vector<Op>& ops();

}  // namespace tinytorch::fuzz
