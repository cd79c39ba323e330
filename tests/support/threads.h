#pragma once

#include <functional>
#include <vector>

#include "core/tensor.h"

namespace tinytorch::testing {

/// Calls `call` with this number of OpenMP threads.
/// @return its result
Tensor on_threads(int threads, const std::function<Tensor()>& call);

/// Expects that each call returns the same bits on one thread, on two and on three.
void expect_same_bits(const std::vector<std::function<Tensor()>>& calls);

/// Calls f(0), ..., f(n - 1) at once, each in a thread of its own, and waits for them.
void in_threads(int n, const std::function<void(int)>& f);

}  // namespace tinytorch::testing
