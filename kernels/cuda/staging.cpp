#include "kernels/cuda/staging.h"

#include <algorithm>
#include <cstring>

namespace tinytorch::cuda {

Staging::Buffer& Staging::next() {
  Buffer& buffer = ring_[turn_];
  turn_ = (turn_ + 1) % kBuffers;
  if (buffer.memory == nullptr) {
    buffer.done.emplace(device_index_, /*timed=*/false);
    // Never freed: the ring lives as long as the process.
    CUDA_CHECK(cudaMallocHost(&buffer.memory, kBufferBytes));
  } else {
    CUDA_CHECK(cudaEventSynchronize(buffer.done->handle()));
  }
  return buffer;
}

void Staging::upload(const void* from, void* to, std::size_t bytes, CudaStream& stream) {
  const std::lock_guard lock(mutex_);
  for (std::size_t at = 0; at < bytes; at += kBufferBytes) {
    const std::size_t length = std::min(kBufferBytes, bytes - at);
    Buffer& buffer = next();
    std::memcpy(buffer.memory, static_cast<const std::byte*>(from) + at, length);
    CUDA_CHECK(cudaMemcpyAsync(static_cast<std::byte*>(to) + at, buffer.memory, length,
                               cudaMemcpyHostToDevice, stream.handle()));
    buffer.done->record(stream);
  }
}

void Staging::download(const void* from, void* to, std::size_t bytes, CudaStream& stream) {
  const std::lock_guard lock(mutex_);
  // The device fills one buffer while the host empties the one before.
  Buffer* before = nullptr;
  std::size_t begun = 0, finished = 0;
  while (finished < bytes) {
    Buffer* buffer = nullptr;
    const std::size_t length = std::min(kBufferBytes, bytes - begun);
    if (length > 0) {
      buffer = &next();
      CUDA_CHECK(cudaMemcpyAsync(buffer->memory, static_cast<const std::byte*>(from) + begun, length,
                                 cudaMemcpyDeviceToHost, stream.handle()));
      buffer->done->record(stream);
      begun += length;
    }
    if (before != nullptr) {
      const std::size_t filled = std::min(kBufferBytes, bytes - finished);
      CUDA_CHECK(cudaEventSynchronize(before->done->handle()));
      std::memcpy(static_cast<std::byte*>(to) + finished, before->memory, filled);
      finished += filled;
    }
    before = buffer;
  }
}

}  // namespace tinytorch::cuda
