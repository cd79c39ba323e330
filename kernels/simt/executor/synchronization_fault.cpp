#include <algorithm>
#include <cstdlib>

#include "kernels/simt/executor/fault.h"
#include "kernels/simt/executor/multiprocessor.h"

namespace simt {
namespace {

// Threads that wait in the same way, at the same source location.
struct Group {
  const DeviceThread* first;
  unsigned count;

  bool contains(const DeviceThread& thread) const {
    if (thread.state != first->state) {
      return false;
    }
    if (thread.state != State::at_barrier && thread.state != State::in_warp_operation) {
      return true;
    }
    return thread.at == first->at && (thread.state == State::at_barrier || thread.mask == first->mask);
  }
};

void describe_state(Message& message, const DeviceThread& thread) {
  switch (thread.state) {
    case State::unstarted:
      message << "not started";
      break;
    case State::runnable:
      message << "can run";
      break;
    case State::at_barrier:
      message << "in __syncthreads at " << thread.at;
      break;
    case State::in_warp_operation:
      message << "in a warp operation with mask " << Hex{thread.mask} << " at " << thread.at;
      break;
    case State::exited:
      message << "exited";
      break;
  }
}

}  // namespace

void Multiprocessor::append_thread_states(Message& message) const {
  Group groups[16];
  unsigned count = 0;
  for (unsigned i = 0; i < size_; ++i) {
    Group* end = groups + count;
    Group* group = std::find_if(groups, end, [&](const Group& g) { return g.contains(threads_[i]); });
    if (group != end) {
      ++group->count;
    } else if (count < std::size(groups)) {
      groups[count++] = {&threads_[i], 1};
    }
  }
  for (unsigned i = 0; i < count; ++i) {
    message << "\n    " << groups[i].count << (groups[i].count == 1 ? " thread " : " threads ");
    describe_state(message, *groups[i].first);
    message << ", first: thread " << groups[i].first->index;
  }
}

void Multiprocessor::describe(Message& message, const DeviceThread& thread) const {
  message << "kernel " << launch_->kernel << ", block " << registers_->block_index << ", thread "
          << thread.index;
}

void Multiprocessor::describe_thread(Message& message) const { describe(message, *current_); }

void Multiprocessor::fail(const DeviceThread& thread, const Message& what, Site at) {
  Message message;
  message << "simt: ERROR in ";
  describe(message, thread);
  message << ": " << what.text() << ", at " << at;
  append_thread_states(message);
  report_fault(cudaErrorLaunchFailure, message);
  leave_block();
}

void Multiprocessor::fail_deadlock() {
  const DeviceThread* waiting = std::find_if(threads_, threads_ + size_, [](const DeviceThread& thread) {
    return thread.state == State::at_barrier || thread.state == State::in_warp_operation;
  });
  fail(*waiting, Message() << "deadlock: no thread can run", waiting->at);
}

// The fiber is never continued: abandon_block() restarts it.
void Multiprocessor::leave_block() {
  failed_ = true;
  current_->fiber->switch_to(host_);
  std::abort();
}

void device_fault(const char* what, Site at) { Multiprocessor::running()->fail(what, at); }

}  // namespace simt
