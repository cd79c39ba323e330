#pragma once

#include "kernels/cuda/launch.h"

// Reductions over the threads of a warp or a block.
namespace tinytorch::cuda {

inline constexpr unsigned kWarp = 32;

/// Reduces the values of a warp's 32 threads with `combine`. Every thread gets the result, in the same order
/// of combination.
template <class T, class Combine>
__device__ T reduce_warp(T value, const Combine& combine) {
  for (unsigned distance = kWarp / 2; distance > 0; distance /= 2)
    value = combine(value, __shfl_xor_sync(~0u, value, static_cast<int>(distance)));
  return value;
}

/// Reduces the values of the kThreads threads of a one-dimensional block, through `warps`: shared memory that
/// nothing else uses.
template <unsigned kThreads, class T, class Combine>
__device__ T reduce_block(T value, T (&warps)[kThreads / kWarp], const Combine& combine) {
  value = reduce_warp(value, combine);
  if (threadIdx.x % kWarp == 0) warps[threadIdx.x / kWarp] = value;
  __syncthreads();
  value = warps[0];
  for (unsigned warp = 1; warp < kThreads / kWarp; ++warp) value = combine(value, warps[warp]);
  return value;
}

}  // namespace tinytorch::cuda
