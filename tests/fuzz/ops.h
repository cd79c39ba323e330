#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/fuzz/program.h"

namespace tinytorch::fuzz {

using Numbers = std::vector<std::int64_t>;

/// An op as programs use it. All are continuous, or f32 and f64 could differ widely; what steps, as sign,
/// takes integers only. None makes f32 of integers, or a run in f64 would not be one.
struct Op {
  std::string name;
  std::size_t operands;
  /// Numbers for these operands; none if the op does not take them.
  std::function<std::optional<Numbers>(std::span<const Variable>, Source&)> choose;
  std::function<Variable(std::span<const Variable>, const Numbers&)> apply;
  /// The call as C++.
  std::function<std::string(std::span<const std::string>, const Numbers&)> text;
};

/// All ops that programs are made of.
const std::vector<Op>& ops();

}  // namespace tinytorch::fuzz
