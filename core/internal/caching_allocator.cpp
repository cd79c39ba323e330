#include "core/internal/caching_allocator.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <new>
#include <string_view>
#include <utility>

#include "core/internal/format.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace tinytorch {

namespace {

bool caching_wanted() {
  const char* const value = std::getenv("TINYTORCH_ALLOCATOR_CACHE");
  return value == nullptr || std::string_view(value) != "0";
}

std::string human_bytes(std::size_t bytes) {
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  double value = static_cast<double>(bytes) / 1024;
  const char* unit = "KiB";
  for (const char* larger : {"MiB", "GiB", "TiB", "PiB"}) {
    if (value < 1024) break;
    value /= 1024;
    unit = larger;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

/// Marks bytes [from, to) of a block as inaccessible for AddressSanitizer: cached blocks, and the padding of
/// blocks in use.
void poison([[maybe_unused]] void* block, [[maybe_unused]] std::size_t from,
            [[maybe_unused]] std::size_t to) {
#ifdef __SANITIZE_ADDRESS__
  __asan_poison_memory_region(static_cast<char*>(block) + from, to - from);
#endif
}

void unpoison([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(block, bytes);
#endif
}

}  // namespace

CachingAllocator::CachingAllocator(std::string device, RawMemory& memory)
    : device_(std::move(device)), memory_(memory), caching_(caching_wanted()) {}

CachingAllocator::SizeClass CachingAllocator::size_class(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) {
    fail<MemoryError>("memory", "{} in one block is more than any device has", human_bytes(bytes));
  }
  // Multiples of kAlignment up to 4 of them, then 4 classes for each power of two.
  constexpr int kAlignmentBits = std::countr_zero(kAlignment);
  const int unit_bits = std::max(kAlignmentBits, static_cast<int>(std::bit_width(bytes)) - 3);
  const std::size_t units = ((bytes - 1) >> unit_bits) + 1;
  return {.bytes = units << unit_bits,
          .index = static_cast<std::size_t>(unit_bits - kAlignmentBits) * 4 + units - 1};
}

void* CachingAllocator::allocate(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  const SizeClass wanted = size_class(bytes);
  const std::lock_guard lock(mutex_);
  void* block = from_cache(wanted);
  if (block == nullptr) block = from_memory(wanted.bytes);
  if (block == nullptr) fail_out_of_memory(bytes, wanted.bytes);
  record_stream(block);
  unpoison(block, bytes);
  poison(block, bytes, wanted.bytes);
  stats_.allocations += 1;
  stats_.in_use += wanted.bytes;
  stats_.peak = std::max(stats_.peak, stats_.in_use);
  return block;
}

void CachingAllocator::record_stream(void* block) {
  const std::uint64_t stream = memory_.current_stream();
  if (stream == 0) return;
  try {
    allocated_in_[block] = stream;
  } catch (const std::bad_alloc&) {
    memory_.deallocate(block);
    throw;
  }
}

void CachingAllocator::deallocate(void* block, std::size_t bytes) noexcept {
  if (block == nullptr) return;
  const SizeClass used = size_class(bytes);
  const std::lock_guard lock(mutex_);
  stats_.in_use -= used.bytes;
  FreeBlock free{
      .address = block, .bytes = used.bytes, .allocated_in = 0, .freed_in = memory_.current_stream()};
  if (free.freed_in != 0) free.allocated_in = allocated_in_.extract(block).mapped();
  if (caching_ && fits(used.bytes) && add_to_cache(free, used.index)) {
    stats_.cached += used.bytes;
    poison(block, 0, used.bytes);
  } else {
    unpoison(block, used.bytes);
    memory_.deallocate(block);
  }
}

bool CachingAllocator::add_to_cache(const FreeBlock& block, std::size_t size_class) noexcept {
  try {
    cache_[size_class].push_back(block);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void* CachingAllocator::from_cache(const SizeClass& wanted) {
  std::vector<FreeBlock>& blocks = cache_[wanted.index];
  if (blocks.empty()) return nullptr;
  const std::uint64_t stream = memory_.current_stream();
  move_own_to_back(blocks, stream);
  const FreeBlock block = blocks.back();
  if (block.allocated_in != stream) memory_.wait_for(block.allocated_in);
  if (block.freed_in != stream && block.freed_in != block.allocated_in) memory_.wait_for(block.freed_in);
  blocks.pop_back();
  stats_.cached -= wanted.bytes;
  stats_.cache_hits += 1;
  return block.address;
}

void CachingAllocator::move_own_to_back(std::vector<FreeBlock>& blocks, std::uint64_t stream) {
  const auto own = std::find_if(blocks.rbegin(), blocks.rend(), [&](const FreeBlock& block) {
    return block.allocated_in == stream && block.freed_in == stream;
  });
  if (own != blocks.rend()) std::swap(*own, blocks.back());
}

bool CachingAllocator::fits(std::size_t size) const {
  return stats_.limit == 0 || stats_.in_use + stats_.cached + size <= stats_.limit;
}

void* CachingAllocator::from_memory(std::size_t size) {
  if (!fits(size)) release_all_cached();
  if (!fits(size)) return nullptr;
  void* block = memory_.allocate(size);
  if (block == nullptr && stats_.cached > 0) {
    // Cached blocks of other sizes may be what is missing.
    release_all_cached();
    block = memory_.allocate(size);
  }
  return block;
}

void CachingAllocator::release_all_cached() {
  for (std::vector<FreeBlock>& blocks : cache_) {
    for (const FreeBlock& block : blocks) {
      unpoison(block.address, block.bytes);
      memory_.deallocate(block.address);
    }
    blocks.clear();
  }
  stats_.cached = 0;
}

void CachingAllocator::fail_out_of_memory(std::size_t bytes, std::size_t size) const {
  const std::string limit = stats_.limit == 0 ? "no limit set" : "limit " + human_bytes(stats_.limit);
  fail<MemoryError>(
      "memory",
      "out of memory on {}: asked for {} (a block of {}); tensors hold {}, {}, about {} free on the "
      "device. Use smaller batches, drop tensors that are no longer needed, or raise the limit",
      device_, human_bytes(bytes), human_bytes(size), human_bytes(stats_.in_use), limit,
      human_bytes(memory_.available()));
}

MemoryStats CachingAllocator::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void CachingAllocator::set_limit(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  stats_.limit = bytes;
  if (!fits(0)) release_all_cached();
}

void CachingAllocator::set_caching(bool on) {
  const std::lock_guard lock(mutex_);
  caching_ = on;
  if (!on) release_all_cached();
}

void CachingAllocator::release_cached() {
  const std::lock_guard lock(mutex_);
  release_all_cached();
}

}  // namespace tinytorch
