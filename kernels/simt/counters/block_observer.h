#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "kernels/simt/counters/counts.h"
#include "kernels/simt/counters/thread_event.h"
#include "kernels/simt/counters/warp_merge.h"
#include "kernels/simt/counters/written_bytes.h"
#include "kernels/simt/executor/device_thread.h"
#include "kernels/simt/executor/message.h"
#include "kernels/simt/executor/shared_memory.h"

namespace simt {

/// Sees what the threads of a multiprocessor's block do to memory: finds reads of shared memory that no
/// thread has written, and counts requests.
class BlockObserver {
 public:
  // Called by the multiprocessor.
  void begin_launch(const char* kernel);
  void begin_block(const SharedMemory& shared, bool first_of_launch);
  /// All threads of the block have come to a barrier.
  void barrier() { merge(); }
  void warp_operation(const DeviceThread& thread);
  void end_block();

  // Called by the compiler's instrumentation on the running thread.
  void call(const DeviceThread& thread, std::uintptr_t return_address);
  void leave(const DeviceThread& thread);
  void basic_block(const DeviceThread& thread, std::uintptr_t instruction);
  /// An access, before it is done. The event has all but what its address says.
  /// @return  whether it reads shared memory that no thread of the block has written
  bool access(const DeviceThread& thread, const void* address, ThreadEvent event);
  /// The same of an access that is a part of another, which is counted.
  bool uncounted_read(const void* address, unsigned bytes);

  /// The source line that the thread has come to.
  Site line_of(const DeviceThread& thread, std::uintptr_t instruction) const;

 private:
  void record(const DeviceThread& thread, const ThreadEvent& event);
  void merge();

  const char* kernel_ = "";
  bool counts_ = false;
  const SharedMemory* shared_ = nullptr;
  WrittenBytes written_;
  std::vector<std::uintptr_t> calls_[kMaxThreads];  // that each thread is in
  std::vector<ThreadEvent> events_[kMaxThreads];    // of each thread since the last barrier
  WarpMerge warps_[kMaxWarps];
  InstructionCounts instructions_;
};

}  // namespace simt
