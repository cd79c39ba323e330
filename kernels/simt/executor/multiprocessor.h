#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernels/simt/executor/device_thread.h"
#include "kernels/simt/executor/message.h"
#include "kernels/simt/executor/options.h"
#include "kernels/simt/executor/random.h"
#include "kernels/simt/executor/ready_queue.h"
#include "kernels/simt/executor/shared_memory.h"
#include "simt/kernel_interface.h"

namespace simt {

/// Where ThreadSanitizer is told what the threads of a launch come after, and what comes after them.
struct Ordering {
  tsan::Point begin = 0, end = 0;
};

/// A launch of a kernel.
struct Launch {
  const char* kernel;
  dim3 grid, block;
  std::size_t shared_bytes;
  Body body;
  Ordering* ordering;
};

/// Runs blocks, one at a time. Threads run in turn on fibers, each until it waits for others; those that
/// never wait run one after another on the same fiber. It belongs to a stream, with its stacks, its shared
/// memory and what ThreadSanitizer knows of its threads: what streams do on the same threads would look
/// ordered otherwise.
class Multiprocessor {
 public:
  /// The name is for ThreadSanitizer's reports.
  explicit Multiprocessor(std::string name) : name_(std::move(name)) {}
  ~Multiprocessor();
  Multiprocessor(const Multiprocessor&) = delete;
  Multiprocessor& operator=(const Multiprocessor&) = delete;

  /// The one whose block's thread is running on this OS thread, or null: the host is.
  static Multiprocessor* running();

  /// The calling OS thread's next blocks are of this launch.
  void begin_launch(const Launch& launch, unsigned worker);
  /// Runs a block. False after a fault, which has been reported.
  bool run_block(uint3 block);
  /// Whether the block asked for more shared memory than there is; it is then a fault that fails the launch
  /// only.
  bool out_of_shared_memory() const { return out_of_shared_memory_; }

  // For the running thread: see simt/kernel_interface.h.
  void barrier(Site at);
  int count(int predicate, Site at);
  void warp_barrier(unsigned mask, Site at);
  std::uint64_t shuffle(unsigned mask, std::uint64_t value, unsigned source, Site at);
  unsigned ballot(unsigned mask, int predicate, Site at);
  void gather(unsigned mask, void* mine, void (*work)(void* const*), Site at);
  void* shared_variable(const void* key, std::size_t bytes, std::size_t alignment);
  [[noreturn]] void fail(const char* what, Site at) { fail(*current_, Message() << what, at); }

  /// Appends "kernel NAME, block (x,y,z), thread (x,y,z)" for the running thread.
  void describe_thread(Message& message) const;
  /// Whether an address is below the stack of the running thread.
  bool overflows_stack(const void* address) const;

 private:
  struct Warp {
    unsigned exists = 0, exited = 0, arrived = 0;  // masks of lanes
    unsigned operations = 0;
    tsan::Point points[8] = {};
  };

  // Threads and fibers: multiprocessor.cpp.
  void set_up_threads();
  void set_up_contexts();
  void order_threads();
  void run_fiber();
  void begin_thread();
  void end_thread();
  Fiber& new_fiber();
  Fiber& fiber_for(const DeviceThread& thread);
  void give_back(Fiber& fiber);
  void become(DeviceThread& thread);
  void resume(Fiber& from, DeviceThread& next);
  DeviceThread* next_thread();
  void wait();
  void make_runnable(DeviceThread& thread);
  void abandon_block();

  // Barriers: barrier.cpp.
  void complete_barrier();
  void check_barrier();

  // Warp operations: warp.cpp.
  void arrive(WarpOp operation, unsigned mask, Site at);
  void check_mask(const Warp& warp, unsigned mask, Site at);
  void check_agreement(unsigned mask);
  void finish_operation(Warp& warp, unsigned mask);
  void compute_results(unsigned mask);
  void check_exit();
  DeviceThread& lane(unsigned number) { return threads_[current_->warp * kWarp + number]; }

  // Faults of synchronisation: synchronization_fault.cpp. Ends the block.
  [[noreturn]] void fail(const DeviceThread& thread, const Message& what, Site at);
  [[noreturn]] void fail_deadlock();
  [[noreturn]] void leave_block();
  void append_census(Message& message) const;
  void describe(Message& message, const DeviceThread& thread) const;

  std::string name_;
  const Launch* launch_ = nullptr;
  Registers* registers_ =
      nullptr;  // of the OS thread: kept, as fibers go from one to another between launches
  Random random_;
  Order order_ = Order::forward;

  DeviceThread threads_[kMaxThreads];
  DeviceThread* start_order_[kMaxThreads];
  DeviceThread* current_ = nullptr;
  unsigned size_ = 0, started_ = 0, exited_ = 0;  // threads of the block
  uint3 shape_{};                                 // that the threads have been set up for
  ReadyQueue ready_;
  Warp warps_[kMaxWarps];

  void (*gather_work_)(void* const*) = nullptr;         // of the operation that the last lane runs
  unsigned arrived_ = 0, votes_ = 0, vote_result_ = 0;  // at the block's barrier
  // Two in turn: else a thread that is already at the next barrier would seem to come before one that leaves
  // this one.
  tsan::Point barrier_points_[2] = {};
  unsigned barriers_ = 0;
  // Blocks follow each other here, and use the same shared memory. In turn for the same reason.
  tsan::Point block_points_[2] = {};
  unsigned blocks_ = 0;

  Fiber host_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  Fiber* idle_[kMaxThreads];
  unsigned idle_count_ = 0;
  SharedMemory shared_;
  bool failed_ = false, out_of_shared_memory_ = false;
};

}  // namespace simt
