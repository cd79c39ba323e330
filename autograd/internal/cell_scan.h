#pragma once

#include "autograd/variable.h"
#include "core/ops/internal/cell_scan.h"

// Internal: scan_cells() on Variables.
namespace tinytorch::detail {

Variable scan_cells(const CellScan<Variable>& scan);

}  // namespace tinytorch::detail
