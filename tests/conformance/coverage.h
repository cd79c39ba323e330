#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/conformance/op_table.h"

// What the op table covers, op by op. `./tito ops` prints it.
namespace tinytorch::conformance {

/// An op with all its rows.
struct CoveredOp {
  std::string name;
  std::string family;
  std::set<const KernelSlot*> slots = {};  ///< none where it is composed of other ops
  std::set<DType> dtypes = {};
  bool specifies_gradient = true;  ///< each row says whether there is a derivative
  bool is_differentiable = false;  ///< its first and second derivatives are checked

  bool has_kernels_for(DeviceType type) const;
};

/// All ops, by family and in the order of their rows. A row belongs to the op whose function's name is a
/// prefix of its own: `sum_over_first_axis` belongs to sum().
std::vector<CoveredOp> covered_ops();

/// The slots that no row covers, and the functions of core/ops (read from its headers) to which no row
/// belongs.
/// @throws std::runtime_error  the headers cannot be read
std::vector<std::string> uncovered();

/// The ops that `./tito benchmark` does not time, by any of their rows.
std::vector<std::string> untimed();

}  // namespace tinytorch::conformance
