#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/allocator.h"
#include "core/device.h"

namespace tinytorch {

/// A block of device memory that one or more tensors share, with a version that counts in-place changes.
class Storage {
 public:
  /// Allocates at least `bytes` bytes, uninitialized.
  /// @throws DeviceError  the device is not available
  /// @throws MemoryError  out of memory
  Storage(Device device, std::size_t bytes) : Storage(device, bytes, allocator(device)) {}
  /// Allocates from another allocator, whose memory the device can access, and which outlives the storage.
  Storage(Device device, std::size_t bytes, Allocator& allocator)
      : allocator_(&allocator), device_(device), bytes_(bytes), data_(allocator.allocate(bytes)) {}
  ~Storage() { allocator_->deallocate(data_, bytes_); }
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  Device device() const { return device_; }
  std::size_t bytes() const { return bytes_; }
  /// The address of the first byte, on device().
  std::byte* data() { return static_cast<std::byte*>(data_); }

  /// Incremented by each in-place change. Autograd compares it to detect that a saved tensor was changed.
  std::uint64_t version() const { return version_.load(std::memory_order_relaxed); }
  /// Increments version(); called by in-place ops.
  void bump_version() { version_.fetch_add(1, std::memory_order_relaxed); }
  /// Puts an earlier version() back, whose bytes the storage has again.
  void set_version(std::uint64_t version) noexcept { version_.store(version, std::memory_order_relaxed); }

  /// Exchanges the bytes with those of a storage of the same size on the same device. Neither version
  /// changes.
  void swap_data(Storage& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(allocator_, other.allocator_);
  }

 private:
  Allocator* allocator_;  // of data_
  Device device_;
  std::size_t bytes_;
  void* data_;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace tinytorch
