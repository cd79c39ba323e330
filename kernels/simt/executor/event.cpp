#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/simt/executor/api.h"
#include "kernels/simt/executor/device.h"
#include "kernels/simt/executor/omit.h"
#include "kernels/simt/executor/stream_state.h"
#include "simt/runtime_api.h"

struct CUevent_st {
  int device;
  unsigned flags;
  /// The recorded point of the stream. Each record makes a new one, because a wait is for the record before
  /// it. Null before the first record.
  std::unique_ptr<simt::tsan::Point> point;
  std::chrono::steady_clock::time_point time;
  bool polled = true;  // since it was recorded; as in CUstream_st
};

namespace simt {
namespace {

using Event = CUevent_st;

std::vector<std::unique_ptr<Event>>& events() {
  static auto* all = new std::vector<std::unique_ptr<Event>>;  // never destroyed, like the streams
  return *all;
}

auto find(cudaEvent_t handle) {
  return std::find_if(events().begin(), events().end(),
                      [&](const std::unique_ptr<Event>& event) { return event.get() == handle; });
}

bool exists(cudaEvent_t handle) { return find(handle) != events().end(); }

void wait_for_event(Event& event) {
  event.polled = true;
  if (event.point != nullptr) {
    tsan::acquire(event.point.get());
  }
}

cudaError_t record(cudaEvent_t event, cudaStream_t handle) {
  Stream* stream = find_stream(handle);
  if (!exists(event) || stream == nullptr || event->device != stream->device) {
    return cudaErrorInvalidResourceHandle;
  }
  if (omitted_call()) {
    return cudaSuccess;
  }
  event->point = std::make_unique<tsan::Point>();
  event->time = std::chrono::steady_clock::now();
  event->polled = false;
  begin_work(*stream);
  const tsan::As as(stream->context);
  tsan::release(event->point.get());
  return cudaSuccess;
}

cudaError_t wait(cudaStream_t handle, cudaEvent_t event, unsigned flags) {
  Stream* stream = find_stream(handle);
  if (!exists(event) || stream == nullptr) {
    return cudaErrorInvalidResourceHandle;
  }
  if (flags != cudaEventWaitDefault) {
    return cudaErrorInvalidValue;
  }
  if (omitted_call()) {
    return cudaSuccess;
  }
  begin_work(*stream);
  const tsan::As as(stream->context);
  wait_for_event(*event);
  tsan::release(&stream->ordering.begin);
  tsan::release(&stream->ordering.end);
  return cudaSuccess;
}

cudaError_t elapsed(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  if (milliseconds == nullptr) {
    return cudaErrorInvalidValue;
  }
  for (cudaEvent_t event : {start, end}) {
    if (!exists(event) || event->point == nullptr || (event->flags & cudaEventDisableTiming) != 0) {
      return cudaErrorInvalidResourceHandle;
    }
  }
  *milliseconds = std::chrono::duration<float, std::milli>(end->time - start->time).count();
  return cudaSuccess;
}

}  // namespace
}  // namespace simt

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  return simt::memory_call([&] {
    if (event == nullptr || (flags & ~(cudaEventBlockingSync | cudaEventDisableTiming | 0U)) != 0) {
      return cudaErrorInvalidValue;
    }
    simt::events().push_back(
        std::make_unique<simt::Event>(simt::Event{simt::current_device(), flags, nullptr, {}}));
    *event = simt::events().back().get();
    return cudaSuccess;
  });
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  return simt::device_call([&] {
    if (!simt::exists(event)) {
      return cudaErrorInvalidResourceHandle;
    }
    simt::events().erase(simt::find(event));
    return cudaSuccess;
  });
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return simt::device_call([&] { return simt::record(event, stream); });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags) {
  return simt::device_call([&] { return simt::wait(stream, event, flags); });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return simt::device_call([&] {
    if (!simt::exists(event)) {
      return cudaErrorInvalidResourceHandle;
    }
    if (!simt::omitted_call()) {
      simt::wait_for_event(*event);
    }
    return cudaSuccess;
  });
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  return simt::device_call([&] {
    if (!simt::exists(event)) {
      return cudaErrorInvalidResourceHandle;
    }
    if (!std::exchange(event->polled, true)) {
      return cudaErrorNotReady;
    }
    simt::wait_for_event(*event);  // a caller that knows that the work is done is ordered after it
    return cudaSuccess;
  });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  return simt::device_call([&] { return simt::elapsed(milliseconds, start, end); });
}
