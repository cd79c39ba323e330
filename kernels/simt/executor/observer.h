#pragma once

// The observer of a block's memory accesses, in programs that are built with SIMT_COUNTERS and
// kernels/simt/counters. In others it is empty.
#ifdef SIMT_COUNTERS
#include "kernels/simt/counters/block_observer.h"
#else

#include "kernels/simt/executor/device_thread.h"
#include "kernels/simt/executor/shared_memory.h"

namespace simt {

class BlockObserver {
 public:
  void begin_launch(const char* /*kernel*/) {}
  void begin_block(const SharedMemory& /*shared*/, bool /*first_of_launch*/) {}
  void barrier() {}
  void warp_operation(const DeviceThread& /*thread*/) {}
  void end_block() {}
};

}  // namespace simt

#endif
