#pragma once

#include "core/internal/caching_allocator.h"
#include "kernels/cuda/fork.h"

namespace tinytorch::cuda {

/// The memory of one device, for CachingAllocator.
class DeviceMemory final : public RawMemory {
 public:
  explicit DeviceMemory(int device_index) : device_index_(device_index) {}

  /// @return  null if no memory is left
  /// @throws CudaError  cudaMalloc failed for another reason
  void* allocate(std::size_t bytes) override;
  /// Waits for all work on the device, as cudaFree() does.
  void deallocate(void* block) noexcept override;
  bool is_lost() const noexcept override { return is_forked(); }
  std::size_t available() const override;
  std::size_t alignment() const override { return 256; }
  std::size_t slab_bytes() const override { return std::size_t{2} << 20; }
  std::uint64_t current_stream() const override;
  std::uint64_t existing_stream() const noexcept override;
  void wait_for(std::uint64_t stream) override;

 private:
  int device_index_;
};

}  // namespace tinytorch::cuda
