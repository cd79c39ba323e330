#pragma once

#include "simt/kernel_interface.h"

// The special registers, barriers and fences.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)

#define threadIdx (::simt::registers.thread_index)
#define blockIdx (::simt::registers.block_index)
#define blockDim (::simt::registers.block_dim)
#define gridDim (::simt::registers.grid_dim)
constexpr int warpSize = 32;

inline void __syncthreads(simt::Site at = simt::Site::current()) { simt::block_barrier(at); }
inline int __syncthreads_count(int predicate, simt::Site at = simt::Site::current()) {
  return simt::block_count(predicate, at);
}
inline int __syncthreads_or(int predicate, simt::Site at = simt::Site::current()) {
  return simt::block_count(predicate, at) != 0;
}
inline int __syncthreads_and(int predicate, simt::Site at = simt::Site::current()) {
  return simt::block_count(predicate == 0, at) == 0;
}
inline void __syncwarp(unsigned mask = ~0U, simt::Site at = simt::Site::current()) {
  simt::warp_barrier(mask, at);
}

namespace simt {
/// A fence of the host. It is compiled in the executor, because ThreadSanitizer does not know fences; see
/// atomics.h.
void memory_fence();
}  // namespace simt

inline void __threadfence() { simt::memory_fence(); }
inline void __threadfence_block() { simt::memory_fence(); }
inline void __threadfence_system() { simt::memory_fence(); }

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
