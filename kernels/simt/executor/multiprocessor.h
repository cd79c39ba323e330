#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernels/simt/executor/device_thread.h"
#include "kernels/simt/executor/message.h"
#include "kernels/simt/executor/observer.h"
#include "kernels/simt/executor/options.h"
#include "kernels/simt/executor/random.h"
#include "kernels/simt/executor/ready_queue.h"
#include "kernels/simt/executor/shared_memory.h"
#include "simt/kernel_interface.h"

namespace simt {

/// The points that tell ThreadSanitizer what is ordered before and after the threads of a launch.
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
  unsigned number;  // how many launches there were
};

/// Runs blocks, one at a time. Threads run in turn on fibers, each until it waits for others; threads that
/// never wait run one after another on the same fiber. Each stream has multiprocessors of its own, with their
/// stacks, shared memory and ThreadSanitizer contexts: if streams shared them, ThreadSanitizer would take
/// their work for ordered.
class Multiprocessor {
 public:
  /// @param name  for ThreadSanitizer's reports
  explicit Multiprocessor(std::string name) : name_(std::move(name)) {}
  ~Multiprocessor();
  Multiprocessor(const Multiprocessor&) = delete;
  Multiprocessor& operator=(const Multiprocessor&) = delete;

  /// The multiprocessor whose device thread runs on this OS thread. Null: host code runs.
  static Multiprocessor* running();

  /// Sets the launch for the calling OS thread's next blocks.
  void begin_launch(const Launch& launch, unsigned worker);
  /// Runs a block. False: a fault happened and was reported.
  bool run_block(uint3 block);
  /// Whether the block needed more shared memory than there is. That fails only the launch, not the device.
  bool out_of_shared_memory() const { return out_of_shared_memory_; }

  // Called by the running device thread; see simt/kernel_interface.h.
  void barrier(Site at);
  int barrier_count(int predicate, Site at);
  void warp_barrier(unsigned mask, Site at);
  std::uint64_t shuffle(unsigned mask, std::uint64_t value, unsigned source, Site at);
  unsigned ballot(unsigned mask, int predicate, Site at);
  void gather(unsigned mask, void* own, void (*work)(void* const*), Site at);
  void* shared_variable(const void* key, std::size_t bytes, std::size_t alignment);
  [[noreturn]] void fail(const char* what, Site at) { fail(*current_, Message() << what, at); }

  const DeviceThread& thread() const { return *current_; }
  const SharedMemory& shared_memory() const { return shared_; }
  BlockObserver& observer() { return observer_; }

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
  void release_fiber(Fiber& fiber);
  void set_current(DeviceThread& thread);
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

  // Synchronization faults, which end the block: synchronization_fault.cpp.
  [[noreturn]] void fail(const DeviceThread& thread, const Message& what, Site at);
  [[noreturn]] void fail_deadlock();
  [[noreturn]] void leave_block();
  void append_thread_states(Message& message) const;
  void describe(Message& message, const DeviceThread& thread) const;

  std::string name_;
  const Launch* launch_ = nullptr;
  Registers* registers_ =
      nullptr;  // of the OS thread; cached, because fibers move between OS threads from launch to launch
  Random random_;
  Order order_ = Order::forward;

  DeviceThread threads_[kMaxThreads];
  DeviceThread* start_order_[kMaxThreads];
  DeviceThread* current_ = nullptr;
  unsigned size_ = 0, started_ = 0, exited_ = 0;  // threads of the block
  uint3 shape_{};                                 // the block shape that the threads are set up for
  ReadyQueue ready_;
  Warp warps_[kMaxWarps];

  void (*gather_work_)(void* const*) = nullptr;         // set by the last lane that called gather()
  unsigned arrived_ = 0, votes_ = 0, vote_result_ = 0;  // at the block's barrier
  // Barriers alternate between two points: with one, a thread that is already at the next barrier would seem
  // to be ordered before one that leaves this barrier.
  tsan::Point barrier_points_[2] = {};
  unsigned barriers_ = 0;
  // Successive blocks use the same shared memory. They alternate between two points for the same reason.
  tsan::Point block_points_[2] = {};
  unsigned blocks_ = 0;

  Fiber host_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  Fiber* idle_[kMaxThreads];
  unsigned idle_count_ = 0;
  SharedMemory shared_;
  [[no_unique_address]] BlockObserver observer_;
  bool failed_ = false, out_of_shared_memory_ = false;
};

}  // namespace simt
