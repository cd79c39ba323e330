#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "core/device.h"
#include "tests/benchmarks/row.h"
#include "tests/conformance/op_table.h"

// What TinyTorch's benchmark program times.
namespace benchmarks {

struct Case {
  Row row;
  std::function<Prepared()> prepare;
};

/// Of the op table and untabled_rows(): each row that has operands to time, and again with its backward pass
/// if it has one.
std::vector<Case> op_cases(tinytorch::Device device);
/// Calls that the op table does not have, because they prove nothing new: other sizes of top-k, layouts, ops
/// that change their operand.
const std::deque<tinytorch::conformance::Row>& untabled_rows();
/// Steps of the optimizers on ten million parameters.
std::vector<Case> optimizer_cases(tinytorch::Device device);
/// Training steps of whole models.
std::vector<Case> step_cases(tinytorch::Device device);
/// What the processor can do: multiply-adds in registers; reads, writes and copies of memory.
std::vector<Case> machine_cases();

/// The group of machine_cases().
inline constexpr const char* kMachine = "machine";
/// The group of rows that are so small that only the overhead of a call counts.
inline constexpr const char* kSmallOps = "small ops";

}  // namespace benchmarks
