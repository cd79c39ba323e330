#pragma once

#include <functional>
#include <vector>

#include "core/tensor.h"

namespace tinytorch::testing {

/// Expects that each call gives the same bits on one thread and on two.
void expect_same_bits(const std::vector<std::function<Tensor()>>& calls);

}  // namespace tinytorch::testing
