#pragma once

#include <cstddef>
#include <cstdint>

#include "simt/runtime_types.h"
#include "simt/site.h"
#include "simt/vector_types.h"

// What the headers that kernels include call in the executor.
namespace simt {

/// The special registers of the running device thread. One set an OS thread, rewritten at each switch.
struct Registers {
  uint3 thread_index, block_index;
  dim3 block_dim, grid_dim;
  unsigned lane;
  void* dynamic_shared;
};
extern constinit thread_local Registers registers;

/// __syncthreads: all threads of the block arrive.
void block_barrier(Site at);
/// The number of threads of the block that arrive with a predicate that is not zero.
int block_count(int predicate, Site at);

enum class WarpOp : unsigned char { sync, shuffle, ballot, gather };

/// __syncwarp: orders memory among the lanes of the mask.
void warp_barrier(unsigned mask, Site at);
/// The value that lane `source` of the mask arrived with.
std::uint64_t warp_shuffle(unsigned mask, std::uint64_t value, unsigned source, Site at);
/// The lanes of the mask that arrive with a predicate that is not zero.
unsigned warp_ballot(unsigned mask, int predicate, Site at);
/// All lanes of the mask arrive with a pointer; work(pointers) runs once for all of them.
void warp_gather(unsigned mask, void* mine, void (*work)(void* const* lanes), Site at);

/// Ends the launch: the running device thread has done what a GPU does not define.
[[noreturn]] void device_fault(const char* what, Site at);

/// Static shared memory of the running block: the same storage for the same key.
void* shared_storage(const void* key, std::size_t bytes, std::size_t alignment);

/// Whether SIMT_OMIT is set: read before any call of omitted(), so that this costs nothing else.
extern bool omitting;
/// Whether SIMT_OMIT names this line. Says so on stderr the first time.
bool omitted(Site at);

/// What each thread of a grid runs: call(arguments).
struct Body {
  void (*call)(void*);
  void* arguments;
};

/// Runs body once for each thread of the grid, in the stream's order. The name, for messages, must outlive
/// the call.
cudaError_t launch_grid(const char* name, dim3 grid, dim3 block, std::size_t shared_bytes,
                        cudaStream_t stream, Body body);

}  // namespace simt
