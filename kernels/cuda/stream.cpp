#include "kernels/cuda/stream.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <vector>

#include "kernels/cuda/fork.h"
#include "kernels/cuda/libraries.h"

namespace tinytorch::cuda {

namespace {

/// All existing streams, to be found by their ids.
struct Registry {
  std::mutex mutex;
  std::vector<CudaStream*> streams;
};

// Neither this nor the default streams are ever destroyed: tensors with static lifetime may outlive other
// static objects.
Registry& registry() {
  static Registry& all = *new Registry;
  return all;
}

CudaStream& default_stream(int device_index) {
  static std::mutex mutex;
  static auto& streams = *new std::array<std::shared_ptr<CudaStream>, kMaxDevices>;
  const std::lock_guard lock(mutex);
  std::shared_ptr<CudaStream>& stream = streams[static_cast<std::size_t>(device_index)];
  if (!stream) stream = std::make_shared<CudaStream>(Device::cuda(device_index));
  return *stream;
}

/// This thread's current streams; null until first used. Plain pointers, because tensors may be destroyed
/// after the thread-local objects.
constinit thread_local std::array<CudaStream*, kMaxDevices> current_streams{};

/// True if the status is cudaSuccess. cudaErrorNotReady is a normal answer, but the runtime keeps it as an
/// error, which a later call must not report.
bool check_done(cudaError_t status, const char* what) {
  if (status == cudaErrorNotReady) {
    static_cast<void>(cudaGetLastError());
  } else {
    check(status, what);
  }
  return status == cudaSuccess;
}

cudaStream_t handle_of(StreamState& stream) { return static_cast<CudaStream&>(stream).handle(); }

}  // namespace

CudaStream::CudaStream(Device device) : StreamState(device) {
  static std::atomic<std::uint64_t> last_id{0};
  id_ = ++last_id;
  require_not_forked();  // another thread of the parent may have had the lock
  const std::lock_guard lock(registry().mutex);
  registry().streams.reserve(registry().streams.size() + 1);  // nothing can fail once the stream is created
  const DeviceGuard guard(device.index);
  CUDA_CHECK(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking));
  registry().streams.push_back(this);
}

CudaStream::~CudaStream() {
  if (is_forked()) {
    static_cast<void>(libraries_.release());
    return;
  }
  // Whoever waits for the results reports their errors. Synchronizing comes first, because wait_for_stream()
  // takes a stream that it does not find as done.
  static_cast<void>(cudaStreamSynchronize(handle_));
  {
    const std::lock_guard lock(registry().mutex);
    std::erase(registry().streams, this);
  }
  libraries_.reset();
  static_cast<void>(cudaStreamDestroy(handle_));
}

Libraries& CudaStream::libraries() {
  const std::lock_guard lock(registry().mutex);
  if (!libraries_) libraries_ = std::make_unique<Libraries>(*this);
  return *libraries_;
}

void CudaStream::synchronize() {
  require_not_forked();
  CUDA_CHECK(cudaStreamSynchronize(handle_));
}

bool CudaStream::is_done() {
  require_not_forked();
  return check_done(cudaStreamQuery(handle_), "cudaStreamQuery");
}

CudaEvent::CudaEvent(int device_index, bool timed) {
  const DeviceGuard guard(device_index);
  CUDA_CHECK(cudaEventCreateWithFlags(&handle_, timed ? cudaEventDefault : cudaEventDisableTiming));
}

CudaEvent::~CudaEvent() {
  if (!is_forked()) static_cast<void>(cudaEventDestroy(handle_));
}

void CudaEvent::record(StreamState& stream) {
  require_not_forked();
  CUDA_CHECK(cudaEventRecord(handle_, handle_of(stream)));
}

void CudaEvent::wait(StreamState& stream) {
  require_not_forked();
  CUDA_CHECK(cudaStreamWaitEvent(handle_of(stream), handle_, 0));
}

void CudaEvent::synchronize() {
  require_not_forked();
  CUDA_CHECK(cudaEventSynchronize(handle_));
}

bool CudaEvent::is_done() {
  require_not_forked();
  return check_done(cudaEventQuery(handle_), "cudaEventQuery");
}

double CudaEvent::milliseconds_since(EventState& start) {
  require_not_forked();
  float milliseconds = 0;
  CUDA_CHECK(cudaEventElapsedTime(&milliseconds, static_cast<CudaEvent&>(start).handle_, handle_));
  return static_cast<double>(milliseconds);
}

CudaStream& current_stream(int device_index) {
  CudaStream*& stream = current_streams[static_cast<std::size_t>(device_index)];
  if (stream == nullptr) stream = &default_stream(device_index);
  return *stream;
}

CudaStream* existing_current_stream(int device_index) noexcept {
  return current_streams[static_cast<std::size_t>(device_index)];
}

void set_current_stream(CudaStream& stream) {
  current_streams[static_cast<std::size_t>(stream.device().index)] = &stream;
}

void wait_for_stream(int device_index, std::uint64_t id) {
  // Held to the end, so that the stream is not destroyed in between.
  const std::lock_guard lock(registry().mutex);
  const auto& streams = registry().streams;
  const auto found = std::find_if(streams.begin(), streams.end(),
                                  [&](const CudaStream* stream) { return stream->id() == id; });
  if (found == streams.end()) return;
  CudaEvent event(device_index, /*timed=*/false);
  event.record(**found);
  CUDA_CHECK(cudaStreamWaitEvent(current_stream(device_index).handle(), event.handle(), 0));
}

}  // namespace tinytorch::cuda
