#include "kernels/simt/counters/block_observer.h"

#include <span>

#include "kernels/simt/counters/source_line.h"
#include "kernels/simt/executor/device_memory.h"

namespace simt {

void BlockObserver::begin_launch(const char* kernel) {
  kernel_ = kernel;
  counts_ = counts_accesses();
}

void BlockObserver::begin_block(const SharedMemory& shared, bool first_of_launch) {
  shared_ = &shared;
  written_.clear();
  for (auto& calls : calls_) calls.clear();
  for (auto& events : events_) events.clear();  // those of a block that was abandoned
  for (WarpMerge& warp : warps_) warp.clear();
  if (counts_ && first_of_launch) add_launch(kernel_);
}

void BlockObserver::end_block() {
  if (!counts_) return;
  merge();
  add_to_kernel(kernel_, instructions_);
  instructions_.clear();
}

void BlockObserver::warp_operation(const DeviceThread& thread) {
  record(thread, {.mask = thread.mask, .kind = ThreadEvent::Kind::warp_operation});
}

void BlockObserver::call(const DeviceThread& thread, std::uintptr_t return_address) {
  calls_[thread.number].push_back(return_address);
  record(thread, {.instruction = return_address, .kind = ThreadEvent::Kind::call});
}

void BlockObserver::leave(const DeviceThread& thread) {
  if (!calls_[thread.number].empty()) calls_[thread.number].pop_back();
  record(thread, {.kind = ThreadEvent::Kind::leave});
}

void BlockObserver::basic_block(const DeviceThread& thread, std::uintptr_t instruction) {
  record(thread, {.instruction = instruction, .kind = ThreadEvent::Kind::basic_block});
}

bool BlockObserver::access(const DeviceThread& thread, const void* address, ThreadEvent event) {
  if (!shared_->contains(address)) {
    event.address = reinterpret_cast<std::uintptr_t>(address);
    if (counts_ && find_block(address) != nullptr) record(thread, event);
    return false;
  }
  event.shared = true;
  event.address = shared_->offset_of(address);
  const bool uninitialized =
      event.kind != ThreadEvent::Kind::store && written_.lacks_a_word(event.address, event.bytes);
  if (event.kind != ThreadEvent::Kind::load) written_.write(event.address, event.bytes);
  record(thread, event);
  return uninitialized;
}

bool BlockObserver::uncounted_read(const void* address, unsigned bytes) {
  return shared_->contains(address) && written_.lacks_a_word(shared_->offset_of(address), bytes);
}

Site BlockObserver::line_of(const DeviceThread& thread, std::uintptr_t instruction) const {
  const std::vector<std::uintptr_t>& calls = calls_[thread.number];
  return source_line({instruction, calls.empty() ? 0 : calls.back()});
}

void BlockObserver::record(const DeviceThread& thread, const ThreadEvent& event) {
  if (counts_) events_[thread.number].push_back(event);
}

void BlockObserver::merge() {
  if (!counts_) return;
  for (unsigned w = 0; w < kMaxWarps; ++w) {
    const std::span<std::vector<ThreadEvent>> lanes(events_ + w * kWarp, kWarp);
    warps_[w].run(lanes, [this](const MergedRequest& request) { add_request(instructions_, request); });
    for (std::vector<ThreadEvent>& events : lanes) events.clear();
  }
}

}  // namespace simt
