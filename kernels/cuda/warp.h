#pragma once

#include "kernels/cuda/launch.h"

// Reductions over the threads of a warp or a block.
namespace tinytorch::cuda {

inline constexpr unsigned kWarp = 32;

/// Reduces the values of a warp's 32 threads with `combine`, in a fixed order. Every thread gets the result.
template <class T, class Combine>
__device__ T reduce_warp(T value, const Combine& combine) {
  for (unsigned distance = kWarp / 2; distance > 0; distance /= 2)
    value = combine(value, __shfl_xor_sync(~0u, value, static_cast<int>(distance)));
  return value;
}

/// Reduces the values of the kThreads threads of a one-dimensional block. `warps` is shared memory for this
/// use alone.
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
