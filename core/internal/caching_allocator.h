#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/allocator.h"
#include "core/internal/block_pool.h"
#include "core/internal/raw_memory.h"

namespace tinytorch {

/// Caches freed memory. Block sizes are in classes, four for each power of two, so that a block is at most a
/// quarter larger than requested. Training requests the same sizes in each step: a request takes a free block
/// of its class, if there is one, in constant time. If there is none, it gets a part of the smallest free
/// block that is large enough, before and after all free blocks are merged with their free neighbors (see
/// BlockPool); if none is, the allocator gets a new segment from the system. Before it would hold more than
/// 1.28 times the peak, which it does where requests change from step to step, it also cuts blocks of
/// segments for other sizes, and returns segments without blocks in use to the system. On CUDA, a segment has
/// at least 2 MiB.
///
/// A stream that reuses a block waits for the streams in which the block was allocated and freed.
///
/// Without caching, each block is a segment of its own and is returned to the system when it is freed, so
/// that AddressSanitizer and the emulated device see every tensor's bounds and lifetime. With caching,
/// AddressSanitizer still sees them, because free memory is poisoned.
class CachingAllocator : public Allocator {
 public:
  /// `memory` outlives this. With TINYTORCH_ALLOCATOR_CACHE=0 in the environment caching is disabled;
  /// TINYTORCH_ALLOCATOR_LIMIT there is the first limit.
  /// @throws ValueError  the limit is no number of bytes
  CachingAllocator(std::string device, RawMemory& memory);

  void* allocate(std::size_t bytes) override;
  void deallocate(void* block, std::size_t bytes) noexcept override;
  MemoryStats stats() const override;
  void set_limit(std::size_t bytes) override;
  void set_caching(bool on) override;
  void release_cached() override;
  void reset_peak() override;

  /// Locked during all calls.
  std::mutex& mutex() { return mutex_; }
  /// Makes the n-th of the following allocations fail as if there were no memory; 0: none fails. For tests.
  void fail_allocation(std::uint64_t n);

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
  static constexpr std::size_t kMaxSlabs = 4;  // in a segment that is larger than its first request

  /// A free block and the streams in which work on it may still be pending.
  struct FreeBlock {
    void* address;
    std::uint64_t allocated_in;
    std::uint64_t freed_in;
  };
  /// The blocks of a size class.
  struct ClassBlocks {
    std::vector<FreeBlock> free;
    std::size_t count = 0;  // of the free ones and those in use
  };

  /// The class of a request, whose bytes are a multiple of the memory's alignment.
  SizeClass class_of(std::size_t bytes) const;
  /// True if so many more bytes in use stay within the limit. They may do so while more than the limit is
  /// held: blocks in use keep their segments, and one that is free in such a segment serves a request.
  bool may_use(std::size_t more) const { return stats_.limit == 0 || stats_.in_use + more <= stats_.limit; }
  /// True if so many more bytes from the system stay within the limit.
  bool may_hold(std::size_t more) const { return stats_.limit == 0 || pool_.held() + more <= stats_.limit; }
  /// Counts an allocation. @return whether it is the one that fail_allocation() lets fail
  bool fails_here() { return ++stats_.allocations == failing_; }
  /// A block for a request in `stream`; null: out of memory.
  void* take(const SizeClass& wanted, std::uint64_t stream);
  /// Puts a free block among those of its class.
  void cache(const SizeClass& used, const FreeBlock& block) noexcept;
  /// Records the stream in which a block was allocated.
  void record_stream(void* block, const SizeClass& used, std::uint64_t stream);
  void* from_class(ClassBlocks& blocks, std::uint64_t stream);
  /// A block of the memory that is held, after all free blocks were merged. Null if there is none, or only
  /// one that is better left for other sizes while the budget allows a new segment.
  void* from_held(const SizeClass& wanted, std::uint64_t stream);
  /// Cuts what is wanted off a free block of the pool, or returns null for null.
  void* cut(void* block, const SizeClass& wanted, std::uint64_t stream);
  /// Moves a block that `stream` need not wait for to the end, if there is one.
  static void move_own_to_back(std::vector<FreeBlock>& blocks, std::uint64_t stream);
  void wait_for(std::uint64_t pending, std::uint64_t stream);
  /// Moves the free blocks of all classes to the pool, which merges them.
  void merge_free_blocks();
  bool grow(const SizeClass& wanted);
  /// The bytes of a new segment for a block of `size` bytes: on CUDA up to 8 MiB, within what may be held.
  std::size_t segment_bytes(std::size_t size) const;
  /// The bytes that may be held once `size` more are in use: 1.28 times the peak.
  std::size_t allowed(std::size_t size) const;
  /// The bytes by which a new segment for a block of `size` bytes would exceed what may be held.
  std::size_t excess(std::size_t size) const;
  /// merge_free_blocks(), and returns all segments without blocks in use to the system.
  void release_free() noexcept;
  [[noreturn]] void fail_out_of_memory(std::size_t bytes, std::size_t size) const;

  const std::string device_;
  RawMemory& memory_;
  const std::size_t alignment_;
  mutable std::mutex mutex_;
  BlockPool pool_;
  std::array<ClassBlocks, kSizeClasses> classes_;
  std::size_t cached_blocks_ = 0;                          // the free ones of all classes
  std::unordered_map<void*, std::uint64_t> allocated_in_;  // blocks in use, on devices with streams
  MemoryStats stats_;
  std::uint64_t failing_ = 0;  // the number of the allocation that fails
  bool caching_;
};

}  // namespace tinytorch
