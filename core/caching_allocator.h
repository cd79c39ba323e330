#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
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
};

/// Keeps freed blocks by size class, four classes a doubling, so that a block is at most a quarter larger
/// than asked. Training asks for the same sizes at each step, so that after the first it costs no system call
/// and no page fault.
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

  /// Whether so many bytes more stay within the limit.
  bool fits(std::size_t size) const;
  bool keep(void* block, std::size_t size_class) noexcept;
  void* from_cache(const SizeClass& wanted);
  void* from_memory(std::size_t size);
  void release_all_cached();
  [[noreturn]] void fail_out_of_memory(std::size_t bytes, std::size_t size) const;

  const std::string device_;
  RawMemory& memory_;
  mutable std::mutex mutex_;
  std::array<std::vector<void*>, kSizeClasses> cache_;  // free blocks of each size class
  MemoryStats stats_;
  bool caching_;
};

}  // namespace tinytorch
