#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>

#include "kernels/cuda/stream.h"

namespace tinytorch::cuda {

/// Copies between the host and a device through a ring of page-locked (pinned) buffers, the only host memory
/// that a device accesses asynchronously. All streams of the device share the ring: while all eight buffers
/// wait for the work of one stream, a copy in another stream waits too. Thread-safe.
class Staging {
 public:
  explicit Staging(int device_index) : device_index_(device_index) {}
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// Returns when `from` has been read; the copy to the device is then queued in the stream.
  void upload(const void* from, void* to, std::size_t bytes, CudaStream& stream);
  /// Returns when `to` has been written: waits for the stream.
  void download(const void* from, void* to, std::size_t bytes, CudaStream& stream);

 private:
  static constexpr std::size_t kBuffers = 8, kBufferBytes = std::size_t{1} << 20;

  struct Buffer {
    void* memory = nullptr;
    std::optional<CudaEvent> done;  // the device's last use of the memory
  };

  /// The next buffer of the ring, once the device is done with it.
  Buffer& next();

  int device_index_;
  std::mutex mutex_;
  std::array<Buffer, kBuffers> ring_;
  std::size_t turn_ = 0;
};

}  // namespace tinytorch::cuda
