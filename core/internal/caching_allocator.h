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

/// Where a CachingAllocator gets its memory from.
class RawMemory {
 public:
  virtual ~RawMemory() = default;
  /// `bytes` is a multiple of kAlignment. Null where there is no memory left.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void deallocate(void* block) noexcept = 0;
  /// How many bytes could still be had, roughly; for messages.
  virtual std::size_t available() const = 0;

  /// On a device that works in streams, a number for the calling thread's current one; else 0.
  virtual std::uint64_t current_stream() const noexcept { return 0; }
  /// Makes the current stream wait for all that was put into the stream of this number.
  virtual void wait_for(std::uint64_t stream) { static_cast<void>(stream); }
};

/// Keeps freed blocks by size class, four classes a doubling, so that a block is at most a quarter larger
/// than asked. Training asks for the same sizes at each step, so that after the first it costs no system call
/// and no page fault. A block that is used again in another stream than it was made or freed in makes that
/// stream wait for these two.
class CachingAllocator : public Allocator {
 public:
  /// `memory` outlives this. Caching starts off where the environment says TINYTORCH_ALLOCATOR_CACHE=0.
  CachingAllocator(std::string device, RawMemory& memory);

  void* allocate(std::size_t bytes) override;
  void deallocate(void* block, std::size_t bytes) noexcept override;
  MemoryStats stats() const override;
  void set_limit(std::size_t bytes) override;
  void set_caching(bool on) override;
  void release_cached() override;

  /// The blocks that serve requests of neighbouring sizes.
  struct SizeClass {
    std::size_t bytes;  ///< of each block
    std::size_t index;  ///< below kSizeClasses
  };
  /// The smallest class that holds `bytes`, which are not 0.
  /// @throws MemoryError  the request is so large that rounding it up overflows
  static SizeClass size_class(std::size_t bytes);

 private:
  static constexpr std::size_t kSizeClasses = 256;

  /// A free block and the streams in which work on it may still be waiting.
  struct FreeBlock {
    void* address;
    std::size_t bytes;
    std::uint64_t made_in;
    std::uint64_t freed_in;
  };

  /// Whether so many bytes more stay within the limit.
  bool fits(std::size_t size) const;
  /// Remembers in which stream a block was made.
  void note_stream(void* block);
  bool keep(const FreeBlock& block, std::size_t size_class) noexcept;
  void* from_cache(const SizeClass& wanted);
  /// Puts a block of one size class that `stream` need not wait for, if there is one, last.
  static void prefer_own(std::vector<FreeBlock>& blocks, std::uint64_t stream);
  void* from_memory(std::size_t size);
  void release_all_cached();
  [[noreturn]] void fail_out_of_memory(std::size_t bytes, std::size_t size) const;

  const std::string device_;
  RawMemory& memory_;
  mutable std::mutex mutex_;
  std::array<std::vector<FreeBlock>, kSizeClasses> cache_;  // free blocks of each size class
  std::unordered_map<void*, std::uint64_t> made_in_;        // of blocks in use, on devices with streams
  MemoryStats stats_;
  bool caching_;
};

}  // namespace tinytorch
