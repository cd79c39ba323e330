#include "kernels/cuda/memory.h"

#include "kernels/cuda/device_guard.h"
#include "kernels/cuda/stream.h"

namespace tinytorch::cuda {

void* DeviceMemory::allocate(std::size_t bytes) {
  const DeviceGuard guard(device_index_);
  void* block = nullptr;
  const cudaError_t error = cudaMalloc(&block, bytes);
  if (error == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());  // handled here: later calls must not report it again
    return nullptr;
  }
  check(error, "cudaMalloc");
  return block;
}

void DeviceMemory::deallocate(void* block) noexcept {
  // cudaFree() finds the device itself. An error here comes from earlier work, whose own caller reports it.
  static_cast<void>(cudaFree(block));
}

std::size_t DeviceMemory::available() const {
  const DeviceGuard guard(device_index_);
  std::size_t free = 0, total = 0;
  CUDA_CHECK(cudaMemGetInfo(&free, &total));
  return free;
}

std::uint64_t DeviceMemory::current_stream() const { return cuda::current_stream(device_index_).id(); }

std::uint64_t DeviceMemory::existing_stream() const noexcept {
  const CudaStream* const stream = existing_current_stream(device_index_);
  return stream == nullptr ? 0 : stream->id();
}

void DeviceMemory::wait_for(std::uint64_t stream) { wait_for_stream(device_index_, stream); }

}  // namespace tinytorch::cuda
