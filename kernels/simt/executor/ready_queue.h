#pragma once

#include <utility>

#include "kernels/simt/executor/device_thread.h"
#include "kernels/simt/executor/random.h"

namespace simt {

/// The runnable threads, in FIFO or random order. A thread is in it at most once.
class ReadyQueue {
 public:
  bool empty() const { return head_ == tail_; }
  void clear() { head_ = tail_ = 0; }
  void push(DeviceThread& thread) { ring_[tail_++ % kMaxThreads] = &thread; }
  DeviceThread* pop() { return ring_[head_++ % kMaxThreads]; }
  DeviceThread* pop_any(Random& random) {
    std::swap(ring_[head_ % kMaxThreads], ring_[(head_ + random.below(tail_ - head_)) % kMaxThreads]);
    return pop();
  }

 private:
  DeviceThread* ring_[kMaxThreads];
  unsigned head_ = 0, tail_ = 0;  // they only grow and wrap at 2^32, of which kMaxThreads is a divisor
};

}  // namespace simt
