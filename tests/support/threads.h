#pragma once

#include <functional>
#include <vector>

#include "core/tensor.h"

namespace tinytorch::testing {

/// What the call gives on so many threads.
Tensor on_threads(int count, const std::function<Tensor()>& call);

/// Expects that each call gives the same bits on one thread and on two.
void expect_same_bits(const std::vector<std::function<Tensor()>>& calls);

}  // namespace tinytorch::testing
