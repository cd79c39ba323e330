#pragma once

#include "kernels/cuda/launch.h"

// What the threads of a warp or a block make of their values together.
namespace tinytorch::cuda {

inline constexpr unsigned kWarp = 32;

/// combine(...) of the values of a warp's 32 threads, in each of them, in the same order.
template <class T, class Combine>
__device__ T fold_warp(T value, const Combine& combine) {
  for (unsigned distance = kWarp / 2; distance > 0; distance /= 2)
    value = combine(value, __shfl_xor_sync(~0u, value, static_cast<int>(distance)));
  return value;
}

/// The same of the kThreads threads of a one-dimensional block, through `warps`, which is shared memory that
/// nothing else uses.
template <unsigned kThreads, class T, class Combine>
__device__ T fold_block(T value, T (&warps)[kThreads / kWarp], const Combine& combine) {
  value = fold_warp(value, combine);
  if (threadIdx.x % kWarp == 0) warps[threadIdx.x / kWarp] = value;
  __syncthreads();
  value = warps[0];
  for (unsigned warp = 1; warp < kThreads / kWarp; ++warp) value = combine(value, warps[warp]);
  return value;
}

}  // namespace tinytorch::cuda
