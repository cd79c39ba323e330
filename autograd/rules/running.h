#pragma once

#include "autograd/variable.h"

namespace tinytorch {

/// x moved by one place along the axis (0 ... rank-1), to the end or where `reverse` to the beginning: at
/// each place what a running total meets just before it. `first` comes in.
Variable before(const Variable& x, int axis, bool reverse, double first);

}  // namespace tinytorch
