#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <memory>

#include "core/device.h"
#include "core/internal/backend.h"
#include "kernels/cuda/device_guard.h"

namespace tinytorch::cuda {

class Libraries;

/// A cudaStream_t and the libraries' handles for it.
class CudaStream final : public StreamState {
 public:
  /// @throws CudaError
  explicit CudaStream(Device device);
  ~CudaStream() override;

  cudaStream_t handle() const { return handle_; }
  /// Unique among all streams that this process ever creates.
  std::uint64_t id() const { return id_; }
  /// The libraries' handles for this stream, made on first use.
  Libraries& libraries();

  void synchronize() override;
  bool is_done() override;

 private:
  std::uint64_t id_;
  cudaStream_t handle_ = nullptr;
  std::unique_ptr<Libraries> libraries_;
};

/// A cudaEvent_t.
class CudaEvent final : public EventState {
 public:
  /// @param timed  makes milliseconds_since() work, at a small cost
  explicit CudaEvent(int device_index, bool timed);
  ~CudaEvent() override;
  CudaEvent(const CudaEvent&) = delete;
  CudaEvent& operator=(const CudaEvent&) = delete;

  cudaEvent_t handle() const { return handle_; }

  void record(StreamState& stream) override;
  void wait(StreamState& stream) override;
  void synchronize() override;
  bool is_done() override;
  double milliseconds_since(EventState& start) override;

 private:
  cudaEvent_t handle_ = nullptr;
};

/// The maximum number of devices that a process can use.
inline constexpr int kMaxDevices = 64;

/// The stream in which the calling thread's work on the device runs.
/// @throws CudaError, MemoryError  the device's default stream cannot be made
CudaStream& current_stream(int device_index);
/// The same without making one; null if the thread has no work on the device.
CudaStream* existing_current_stream(int device_index) noexcept;
/// The caller keeps the stream alive while it is current.
void set_current_stream(CudaStream& stream);

/// Makes the device's current stream wait for all work queued so far in the stream of this id. If that stream
/// was destroyed there is nothing to wait for: its destructor waited.
void wait_for_stream(int device_index, std::uint64_t id);

/// Makes the device of a kernel's output current, and gives the current stream on it.
class OnDevice {
 public:
  explicit OnDevice(Device device)
      : device_(device), guard_(device.index), stream_(current_stream(device.index)) {}
  Device device() const { return device_; }
  cudaStream_t stream() const { return stream_.handle(); }
  CudaStream& state() const { return stream_; }

 private:
  Device device_;
  DeviceGuard guard_;
  CudaStream& stream_;
};

}  // namespace tinytorch::cuda
