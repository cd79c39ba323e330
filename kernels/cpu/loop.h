#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "kernels/loop.h"

namespace tinytorch::cpu {

/// A place in a loop: the index along each axis and where that is for each operand.
template <int N>
struct Place {
  std::array<std::int64_t, kMaxRank> index{};
  Steps<N> offset{};

  Place(const Loop<N>& loop, std::int64_t element) {
    for (auto axis = static_cast<std::size_t>(loop.rank); axis-- > 0 && element > 0;) {
      index[axis] = axis > 0 ? element % loop.length[axis] : element;
      element = axis > 0 ? element / loop.length[axis] : 0;
      move(loop.step[axis], index[axis]);
    }
  }

  void move(const Steps<N>& step, std::int64_t times) {
    for (std::size_t i = 0; i < N; ++i) offset[i] += times * step[i];
  }

  /// To the beginning of the next run along the innermost axis.
  void next_row(const Loop<N>& loop) {
    for (auto axis = static_cast<std::size_t>(loop.rank - 1); axis > 0; --axis) {
      move(loop.step[axis], -index[axis]);
      index[axis] = 0;
      move(loop.step[axis - 1], 1);
      if (++index[axis - 1] < loop.length[axis - 1]) return;
    }
  }
};

/// Goes through elements [begin, end) of the loop in its order, calling row(offsets, n) for each run along
/// the innermost axis.
template <int N, class Row>
void walk(const Loop<N>& loop, std::int64_t begin, std::int64_t end, const Row& row) {
  const auto inner = static_cast<std::size_t>(loop.rank - 1);
  Place<N> place(loop, begin);
  while (true) {
    const std::int64_t n = std::min(end - begin, loop.length[inner] - place.index[inner]);
    row(place.offset, n);
    begin += n;
    if (begin >= end) return;
    place.next_row(loop);
  }
}

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
