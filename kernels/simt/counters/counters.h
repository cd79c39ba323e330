#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simt/site.h"

// What kernels do to memory, counted while they run. Only programs that are built with SIMT_COUNTERS have
// this; see kernels/simt/README.md.
namespace simt {

enum class Access : unsigned char { load, store, atomic };
enum class Memory : unsigned char { global, shared };

/// The requests of a source line, of all warps of all blocks together.
struct LineCounts {
  Site at;
  Memory memory = Memory::global;
  Access access = Access::load;
  std::uint64_t requests = 0;      ///< instructions of warps
  std::uint64_t bytes = 0;         ///< that the lanes asked for
  std::uint64_t sectors = 0;       ///< of 32 bytes, of device memory
  std::uint64_t passes = 0;        ///< through the banks of shared memory
  std::uint64_t least_passes = 0;  ///< that there were without bank conflicts
  unsigned ways = 0;               ///< of the worst bank conflict; 1: none
};

struct KernelCounts {
  std::string kernel;
  std::uint64_t launches = 0;
  std::vector<LineCounts> lines;  ///< by file, line, memory and access
};

/// Switches counting on or off, from the next launch on. It is off at first: it takes memory for each access
/// between two barriers.
void count_accesses(bool on);

/// The counts since the last call, by the kernels' names. Launches with a fault count up to it.
std::vector<KernelCounts> take_counts();

}  // namespace simt
