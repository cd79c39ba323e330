#include "core/internal/caching_allocator.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <new>
#include <string_view>
#include <utility>

#include "core/internal/format.h"
#include "core/internal/kernel_work.h"
#include "core/internal/memory_size.h"
#include "core/internal/poison.h"
#include "core/profile_scope.h"

namespace tinytorch {

namespace {

bool caching_wanted() {
  const char* const value = std::getenv("TINYTORCH_ALLOCATOR_CACHE");
  return value == nullptr || std::string_view(value) != "0";
}

std::size_t wanted_limit() {
  constexpr const char* kVariable = "TINYTORCH_ALLOCATOR_LIMIT";
  const char* const value = std::getenv(kVariable);
  return value == nullptr || *value == '\0' ? 0 : parse_bytes(kVariable, value);
}

}  // namespace

CachingAllocator::CachingAllocator(std::string device, RawMemory& memory)
    : device_(std::move(device)),
      memory_(memory),
      alignment_(memory.alignment()),
      pool_(memory),
      caching_(caching_wanted()) {
  stats_.limit = wanted_limit();
}

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

CachingAllocator::SizeClass CachingAllocator::class_of(std::size_t bytes) const {
  const SizeClass least = size_class(bytes);
  if (least.bytes % alignment_ == 0) return least;
  return size_class((least.bytes + alignment_ - 1) / alignment_ * alignment_);
}

void* CachingAllocator::allocate(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  const SizeClass wanted = class_of(bytes);
  if (ProfileScope::is_recorded()) record_allocation(bytes);
  const std::uint64_t stream = memory_.current_stream();
  const std::lock_guard lock(mutex_);
  void* const block = !fails_here() && may_use(wanted.bytes) ? take(wanted, stream) : nullptr;
  if (block == nullptr) fail_out_of_memory(bytes, wanted.bytes);
  record_stream(block, wanted, stream);
  unpoison(block, bytes);
  stats_.in_use += wanted.bytes;
  stats_.peak = std::max(stats_.peak, stats_.in_use);
  return block;
}

void CachingAllocator::record_stream(void* block, const SizeClass& used, std::uint64_t stream) {
  if (stream == 0) return;
  try {
    allocated_in_[block] = stream;
  } catch (...) {
    cache(used, {.address = block, .allocated_in = stream, .freed_in = stream});
    throw;
  }
}

void CachingAllocator::deallocate(void* block, std::size_t bytes) noexcept {
  if (block == nullptr || memory_.is_lost()) return;
  const SizeClass used = class_of(bytes);
  FreeBlock free{.address = block, .allocated_in = 0, .freed_in = memory_.existing_stream()};
  const std::lock_guard lock(mutex_);
  if (const auto entry = allocated_in_.find(block); entry != allocated_in_.end()) {
    free.allocated_in = entry->second;
    allocated_in_.erase(entry);
  }
  poison(block, used.bytes);
  cache(used, free);
  stats_.in_use -= used.bytes;
  if (!caching_ || !may_hold(0)) release_free();
}

void CachingAllocator::cache(const SizeClass& used, const FreeBlock& block) noexcept {
  classes_[used.index].free.push_back(block);  // take() made room for it
  cached_blocks_ += 1;
}

void* CachingAllocator::take(const SizeClass& wanted, std::uint64_t stream) {
  ClassBlocks& blocks = classes_[wanted.index];
  if (!blocks.free.empty()) {
    stats_.cache_hits += 1;
    return from_class(blocks, stream);
  }
  if (blocks.free.capacity() <= blocks.count) blocks.free.reserve(2 * blocks.count + 1);
  void* block = caching_ ? cut(pool_.find(wanted.bytes), wanted, stream) : nullptr;
  if (block == nullptr) {
    merge_free_blocks();
    if (caching_) block = from_held(wanted, stream);
  }
  if (block != nullptr) {
    stats_.cache_hits += 1;
    return block;
  }
  void* const found = grow(wanted) ? pool_.find(wanted.bytes) : pool_.find_in_any_group(wanted.bytes);
  return cut(found, wanted, stream);
}

void* CachingAllocator::from_held(const SizeClass& wanted, std::uint64_t stream) {
  void* block = pool_.find(wanted.bytes);
  const auto try_any_group = [&] {
    if (block == nullptr && excess(wanted.bytes) > 0) block = pool_.find_in_any_group(wanted.bytes);
  };
  // What is small would keep a large block from being used as a whole.
  if (wanted.bytes >= stats_.peak / 1024) try_any_group();
  if (block == nullptr) pool_.release(excess(wanted.bytes));
  try_any_group();
  return cut(block, wanted, stream);
}

void* CachingAllocator::from_class(ClassBlocks& blocks, std::uint64_t stream) {
  if (stream != 0) move_own_to_back(blocks.free, stream);
  const FreeBlock block = blocks.free.back();
  wait_for(block.allocated_in, stream);
  if (block.freed_in != block.allocated_in) wait_for(block.freed_in, stream);
  blocks.free.pop_back();
  cached_blocks_ -= 1;
  return block.address;
}

void CachingAllocator::move_own_to_back(std::vector<FreeBlock>& blocks, std::uint64_t stream) {
  const auto own = std::find_if(blocks.rbegin(), blocks.rend(), [&](const FreeBlock& block) {
    return block.allocated_in == stream && block.freed_in == stream;
  });
  if (own != blocks.rend()) std::swap(*own, blocks.back());
}

void* CachingAllocator::cut(void* block, const SizeClass& wanted, std::uint64_t stream) {
  if (block == nullptr) return nullptr;
  for (const std::uint64_t pending : pool_.pending(block)) wait_for(pending, stream);
  pool_.take(block, wanted.bytes);
  classes_[wanted.index].count += 1;
  return block;
}

void CachingAllocator::wait_for(std::uint64_t pending, std::uint64_t stream) {
  if (pending != 0 && pending != stream) memory_.wait_for(pending);
}

void CachingAllocator::merge_free_blocks() {
  for (ClassBlocks& blocks : classes_) {
    if (cached_blocks_ == 0) return;
    while (!blocks.free.empty()) {
      const FreeBlock& block = blocks.free.back();
      BlockPool::Streams pending;
      const auto [first, second] = std::minmax(block.allocated_in, block.freed_in);
      for (const std::uint64_t stream : {first, second}) {
        if (stream != 0 && (pending.empty() || pending.back() != stream)) pending.push_back(stream);
      }
      pool_.give_back(block.address, pending);
      blocks.free.pop_back();
      blocks.count -= 1;
      cached_blocks_ -= 1;
    }
  }
}

std::size_t CachingAllocator::allowed(std::size_t size) const {
  const std::size_t peak = std::max(stats_.peak, stats_.in_use + size);
  return peak + peak / 25 * 7;
}

std::size_t CachingAllocator::excess(std::size_t size) const {
  const std::size_t after = pool_.held() + segment_bytes(size), most = allowed(size);
  return after - std::min(after, most);
}

std::size_t CachingAllocator::segment_bytes(std::size_t size) const {
  if (!caching_) return size;
  const std::size_t slab = memory_.slab_bytes(), least = pool_.least_segment(size);
  if (slab == 0) return least;
  std::size_t most = allowed(size);
  if (stats_.limit != 0) most = std::min(most, stats_.limit);
  most = std::min(most - std::min(most, pool_.held()), kMaxSlabs * slab);
  return std::max(least, most / slab * slab);
}

bool CachingAllocator::grow(const SizeClass& wanted) {
  const std::size_t size = segment_bytes(wanted.bytes);
  if (may_hold(size) && pool_.grow(wanted.bytes, size)) return true;
  // The memory of other free segments may be what is missing.
  pool_.release(pool_.held());
  return may_hold(wanted.bytes) && pool_.grow(wanted.bytes, wanted.bytes);
}

void CachingAllocator::release_free() noexcept {
  try {
    merge_free_blocks();
  } catch (const std::bad_alloc&) {
    // What could not be merged stays in the cache.
  }
  pool_.release(pool_.held());
}

void CachingAllocator::fail_out_of_memory(std::size_t bytes, std::size_t size) const {
  const std::string limit = stats_.limit == 0 ? "no limit set" : "limit " + human_bytes(stats_.limit);
  fail<MemoryError>(
      "memory",
      "out of memory on {}: asked for {} (a block of {}); tensors hold {}, {} cached, {}, about {} free "
      "on the device. Use smaller batches, drop tensors that are no longer needed, or raise the limit",
      device_, human_bytes(bytes), human_bytes(size), human_bytes(stats_.in_use),
      human_bytes(pool_.held() - stats_.in_use), limit, human_bytes(memory_.available()));
}

MemoryStats CachingAllocator::stats() const {
  const std::lock_guard lock(mutex_);
  MemoryStats stats = stats_;
  stats.cached = pool_.held() - stats_.in_use;
  stats.system_calls = pool_.segments_allocated();
  return stats;
}

void CachingAllocator::set_limit(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  stats_.limit = bytes;
  if (!may_hold(0)) release_free();
}

void CachingAllocator::set_caching(bool on) {
  const std::lock_guard lock(mutex_);
  caching_ = on;
  if (!on) release_free();
}

void CachingAllocator::fail_allocation(std::uint64_t n) {
  const std::lock_guard lock(mutex_);
  failing_ = n == 0 ? 0 : stats_.allocations + n;
}

void CachingAllocator::release_cached() {
  const std::lock_guard lock(mutex_);
  release_free();
}

void CachingAllocator::reset_peak() {
  const std::lock_guard lock(mutex_);
  stats_.peak = stats_.in_use;
}

}  // namespace tinytorch
