#include "core/caching_allocator.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <new>
#include <string_view>
#include <utility>

#include "core/format.h"

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

}  // namespace

CachingAllocator::CachingAllocator(std::string device, RawMemory& memory)
    : device_(std::move(device)), memory_(memory), caching_(caching_wanted()) {}

std::size_t CachingAllocator::rounded_size(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) {
    fail<MemoryError>("memory", "{} in one block is more than any device has", human_bytes(bytes));
  }
  const std::size_t step = std::max(kAlignment, std::bit_floor(bytes) / 4);
  return (bytes + step - 1) / step * step;
}

void* CachingAllocator::allocate(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  const std::size_t size = rounded_size(bytes);
  const std::lock_guard lock(mutex_);
  void* block = from_cache(size);
  if (block == nullptr) block = from_memory(size);
  if (block == nullptr) fail_out_of_memory(bytes, size);
  stats_.allocations += 1;
  stats_.in_use += size;
  stats_.peak = std::max(stats_.peak, stats_.in_use);
  return block;
}

void CachingAllocator::deallocate(void* block, std::size_t bytes) noexcept {
  if (block == nullptr) return;
  const std::size_t size = rounded_size(bytes);
  const std::lock_guard lock(mutex_);
  stats_.in_use -= size;
  if (caching_ && keep(block, size)) {
    stats_.cached += size;
  } else {
    memory_.deallocate(block);
  }
}

bool CachingAllocator::keep(void* block, std::size_t size) noexcept {
  try {
    cache_[size].push_back(block);
    return true;
  } catch (const std::bad_alloc&) {
    return false;  // no memory for the list: the block is given back instead
  }
}

void* CachingAllocator::from_cache(std::size_t size) {
  const auto found = cache_.find(size);
  if (found == cache_.end() || found->second.empty()) return nullptr;
  void* const block = found->second.back();
  found->second.pop_back();
  stats_.cached -= size;
  stats_.cache_hits += 1;
  return block;
}

void* CachingAllocator::from_memory(std::size_t size) {
  const auto fits = [&] { return stats_.limit == 0 || stats_.in_use + stats_.cached + size <= stats_.limit; };
  if (!fits()) release_all_cached();
  if (!fits()) return nullptr;
  void* block = memory_.allocate(size);
  if (block == nullptr && stats_.cached > 0) {
    // What lies in the cache under other sizes may be just what is missing.
    release_all_cached();
    block = memory_.allocate(size);
  }
  return block;
}

void CachingAllocator::release_all_cached() {
  for (auto& [size, blocks] : cache_) {
    for (void* const block : blocks) memory_.deallocate(block);
  }
  cache_.clear();
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
