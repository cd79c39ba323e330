#include <bit>

#include "kernels/simt/executor/multiprocessor.h"

namespace simt {
namespace {

// What a shuffle returns for a lane that is not in the mask: NaN as float and as double.
constexpr std::uint64_t kUndefined = 0xfff8dead7fc0deadU;

bool contains(unsigned mask, unsigned lane) { return (mask >> lane & 1U) != 0; }

}  // namespace

// The lanes of an operation share a point that its first lane chooses, because other lanes of the warp can be
// in another operation at the same time. Shuffles and votes have none, as they do not order memory.
void Multiprocessor::warp_barrier(unsigned mask, Site at) {
  DeviceThread& self = *current_;
  if constexpr (tsan::kEnabled) {
    Warp& warp = warps_[self.warp];
    const unsigned waiting = warp.arrived & mask;
    self.point = waiting != 0 ? lane(static_cast<unsigned>(std::countr_zero(waiting))).point
                              : &warp.points[warp.operations++ % std::size(warp.points)];
    if (self.point != nullptr) {
      tsan::release(self.point);
    }
  }
  arrive(WarpOp::sync, mask, at);
  if (self.point != nullptr) {
    tsan::acquire(self.point);
    self.point = nullptr;
  }
}

std::uint64_t Multiprocessor::shuffle(unsigned mask, std::uint64_t value, unsigned source, Site at) {
  DeviceThread& self = *current_;
  self.value = value;
  self.source = source;
  arrive(WarpOp::shuffle, mask, at);
  return self.value;
}

unsigned Multiprocessor::ballot(unsigned mask, int predicate, Site at) {
  DeviceThread& self = *current_;
  self.value = predicate != 0 ? 1 : 0;
  arrive(WarpOp::ballot, mask, at);
  return static_cast<unsigned>(self.value);
}

void Multiprocessor::gather(unsigned mask, void* own, void (*work)(void* const*), Site at) {
  current_->pointer = own;
  gather_work_ = work;
  arrive(WarpOp::gather, mask, at);
}

// The last lane to arrive computes the results of all lanes.
void Multiprocessor::arrive(WarpOp operation, unsigned mask, Site at) {
  DeviceThread& self = *current_;
  Warp& warp = warps_[self.warp];
  self.operation = operation;
  self.mask = mask;
  self.at = at;
  self.state = State::in_warp_operation;
  check_mask(warp, mask, at);
  warp.arrived |= 1U << self.lane;
  observer_.warp_operation(self);
  if ((warp.arrived & mask) == mask) {
    check_agreement(mask);
    compute_results(mask);
    finish_operation(warp, mask);
  }
  if (self.state != State::runnable || order_ != Order::forward) {
    wait();
  }
}

void Multiprocessor::check_mask(const Warp& warp, unsigned mask, Site at) {
  if (!contains(mask, current_->lane)) {
    fail(*current_,
         Message() << "the mask " << Hex{mask} << " of a warp operation lacks the thread's own lane", at);
  }
  if (const unsigned absent = mask & (warp.exited | ~warp.exists); absent != 0) {
    fail(*current_,
         Message() << "the mask " << Hex{mask} << " of a warp operation names lane "
                   << static_cast<unsigned>(std::countr_zero(absent))
                   << ", which has exited or does not exist",
         at);
  }
}

void Multiprocessor::check_agreement(unsigned mask) {
  for (unsigned l = 0; l < kWarp; ++l) {
    if (contains(mask, l) && (lane(l).mask != mask || lane(l).operation != current_->operation)) {
      fail(*current_,
           Message() << "divergent warp operation: the lanes disagree on the mask or the operation",
           current_->at);
    }
  }
}

void Multiprocessor::compute_results(unsigned mask) {
  unsigned ballot = 0;
  std::uint64_t shuffled[kWarp] = {};
  void* pointers[kWarp] = {};
  for (unsigned l = 0; l < kWarp; ++l) {
    if (contains(mask, l)) {
      const DeviceThread& thread = lane(l);
      ballot |= (thread.value != 0 ? 1U : 0U) << l;
      shuffled[l] = contains(mask, thread.source) ? lane(thread.source).value : kUndefined;
      pointers[l] = thread.pointer;
    }
  }
  if (current_->operation == WarpOp::gather) {
    tsan::begin_ignoring();  // it reads and writes variables of the other lanes, which all wait
    gather_work_(pointers);
    tsan::end_ignoring();
  }
  for (unsigned l = 0; l < kWarp; ++l) {
    if (contains(mask, l)) {
      lane(l).value = current_->operation == WarpOp::shuffle ? shuffled[l] : ballot;
    }
  }
}

// Makes the lanes runnable. In forward order the last lane continues at once; in the others all wait their
// turn.
void Multiprocessor::finish_operation(Warp& warp, unsigned mask) {
  warp.arrived &= ~mask;
  for (unsigned i = 0; i < kWarp; ++i) {
    const unsigned l = order_ == Order::reverse ? kWarp - 1 - i : i;
    if (contains(mask, l) && (l != current_->lane || order_ != Order::forward)) {
      make_runnable(lane(l));
    }
  }
  current_->state = State::runnable;
}

// A thread must not exit while lanes wait for it.
void Multiprocessor::check_exit() {
  const unsigned waiting = warps_[current_->warp].arrived;
  for (unsigned l = 0; waiting != 0 && l < kWarp; ++l) {
    if (contains(waiting, l) && contains(lane(l).mask, current_->lane)) {
      fail(lane(l), Message() << "divergent warp operation: lane " << current_->lane << " of its mask exits",
           lane(l).at);
    }
  }
}

void warp_barrier(unsigned mask, Site at) {
  if (omitting && omitted(at)) [[unlikely]] {
    return;
  }
  Multiprocessor::running()->warp_barrier(mask, at);
}

std::uint64_t warp_shuffle(unsigned mask, std::uint64_t value, unsigned source, Site at) {
  return Multiprocessor::running()->shuffle(mask, value, source, at);
}

unsigned warp_ballot(unsigned mask, int predicate, Site at) {
  return Multiprocessor::running()->ballot(mask, predicate, at);
}

void warp_gather(unsigned mask, void* own, void (*work)(void* const*), Site at) {
  Multiprocessor::running()->gather(mask, own, work, at);
}

void* shared_storage(const void* key, std::size_t bytes, std::size_t alignment) {
  return Multiprocessor::running()->shared_variable(key, bytes, alignment);
}

}  // namespace simt
