#pragma once

#include <cstdint>

#include "kernels/simt/executor/device_thread.h"

namespace simt {

/// What the lanes of a warp access with one instruction.
struct Request {
  unsigned size = 0;   ///< lanes that take part
  unsigned bytes = 0;  ///< of each lane: 1, 2, 4, 8 or 16
  unsigned char lanes[kWarp];
  std::uintptr_t addresses[kWarp];
};

/// The sectors of 32 bytes that the request touches in device memory.
unsigned sectors_of(const Request& request);

/// How often the request goes through the 32 banks of shared memory, each of which delivers a word of 4 bytes
/// at a time.
struct Passes {
  unsigned needed = 0;   ///< with the conflicts
  unsigned minimum = 0;  ///< without: 1, or 2 and 4 where all lanes access 8 and 16 bytes
  unsigned ways = 0;     ///< different words in the bank that has the most: an n-way conflict
};
Passes passes_of(const Request& request, bool is_load);

}  // namespace simt
