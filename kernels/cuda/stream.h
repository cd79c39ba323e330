#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <memory>

#include "core/device.h"
#include "core/internal/backend.h"
#include "kernels/cuda/device_guard.h"

namespace tinytorch::cuda {

class Libraries;

/// A cudaStream_t, and what the libraries keep for it.
class CudaStream final : public StreamState {
 public:
  /// @throws CudaError
  explicit CudaStream(Device device);
  ~CudaStream() override;

  cudaStream_t handle() const { return handle_; }
  /// A number that no other stream of this process has or had.
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
  /// Without `timed`, which costs a little, milliseconds_since() does not work.
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

/// The most devices that a process can use.
inline constexpr int kMostDevices = 64;

/// The stream that the calling thread's work on the device goes to.
CudaStream& current_stream(int device_index);
/// The caller keeps it alive as long as it is current.
void set_current_stream(CudaStream& stream);

/// Makes the current stream of the device wait for all that was put into the stream of this id; for nothing
/// if that stream is gone, since it was waited for when it went.
void wait_for_stream(int device_index, std::uint64_t id);

/// Where a kernel family works: the device of its output, made current, and the current stream there.
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
