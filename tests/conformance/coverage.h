#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/conformance/op_table.h"

// What the op table covers, op by op: what `tito ops` prints.
namespace tinytorch::conformance {

/// An op with all its rows.
struct CoveredOp {
  std::string name;
  std::string family;
  std::set<const KernelSlot*> slots = {};  ///< none where it is made of other ops
  std::set<DType> types = {};
  bool is_said = true;             ///< each row says whether there is a derivative
  bool is_differentiable = false;  ///< its first and second derivatives are checked

  bool has_kernels_for(DeviceType type) const;
};

/// By family and in the order of their rows. A row is of the op whose function's name its own begins with:
/// `sum_over_first_axis` of sum().
std::vector<CoveredOp> covered_ops();

/// The slots that no row goes through, and the functions of core/ops (read from its headers) that are no
/// row's op.
/// @throws std::runtime_error  the headers cannot be read
std::vector<std::string> uncovered();

}  // namespace tinytorch::conformance
