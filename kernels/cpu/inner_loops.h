#pragma once

#include <array>
#include <cstdint>

#include "core/ops/copy_kernels.h"
#include "kernels/iteration_space.h"

namespace tinytorch::cpu {

/// True where a large operand is read so far across its own order in memory (a transposed matrix) that it
/// pays to copy it first, which kernels::copy does in tiles.
template <int N>
bool crosses_memory(const IterationSpace<N>& loop, std::size_t operand) {
  constexpr std::int64_t kLarge = 1 << 14, kFar = 16;
  return loop.numel >= kLarge && loop.inner_strides()[operand] >= kFar;
}

/// Works on n elements along the innermost axis of a loop; `row` is what it knows of the operands.
template <int N>
using InnerLoopFunction = void (*)(const void* row, const PerOperand<N>& offset, std::int64_t n);

/// Calls the function for every row of the loop, on as many threads as are worth it, see parallel_for().
template <int N>
void run_inner_loops(const IterationSpace<N>& loop, std::int64_t grain, InnerLoopFunction<N> function,
                     const void* row);

}  // namespace tinytorch::cpu
