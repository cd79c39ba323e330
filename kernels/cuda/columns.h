#pragma once

#include <algorithm>
#include <cstdint>

#include "core/tensor.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/offset_calculator.h"
#include "kernels/cuda/reduce.h"

// Kernels along an axis that is not the last: each thread block has some of the columns.
namespace tinytorch::cuda {

/// The number of elements of the axes after this one.
inline std::int64_t numel_after(const Shape& shape, int axis) {
  std::int64_t numel = 1;
  for (int i = axis + 1; i < shape.size(); ++i) numel *= shape[i];
  return numel;
}

/// Reduces the values of the threads of a block that differ in threadIdx.y alone, in a fixed order. Each of
/// them gets the result. `values` is shared memory for this use alone.
template <class T, class Combine>
__device__ T reduce_column(T value, T (&values)[kThreads], const Combine& combine) {
  const unsigned first = threadIdx.z * blockDim.y * blockDim.x + threadIdx.x;
  const unsigned own = first + threadIdx.y * blockDim.x;
  values[own] = value;
  for (unsigned half = blockDim.y / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.y < half) values[own] = combine(values[own], values[own + half * blockDim.x]);
  }
  __syncthreads();
  return values[first];
}

/// A contiguous tensor [outer, length, inner], whose columns are those along `length`.
struct Columns {
  std::int64_t outer, length, inner;
  Divisor<std::uint32_t> tiles;  // of blockDim.x columns each, of one of the outer matrices
};

/// The column of this thread: its first element and its length, 0 for a thread without one.
struct ColumnOfThread {
  std::int64_t first, length;

  __device__ explicit ColumnOfThread(const Columns& columns) {
    const std::uint32_t strip = columns.tiles.quotient(blockIdx.x);
    const std::int64_t outer = std::int64_t{strip} * blockDim.z + threadIdx.z;
    const std::int64_t column =
        std::int64_t{blockIdx.x - strip * columns.tiles.divisor()} * blockDim.x + threadIdx.x;
    const bool in_outer = within(outer, columns.outer);
    const bool in_row = within(column, columns.inner);
    first = outer * columns.length * columns.inner + column;
    length = in_outer && in_row ? columns.length : 0;
  }
};

/// The launch shape: blockDim.x x blockDim.z columns per block, blockDim.y threads each.
struct ColumnsLaunch {
  Columns columns;
  unsigned grid;
  dim3 block;

  ColumnsLaunch(std::int64_t outer, std::int64_t length, std::int64_t inner) {
    constexpr std::int64_t kMaxDepth = 64;  // a block's limit in z
    const unsigned width = ReductionShape::power_of_two(inner, kWarp);
    const unsigned height = ReductionShape::power_of_two(length, kThreads / width);
    const unsigned depth =
        ReductionShape::power_of_two(outer, std::min<std::int64_t>(kMaxDepth, kThreads / (width * height)));
    const std::int64_t tiles = ceil_div(inner, width);
    columns = {
        .outer = outer, .length = length, .inner = inner, .tiles = Divisor<std::uint32_t>(grid_size(tiles))};
    grid = grid_size(tiles * ceil_div(outer, depth));
    block = dim3(width, height, depth);
  }
};

}  // namespace tinytorch::cuda
