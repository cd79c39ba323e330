#include "kernels/simt/executor/multiprocessor.h"

namespace simt {

void Multiprocessor::barrier(Site at) {
  tsan::Point* point = &barrier_points_[barriers_ % 2];
  current_->at = at;
  current_->state = State::at_barrier;
  ++arrived_;
  tsan::release(point);
  complete_barrier();
  wait();
  tsan::acquire(point);
}

int Multiprocessor::barrier_count(int predicate, Site at) {
  votes_ += predicate != 0 ? 1 : 0;
  barrier(at);
  return static_cast<int>(vote_result_);
}

// Makes all threads runnable once the last one has arrived or exited.
void Multiprocessor::complete_barrier() {
  if (arrived_ == 0 || arrived_ + exited_ < size_) {
    return;
  }
  check_barrier();
  vote_result_ = votes_;
  arrived_ = votes_ = 0;
  ++barriers_;
  observer_.barrier();
  for (unsigned i = 0; i < size_; ++i) {
    make_runnable(*start_order_[i]);
  }
}

// Reports a fault unless all threads of the block are at the same barrier.
void Multiprocessor::check_barrier() {
  const DeviceThread* first = nullptr;
  for (unsigned i = 0; i < size_; ++i) {
    const DeviceThread& thread = threads_[i];
    if (thread.state != State::at_barrier) {
      continue;
    }
    if (exited_ > 0) {
      fail(thread, Message() << "divergent __syncthreads: " << exited_ << " threads exited before it",
           thread.at);
    }
    if (first == nullptr) {
      first = &thread;
    } else if (thread.at != first->at) {
      fail(thread, Message() << "divergent __syncthreads: others of the block wait at another", thread.at);
    }
  }
}

void block_barrier(Site at) {
  if (omitting && omitted(at)) [[unlikely]] {
    return;
  }
  Multiprocessor::running()->barrier(at);
}

int block_count(int predicate, Site at) { return Multiprocessor::running()->barrier_count(predicate, at); }

}  // namespace simt
