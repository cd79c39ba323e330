#pragma once

#include "autograd/variable.h"

// Internal.
namespace tinytorch {

/// x shifted by one index along an axis: element i of the result is x's element i - 1 (i + 1 where
/// `reverse`), and `first` where there is none. For running totals it gives the total before each element.
Variable shift(const Variable& x, int axis, bool reverse, double first);

}  // namespace tinytorch
