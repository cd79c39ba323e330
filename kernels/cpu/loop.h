#pragma once

#include <array>
#include <cstdint>

#include "kernels/loop.h"

namespace tinytorch::cpu {

/// True where a large operand is read so far across its own order in memory (a transposed matrix) that it
/// pays to copy it first, which kernels::copy does in tiles.
template <int N>
bool crosses_memory(const Loop<N>& loop, std::size_t operand) {
  constexpr std::int64_t kLarge = 1 << 14, kFar = 16;
  return loop.count >= kLarge && loop.inner_step()[operand] >= kFar;
}

/// Works on n elements along the innermost axis of a loop; `row` is what it knows of the operands.
template <int N>
using RowFunction = void (*)(const void* row, const Steps<N>& offset, std::int64_t n);

/// Calls the function for every row of the loop, on as many threads as are worth it, see parallel_for().
template <int N>
void run_rows(const Loop<N>& loop, std::int64_t grain, RowFunction<N> function, const void* row);

}  // namespace tinytorch::cpu
