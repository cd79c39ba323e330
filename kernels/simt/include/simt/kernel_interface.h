#pragma once

#include <cstddef>
#include <cstdint>

#include "simt/runtime_types.h"
#include "simt/site.h"
#include "simt/vector_types.h"

// The executor's functions that the headers for kernels call.
namespace simt {

/// The special registers of the running device thread. Each OS thread has one set, rewritten at each switch.
struct Registers {
  uint3 thread_index, block_index;
  dim3 block_dim, grid_dim;
  unsigned lane;
  void* dynamic_shared;
};
extern constinit thread_local Registers registers;

/// __syncthreads: waits for all threads of the block.
void block_barrier(Site at);
/// __syncthreads_count: the number of threads of the block whose predicate is not zero.
int block_count(int predicate, Site at);

enum class WarpOp : unsigned char { sync, shuffle, ballot, gather };

/// __syncwarp: waits for the lanes of the mask and orders memory among them.
void warp_barrier(unsigned mask, Site at);
/// The value that lane `source` of the mask passed.
std::uint64_t warp_shuffle(unsigned mask, std::uint64_t value, unsigned source, Site at);
/// The lanes of the mask whose predicate is not zero.
unsigned warp_ballot(unsigned mask, int predicate, Site at);
/// Collects a pointer from each lane of the mask and runs work(pointers) once for all of them.
void warp_gather(unsigned mask, void* own, void (*work)(void* const* lanes), Site at);

/// Reports undefined behaviour of the running device thread and ends the launch.
[[noreturn]] void device_fault(const char* what, Site at);

/// Static shared memory of the running block. The same key gives the same storage.
void* shared_storage(const void* key, std::size_t bytes, std::size_t alignment);

/// Whether SIMT_OMIT is set. It is read before omitted() is called, so that runs without SIMT_OMIT pay only
/// this.
extern bool omitting;
/// Whether SIMT_OMIT names this line. Writes so to stderr the first time.
bool omitted(Site at);

/// The function that each thread of a grid runs: call(arguments).
struct Body {
  void (*call)(void*);
  void* arguments;
};

/// Runs the body once for each thread of the grid, in stream order. The name is for messages and must outlive
/// the call.
cudaError_t launch_grid(const char* name, dim3 grid, dim3 block, std::size_t shared_bytes,
                        cudaStream_t stream, Body body);

}  // namespace simt
