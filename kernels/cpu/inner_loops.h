#pragma once

#include <array>
#include <cstdint>

#include "core/ops/copy_kernels.h"
#include "kernels/iteration_space.h"

namespace tinytorch::cpu {

/// True where a large operand is read so far across its order in memory (a transposed matrix) that it pays to
/// copy it first: kernels::copy works in tiles.
template <int N>
bool is_transposed_read(const IterationSpace<N>& space, std::size_t operand) {
  constexpr std::int64_t kLarge = 1 << 14, kFar = 16;
  return space.numel >= kLarge && space.inner_strides()[operand] >= kFar;
}

/// Processes n elements along the innermost axis of an iteration space; `context` points to the functor with
/// the operands.
template <int N>
using InnerLoopFunction = void (*)(const void* context, const PerOperand<N>& offset, std::int64_t n);

/// Calls the function for every inner loop of the iteration space, on as many threads as are worth it, see
/// parallel_for().
template <int N>
void run_inner_loops(const IterationSpace<N>& space, std::int64_t grain, InnerLoopFunction<N> function,
                     const void* context);

}  // namespace tinytorch::cpu
