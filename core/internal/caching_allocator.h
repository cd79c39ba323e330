#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/allocator.h"

namespace tinytorch {

inline constexpr std::size_t kAlignment = 64;

/// The source of a CachingAllocator's memory.
class RawMemory {
 public:
  virtual ~RawMemory() = default;
  /// @param bytes  a multiple of kAlignment
  /// @return       null if out of memory
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void deallocate(void* block) noexcept = 0;
  /// The approximate number of free bytes, for messages.
  virtual std::size_t available() const = 0;

  /// The id of the calling thread's current stream; 0 on a device without streams.
  virtual std::uint64_t current_stream() const noexcept { return 0; }
  /// Makes the current stream wait for all work enqueued so far in the stream of this id.
  virtual void wait_for(std::uint64_t stream) { static_cast<void>(stream); }
};

/// Caches freed blocks by size class. There are four classes for each power of two, so that a block is at
/// most a quarter larger than requested. Training requests the same sizes in each step, so that steps after
/// the first need no system calls and have no page faults. A stream that reuses a block waits for the streams
/// in which the block was allocated and freed.
class CachingAllocator : public Allocator {
 public:
  /// `memory` outlives this. With TINYTORCH_ALLOCATOR_CACHE=0 in the environment caching is disabled.
  CachingAllocator(std::string device, RawMemory& memory);

  void* allocate(std::size_t bytes) override;
  void deallocate(void* block, std::size_t bytes) noexcept override;
  MemoryStats stats() const override;
  void set_limit(std::size_t bytes) override;
  void set_caching(bool on) override;
  void release_cached() override;

  /// Locked during all calls.
  std::mutex& mutex() { return mutex_; }

  /// The blocks that serve a range of requested sizes.
  struct SizeClass {
    std::size_t bytes;  ///< of each block
    std::size_t index;  ///< below kSizeClasses
  };
  /// The smallest class whose blocks have at least `bytes` bytes, which is not 0.
  /// @throws MemoryError  the request is so large that rounding it up overflows
  static SizeClass size_class(std::size_t bytes);

 private:
  static constexpr std::size_t kSizeClasses = 256;

  /// A free block and the streams in which work on it may still be pending.
  struct FreeBlock {
    void* address;
    std::size_t bytes;
    std::uint64_t allocated_in;
    std::uint64_t freed_in;
  };

  /// True if `size` more bytes stay within the limit.
  bool fits(std::size_t size) const;
  /// Records the stream in which a block was allocated.
  void record_stream(void* block);
  /// Adds a block to the cache. @return  false if there is no memory for the list
  bool add_to_cache(const FreeBlock& block, std::size_t size_class) noexcept;
  void* from_cache(const SizeClass& wanted);
  /// Moves a block that `stream` need not wait for to the end, if there is one.
  static void move_own_to_back(std::vector<FreeBlock>& blocks, std::uint64_t stream);
  void* from_memory(std::size_t size);
  void release_all_cached();
  [[noreturn]] void fail_out_of_memory(std::size_t bytes, std::size_t size) const;

  const std::string device_;
  RawMemory& memory_;
  mutable std::mutex mutex_;
  std::array<std::vector<FreeBlock>, kSizeClasses> cache_;  // free blocks of each size class
  std::unordered_map<void*, std::uint64_t> allocated_in_;   // blocks in use, on devices with streams
  MemoryStats stats_;
  bool caching_;
};

}  // namespace tinytorch
