#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/internal/object_pool.h"
#include "core/internal/raw_memory.h"

namespace tinytorch {

/// Memory in segments, which are cut into blocks. A request gets the smallest free block that is large
/// enough; what it does not need stays free. Free neighbors are merged. As in PyTorch's CUDACachingAllocator,
/// small blocks have segments of their own (slabs), and so has each further group of sizes: otherwise a small
/// block that lives long would keep a large one from being used as a whole.
class BlockPool {
 public:
  /// Sorted ids of streams in which work on a free block may be pending.
  using Streams = std::vector<std::uint64_t>;

  /// `memory` outlives this.
  explicit BlockPool(RawMemory& memory) : memory_(memory) {}

  /// The bytes of all segments.
  std::size_t held() const { return held_; }
  /// The number of segments that were allocated so far.
  std::uint64_t segments_allocated() const { return segments_allocated_; }

  /// The block from which to take `bytes` bytes, in the segments for blocks of this size; null if there is
  /// none.
  void* find(std::size_t bytes) const { return find_in(free_[group_of(bytes)], bytes); }
  /// The same in all segments, of which those for the smallest blocks come first.
  void* find_in_any_group(std::size_t bytes) const;
  /// The streams to wait for before a free block is used.
  const Streams& pending(void* block) const { return at(block).pending; }
  /// Cuts the first `bytes` bytes of a free block off, as a block in use.
  void take(void* block, std::size_t bytes);
  /// Frees a block in use, and merges it with its free neighbors.
  void give_back(void* block, const Streams& pending);

  /// The smallest segment for a block of `bytes` bytes.
  std::size_t least_segment(std::size_t bytes) const;
  /// Adds a segment of `segment_bytes` bytes for blocks like one of `bytes` bytes.
  /// @return  false if the system has no memory
  bool grow(std::size_t bytes, std::size_t segment_bytes);
  /// Returns segments without blocks in use to the system, until `bytes` bytes are returned or none is left.
  void release(std::size_t bytes) noexcept;

 private:
  struct Block {
    std::size_t bytes;
    std::size_t group;
    bool begins_segment;
    bool is_free;
    Streams pending;
  };
  using Blocks =
      std::map<std::byte*, Block, std::less<std::byte*>, PoolAllocator<std::pair<std::byte* const, Block>>>;
  using SizeAndAddress = std::pair<std::size_t, std::byte*>;
  using FreeBlocks =
      std::set<SizeAndAddress, std::less<SizeAndAddress>, PoolAllocator<SizeAndAddress>>;  // smallest first

  static constexpr std::size_t kGroups = 18;

  const Block& at(void* block) const { return blocks_.at(static_cast<std::byte*>(block)); }
  static void* find_in(const FreeBlocks& free, std::size_t bytes);
  std::size_t small_limit() const;
  std::size_t group_of(std::size_t bytes) const;
  /// True if `next` continues the segment of the block before it.
  bool continues(Blocks::const_iterator next) const;
  bool is_segment(Blocks::const_iterator block) const;
  void add_free(std::byte* address, Block block);
  /// Appends the next block to this one.
  void merge_with_next(Blocks::iterator block);

  RawMemory& memory_;
  Blocks blocks_;
  std::array<FreeBlocks, kGroups> free_;  // of each group
  std::size_t held_ = 0;
  std::uint64_t segments_allocated_ = 0;
};

}  // namespace tinytorch
