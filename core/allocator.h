#pragma once

#include <cstddef>
#include <cstdint>

#include "core/device.h"

namespace tinytorch {

/// What an allocator holds, in bytes and counts since the process started.
struct MemoryStats {
  std::size_t in_use = 0;         ///< bytes of live blocks, each rounded up to its size class
  std::size_t peak = 0;           ///< the most that in_use has been
  std::size_t cached = 0;         ///< bytes held ready for reuse
  std::size_t limit = 0;          ///< no block is added where in_use + cached would exceed it; 0: none
  std::uint64_t allocations = 0;  ///< blocks handed out
  std::uint64_t cache_hits = 0;   ///< of these, blocks that came from the cache
};

/// Memory of one device. Thread-safe.
class Allocator {
 public:
  virtual ~Allocator() = default;

  /// At least `bytes` bytes, aligned to 64; null for 0.
  /// @throws MemoryError  what was asked, what is held, what is free
  virtual void* allocate(std::size_t bytes) = 0;
  /// Takes back a block of allocate(bytes).
  virtual void deallocate(void* block, std::size_t bytes) noexcept = 0;

  virtual MemoryStats stats() const = 0;
  virtual void set_limit(std::size_t bytes) = 0;
  /// Off: each block is returned to the system at once, so that sanitizers see every allocation.
  virtual void set_caching(bool on) = 0;
  /// Returns the cached blocks to the system.
  virtual void release_cached() = 0;
};

/// The allocator of a device.
/// @throws DeviceError  the device is not available
Allocator& allocator(Device device);

/// What `device`'s allocator holds.
inline MemoryStats memory_stats(Device device) { return allocator(device).stats(); }
/// Bounds what TinyTorch holds on `device`; 0 removes the bound.
inline void set_memory_limit(Device device, std::size_t bytes) { allocator(device).set_limit(bytes); }
/// Turns the block cache on or off; the environment's TINYTORCH_ALLOCATOR_CACHE=0 starts with it off.
inline void set_memory_caching(Device device, bool on) { allocator(device).set_caching(on); }
/// Returns cached blocks to the system.
inline void release_cached_memory(Device device) { allocator(device).release_cached(); }

}  // namespace tinytorch
