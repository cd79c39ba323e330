#include "kernels/simt/executor/multiprocessor.h"

#include <algorithm>
#include <string>
#include <utility>

namespace simt {
namespace {

constinit thread_local Multiprocessor* running_here = nullptr;

}  // namespace

constinit thread_local Registers registers{};

Multiprocessor* Multiprocessor::running() { return running_here; }

Multiprocessor::~Multiprocessor() {
  for (DeviceThread& thread : threads_) {
    if (thread.context != nullptr) {
      tsan::destroy(thread.context);
    }
  }
}

void Multiprocessor::begin_launch(const Launch& launch, unsigned worker) {
  launch_ = &launch;
  registers_ = &registers;
  registers_->block_dim = launch.block;
  registers_->grid_dim = launch.grid;
  random_ = Random(options().seed + worker);
  order_ = options().order;
  observer_.begin_launch(launch.kernel);
  set_up_threads();
  set_up_contexts();
  tsan::release(&launch.ordering->begin);  // the registers, which belong to the OS thread
}

void Multiprocessor::set_up_threads() {
  const uint3 shape = launch_->block;
  if (shape.x == shape_.x && shape.y == shape_.y && shape.z == shape_.z) {
    return;
  }
  shape_ = shape;
  size_ = shape.x * shape.y * shape.z;
  for (unsigned i = 0; i < size_; ++i) {
    DeviceThread& thread = threads_[i];
    thread.number = i;
    thread.index = {i % shape.x, i / shape.x % shape.y, i / (shape.x * shape.y)};
    thread.lane = i % kWarp;
    thread.warp = i / kWarp;
  }
  for (unsigned w = 0; w < kMaxWarps; ++w) {
    const unsigned lanes = std::clamp(size_, w * kWarp, (w + 1) * kWarp) - w * kWarp;
    warps_[w].exists = lanes == kWarp ? ~0U : (1U << lanes) - 1;
  }
}

// Under ThreadSanitizer each thread has a context and a stack of its own: it would report a stack that two
// threads use as a race.
void Multiprocessor::set_up_contexts() {
  if constexpr (tsan::kEnabled) {
    for (unsigned i = 0; i < size_; ++i) {
      if (threads_[i].context == nullptr) {
        threads_[i].context = tsan::create((name_ + ", thread " + std::to_string(i)).c_str());
      }
      if (fibers_.size() <= i) {
        new_fiber();
      }
      threads_[i].fiber = fibers_[i].get();
    }
  }
}

void Multiprocessor::order_threads() {
  for (unsigned i = 0; i < size_; ++i) {
    start_order_[i] = &threads_[order_ == Order::reverse ? size_ - 1 - i : i];
  }
  if (order_ == Order::shuffled) {
    for (unsigned n = size_; n > 1; --n) {
      std::swap(start_order_[n - 1], start_order_[random_.below(n)]);
    }
  }
}

bool Multiprocessor::run_block(uint3 block) {
  registers_->block_index = block;
  order_threads();
  for (unsigned i = 0; i < size_; ++i) {
    threads_[i].state = State::unstarted;
  }
  for (unsigned w = 0; w * kWarp < size_; ++w) {
    warps_[w].exited = warps_[w].arrived = 0;
  }
  started_ = exited_ = arrived_ = votes_ = 0;
  failed_ = out_of_shared_memory_ = false;
  ready_.clear();
  shared_.clear();
  observer_.begin_block(shared_, block.x + block.y + block.z == 0);
  registers_->dynamic_shared = nullptr;
  if (launch_->shared_bytes > 0) {
    registers_->dynamic_shared = shared_.variable(this, launch_->shared_bytes, 16);
  }
  const tsan::Context host = tsan::current();
  running_here = this;
  resume(host_, *next_thread());
  running_here = nullptr;
  tsan::switch_to(host);
  ++blocks_;
  if (failed_) {
    abandon_block();
  } else {
    observer_.end_block();
  }
  return !failed_;
}

// The frames of the threads are abandoned. So the fibers restart, and the contexts, whose calls never return,
// are replaced.
void Multiprocessor::abandon_block() {
  if constexpr (tsan::kEnabled) {
    for (unsigned i = 0; i < size_; ++i) {
      {
        const tsan::As thread(threads_[i].context);
        tsan::release(&launch_->ordering->end);
      }
      tsan::destroy(std::exchange(threads_[i].context, nullptr));
    }
  }
  idle_count_ = 0;
  for (const auto& fiber : fibers_) {
    fiber->restart();
    release_fiber(*fiber);
  }
}

void Multiprocessor::run_fiber() {
  while (true) {
    begin_thread();
    launch_->body.call(launch_->body.arguments);
    end_thread();
    Fiber& fiber = *current_->fiber;
    DeviceThread* next = next_thread();
    if (next == nullptr) {
      if (exited_ < size_) {
        fail_deadlock();
      }
      release_fiber(fiber);
      fiber.switch_to(host_);
    } else if (next->state == State::unstarted && !tsan::kEnabled) {
      next->fiber = &fiber;
      current_ = next;
    } else {
      release_fiber(fiber);
      resume(fiber, *next);
    }
  }
}

void Multiprocessor::begin_thread() {
  ++started_;
  current_->state = State::runnable;
  set_current(*current_);
  tsan::acquire(&launch_->ordering->begin);
  tsan::acquire(&block_points_[(blocks_ + 1) % 2]);
}

void Multiprocessor::end_thread() {
  current_->state = State::exited;
  ++exited_;
  warps_[current_->warp].exited |= 1U << current_->lane;
  tsan::release(&launch_->ordering->end);
  tsan::release(&block_points_[blocks_ % 2]);
  check_exit();
  complete_barrier();
}

Fiber& Multiprocessor::new_fiber() {
  const auto entry = [](void* self) { static_cast<Multiprocessor*>(self)->run_fiber(); };
  fibers_.push_back(std::make_unique<Fiber>(entry, this, static_cast<unsigned>(fibers_.size())));
  return *fibers_.back();
}

Fiber& Multiprocessor::fiber_for(const DeviceThread& thread) {
  if constexpr (tsan::kEnabled) {
    return *thread.fiber;
  }
  return idle_count_ > 0 ? *idle_[--idle_count_] : new_fiber();
}

void Multiprocessor::release_fiber(Fiber& fiber) {
  if constexpr (!tsan::kEnabled) {
    idle_[idle_count_++] = &fiber;
  }
}

// Makes the OS thread act as this device thread, for kernels and for ThreadSanitizer.
void Multiprocessor::set_current(DeviceThread& thread) {
  current_ = &thread;
  registers_->thread_index = thread.index;
  registers_->lane = thread.lane;
  tsan::switch_to(thread.context);
}

void Multiprocessor::resume(Fiber& from, DeviceThread& next) {
  if (next.state == State::unstarted) {
    next.fiber = &fiber_for(next);
    current_ = &next;  // run_fiber() does the rest when the fiber starts a thread
  } else {
    set_current(next);
  }
  from.switch_to(*next.fiber);
}

// Runnable threads come before those that have not started, so that few are active at once. In shuffled order
// the choice is random.
DeviceThread* Multiprocessor::next_thread() {
  const bool can_start = started_ < size_;
  if (ready_.empty()) {
    return can_start ? start_order_[started_] : nullptr;
  }
  if (order_ != Order::shuffled) {
    return ready_.pop();
  }
  return can_start && random_.below(2) == 0 ? start_order_[started_] : ready_.pop_any(random_);
}

void Multiprocessor::wait() {
  DeviceThread& self = *current_;
  DeviceThread* next = next_thread();
  if (next == nullptr) {
    fail_deadlock();
  }
  if (next != &self) {
    resume(*self.fiber, *next);
  }
}

void Multiprocessor::make_runnable(DeviceThread& thread) {
  thread.state = State::runnable;
  ready_.push(thread);
}

void* Multiprocessor::shared_variable(const void* key, std::size_t bytes, std::size_t alignment) {
  void* variable = shared_.variable(key, bytes, alignment);
  if (variable == nullptr) {
    out_of_shared_memory_ = true;
    leave_block();
  }
  return variable;
}

bool Multiprocessor::overflows_stack(const void* address) const { return current_->fiber->guards(address); }

}  // namespace simt
