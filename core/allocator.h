#pragma once

#include <cstddef>
#include <cstdint>

#include "core/device.h"

namespace tinytorch {

/// The memory use of one device: bytes, and the number of allocations since the process started.
struct MemoryStats {
  std::size_t in_use = 0;          ///< bytes of live blocks, each rounded up to its size class
  std::size_t peak = 0;            ///< the maximum of in_use since the start, or since reset_peak()
  std::size_t cached = 0;          ///< bytes that are cached for reuse
  std::size_t limit = 0;           ///< upper bound of in_use + cached; 0: no limit
  std::uint64_t allocations = 0;   ///< number of allocations, including those that failed for lack of memory
  std::uint64_t cache_hits = 0;    ///< number of allocations served from the cache
  std::uint64_t system_calls = 0;  ///< number of allocations that the system made: of cudaMalloc, on CUDA
};

/// The memory allocator of one device. Thread-safe.
class Allocator {
 public:
  virtual ~Allocator() = default;

  /// Allocates at least `bytes` bytes, aligned to 64 bytes; returns null if `bytes` is 0.
  /// @throws MemoryError  out of memory; the message has the sizes requested, in use and free
  virtual void* allocate(std::size_t bytes) = 0;
  /// Frees a block of allocate(bytes).
  virtual void deallocate(void* block, std::size_t bytes) noexcept = 0;

  /// The memory use so far.
  virtual MemoryStats stats() const = 0;
  /// Limits in_use + cached; 0 removes the limit. What blocks in use keep may exceed a limit that is set
  /// later.
  virtual void set_limit(std::size_t bytes) = 0;
  /// Enables or disables the cache. Without it each block is returned to the system at once, so that
  /// sanitizers see every allocation.
  virtual void set_caching(bool on) = 0;
  /// Returns the cached blocks to the system.
  virtual void release_cached() = 0;
  /// Makes the peak what is in use now.
  virtual void reset_peak() = 0;
};

/// The allocator of a device.
/// @throws DeviceError  the device is not available
Allocator& allocator(Device device);

/// The memory use of a device.
/// ```cpp
/// const Tensor x = zeros({256});
/// std::cout << memory_stats(Device::cpu()).in_use;  // at least 1024
/// ```
/// @throws DeviceError  the device is not available; the functions below throw it, too
inline MemoryStats memory_stats(Device device) { return allocator(device).stats(); }
/// Limits the memory that TinyTorch allocates on a device; 0 removes the limit. TINYTORCH_ALLOCATOR_LIMIT in
/// the environment, such as 500000000, 64K, 500M or 2G, limits that of each device from the start.
inline void set_memory_limit(Device device, std::size_t bytes) { allocator(device).set_limit(bytes); }
/// Enables or disables the block cache of a device. TINYTORCH_ALLOCATOR_CACHE=0 in the environment disables
/// it from the start.
inline void set_memory_caching(Device device, bool on) { allocator(device).set_caching(on); }
/// Returns the cached blocks of a device to the system.
inline void release_cached_memory(Device device) { allocator(device).release_cached(); }
/// Starts the peak of a device's memory anew, to measure that of what follows.
inline void reset_peak_memory(Device device) { allocator(device).reset_peak(); }

}  // namespace tinytorch
