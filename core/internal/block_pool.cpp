#include "core/internal/block_pool.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "core/internal/poison.h"

namespace tinytorch {

namespace {

BlockPool::Streams united(const BlockPool::Streams& a, const BlockPool::Streams& b) {
  BlockPool::Streams all;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  return all;
}

std::size_t round_up_to(std::size_t unit, std::size_t bytes) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

std::size_t BlockPool::small_limit() const {
  return std::max<std::size_t>(memory_.slab_bytes() / 2, std::size_t{4} << 10);
}

// Sizes up to the limit, then groups of which each ends at 16 times the sizes of the one before.
std::size_t BlockPool::group_of(std::size_t bytes) const {
  return (static_cast<std::size_t>(std::bit_width((bytes - 1) / small_limit())) + 3) / 4;
}

void* BlockPool::find_in(const FreeBlocks& free, std::size_t bytes) {
  const auto block = free.lower_bound({bytes, nullptr});
  return block != free.end() ? block->second : nullptr;
}

void* BlockPool::find_in_any_group(std::size_t bytes) const {
  for (const FreeBlocks& free : free_) {
    if (void* const block = find_in(free, bytes)) return block;
  }
  return nullptr;
}

void BlockPool::add_free(std::byte* address, Block block) {
  FreeBlocks& free = free_[block.group];
  const auto entry = free.emplace(block.bytes, address).first;
  try {
    blocks_.emplace(address, std::move(block));
  } catch (...) {
    free.erase(entry);
    throw;
  }
}

void BlockPool::take(void* block, std::size_t bytes) {
  const auto taken = blocks_.find(static_cast<std::byte*>(block));
  Block& first = taken->second;
  if (first.bytes > bytes) {
    add_free(taken->first + bytes, {first.bytes - bytes, first.group, false, true, first.pending});
  }
  free_[first.group].erase({first.bytes, taken->first});
  first.bytes = bytes;
  first.is_free = false;
  first.pending.clear();
}

void BlockPool::give_back(void* block, const Streams& pending) {
  auto given = blocks_.find(static_cast<std::byte*>(block));
  const auto next = std::next(given);
  const bool joins_next = continues(next) && next->second.is_free;
  const bool joins_previous = continues(given) && std::prev(given)->second.is_free;
  Streams all = united(pending, joins_next ? next->second.pending : Streams());
  if (joins_previous) all = united(all, std::prev(given)->second.pending);
  const std::size_t bytes = given->second.bytes + (joins_next ? next->second.bytes : 0) +
                            (joins_previous ? std::prev(given)->second.bytes : 0);
  FreeBlocks& free = free_[given->second.group];
  const auto first = joins_previous ? std::prev(given) : given;
  free.emplace(bytes, first->first);  // nothing fails from here on
  if (joins_next) merge_with_next(given);
  if (joins_previous) merge_with_next(first);
  first->second.is_free = true;
  first->second.pending = std::move(all);
}

bool BlockPool::continues(Blocks::const_iterator next) const {
  return next != blocks_.end() && !next->second.begins_segment;
}

bool BlockPool::is_segment(Blocks::const_iterator block) const {
  return block->second.begins_segment && !continues(std::next(block));
}

// Those of the two that are free leave the list of free blocks.
void BlockPool::merge_with_next(Blocks::iterator block) {
  const auto next = std::next(block);
  FreeBlocks& free = free_[block->second.group];
  if (block->second.is_free) free.erase({block->second.bytes, block->first});
  if (next->second.is_free) free.erase({next->second.bytes, next->first});
  block->second.bytes += next->second.bytes;
  blocks_.erase(next);
}

std::size_t BlockPool::least_segment(std::size_t bytes) const {
  const std::size_t slab = memory_.slab_bytes();
  return slab == 0 ? bytes : round_up_to(slab, bytes);
}

bool BlockPool::grow(std::size_t bytes, std::size_t segment_bytes) {
  const std::size_t group = group_of(bytes);
  auto* const address = static_cast<std::byte*>(memory_.allocate(segment_bytes));
  if (address == nullptr) return false;
  try {
    add_free(address, {segment_bytes, group, true, true, {}});
  } catch (...) {
    memory_.deallocate(address);
    throw;
  }
  poison(address, segment_bytes);
  held_ += segment_bytes;
  segments_allocated_ += 1;
  return true;
}

void BlockPool::release(std::size_t bytes) noexcept {
  const std::size_t wanted = held_ - std::min(bytes, held_);
  for (FreeBlocks& free : free_) {
    for (auto entry = free.begin(); entry != free.end() && held_ > wanted;) {
      const auto block = blocks_.find(entry->second);
      if (!is_segment(block)) {
        ++entry;
        continue;
      }
      unpoison(block->first, block->second.bytes);
      memory_.deallocate(block->first);
      held_ -= block->second.bytes;
      blocks_.erase(block);
      entry = free.erase(entry);
    }
  }
}

}  // namespace tinytorch
