#include "core/allocator.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <map>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "core/error.h"
#include "core/internal/caching_allocator.h"
#include "core/ops/creation.h"
#include "core/ops/reduction.h"
#include "core/storage.h"
#include "tests/support/backend.h"
#include "tests/support/memory_caching.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

/// Addresses whose order depends on the calls alone, as the allocator prefers lower ones among equal blocks:
/// those of malloc() are others in each run.
class Arena {
 public:
  explicit Arena(std::size_t bytes) : bytes_(bytes) {
    void* const start =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) throw std::bad_alloc();
    start_ = static_cast<std::byte*>(start);
    free_[start_] = bytes;
  }
  ~Arena() { munmap(start_, bytes_); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// The first free range that is large enough.
  void* allocate(std::size_t bytes) {
    const auto range =
        std::find_if(free_.begin(), free_.end(), [&](const auto& r) { return r.second >= bytes; });
    if (range == free_.end()) throw std::bad_alloc();
    const auto [address, size] = *range;
    free_.erase(range);
    if (size > bytes) free_[address + bytes] = size - bytes;
    return address;
  }
  void deallocate(void* block, std::size_t bytes) {
    const auto range = free_.emplace(static_cast<std::byte*>(block), bytes).first;
    const auto join_next = [&](auto first) {
      const auto next = std::next(first);
      if (next == free_.end() || first->first + first->second != next->first) return;
      first->second += next->second;
      free_.erase(next);
    };
    join_next(range);
    if (range != free_.begin()) join_next(std::prev(range));
  }

 private:
  std::size_t bytes_;
  std::byte* start_;
  std::map<std::byte*, std::size_t> free_;
};

/// Memory of a given size that detects leaks.
class SmallMemory : public RawMemory {
 public:
  /// @param slab_bytes  0: none
  explicit SmallMemory(std::size_t size, std::size_t slab_bytes = 0)
      : free_(size), slab_bytes_(slab_bytes), arena_(2 * size) {}
  ~SmallMemory() override { EXPECT_TRUE(blocks_.empty()) << "blocks were not returned"; }

  void* allocate(std::size_t bytes) override {
    EXPECT_EQ(bytes % kAlignment, 0u);
    if (bytes > free_) return nullptr;
    void* const block = slab_bytes_ == 0 ? std::aligned_alloc(kAlignment, bytes) : arena_.allocate(bytes);
    blocks_[block] = bytes;
    free_ -= bytes;
    return block;
  }
  void deallocate(void* block) noexcept override {
    const std::size_t bytes = blocks_[block];
    free_ += bytes;
    blocks_.erase(block);
    if (slab_bytes_ == 0) {
      std::free(block);
    } else {
      arena_.deallocate(block, bytes);
    }
  }
  std::size_t available() const override { return free_; }
  std::size_t slab_bytes() const override { return slab_bytes_; }
  std::size_t alignment() const override { return slab_bytes_ == 0 ? kAlignment : 256; }
  std::size_t blocks() const { return blocks_.size(); }

 private:
  std::size_t free_;
  std::size_t slab_bytes_;
  std::map<void*, std::size_t> blocks_;
  Arena arena_;  // for slabs
};

class CachingAllocatorTest : public ::testing::Test {
 protected:
  void SetUp() override { allocator.set_caching(true); }
  void TearDown() override { allocator.release_cached(); }

  SmallMemory memory{1 << 20};
  CachingAllocator allocator{"toy", memory};
};

TEST_F(CachingAllocatorTest, RoundsUpToFourClassesForEachPowerOfTwo) {
  EXPECT_EQ(CachingAllocator::size_class(1).bytes, 64u);
  EXPECT_EQ(CachingAllocator::size_class(64).bytes, 64u);
  EXPECT_EQ(CachingAllocator::size_class(65).bytes, 128u);
  EXPECT_EQ(CachingAllocator::size_class(1024).bytes, 1024u);
  EXPECT_EQ(CachingAllocator::size_class(1025).bytes, 1280u);
  EXPECT_EQ(CachingAllocator::size_class(1793).bytes, 2048u);
  for (std::size_t bytes = 257; bytes < 1 << 20; bytes = bytes * 9 / 8 + 1) {
    EXPECT_GE(CachingAllocator::size_class(bytes).bytes, bytes);
    EXPECT_LE(CachingAllocator::size_class(bytes).bytes, bytes + bytes / 4);
  }
}

TEST_F(CachingAllocatorTest, AlignsEachBlock) {
  for (const std::size_t bytes : {1U, 63U, 100U, 5000U}) {
    void* const block = allocator.allocate(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % kAlignment, 0u);
    allocator.deallocate(block, bytes);
  }
}

// From 4 MiB on, blocks ask for huge pages; their sizes need not be multiples of these.
TEST(CpuMemory, HasBlocksOfAnyNumberOfMebibytes) {
  for (const std::int64_t mebibytes : {4, 5, 6, 7, 9}) {
    const Tensor x = full({mebibytes << 18}, 1.0);
    EXPECT_EQ(sum(x).item<double>(), static_cast<double>(x.numel()));
  }
}

TEST_F(CachingAllocatorTest, GivesNullForZeroBytes) {
  EXPECT_EQ(allocator.allocate(0), nullptr);
  allocator.deallocate(nullptr, 0);
  EXPECT_EQ(allocator.stats().allocations, 0u);
}

TEST_F(CachingAllocatorTest, ReusesABlockOfTheSameClass) {
  void* const first = allocator.allocate(1000);
  allocator.deallocate(first, 1000);
  EXPECT_EQ(allocator.stats().cached, 1024u);
  EXPECT_EQ(allocator.allocate(1024), first);
  EXPECT_EQ(allocator.stats().cache_hits, 1u);
  EXPECT_EQ(allocator.stats().cached, 0u);
  allocator.deallocate(first, 1024);
}

TEST_F(CachingAllocatorTest, CountsBytesAndBlocks) {
  void* const a = allocator.allocate(64);
  void* const b = allocator.allocate(128);
  EXPECT_EQ(allocator.stats().in_use, 192u);
  allocator.deallocate(a, 64);
  EXPECT_EQ(allocator.stats().in_use, 128u);
  EXPECT_EQ(allocator.stats().peak, 192u);
  EXPECT_EQ(allocator.stats().cached, 64u);
  EXPECT_EQ(allocator.stats().allocations, 2u);
  allocator.deallocate(b, 128);
}

TEST_F(CachingAllocatorTest, ReturnsEachBlockAtOnceWithoutTheCache) {
  void* const kept = allocator.allocate(64);
  allocator.deallocate(allocator.allocate(128), 128);
  EXPECT_EQ(memory.blocks(), 2u);
  allocator.set_caching(false);
  EXPECT_EQ(memory.blocks(), 1u);
  EXPECT_EQ(allocator.stats().cached, 0u);
  allocator.deallocate(kept, 64);
  EXPECT_EQ(memory.blocks(), 0u);
}

TEST_F(CachingAllocatorTest, ReleasesTheCacheBeforeItGivesUp) {
  allocator.deallocate(allocator.allocate(600 << 10), 600 << 10);
  void* const block = allocator.allocate(800 << 10);
  EXPECT_NE(block, nullptr);
  EXPECT_EQ(allocator.stats().cached, 0u);
  allocator.deallocate(block, 800 << 10);
}

TEST_F(CachingAllocatorTest, ReportsItsUseWhenMemoryRunsOut) {
  void* const block = allocator.allocate(512 << 10);
  EXPECT_ERROR(
      allocator.allocate(700000), MemoryError,
      "[memory] out of memory on toy: asked for 683.6 KiB (a block of 768.0 KiB); tensors hold 512.0 KiB, 0 "
      "bytes cached, no limit set, about 512.0 KiB free on the device. Use smaller batches, drop tensors "
      "that are no longer "
      "needed, or raise the limit");
  EXPECT_EQ(allocator.stats().in_use, std::size_t{512} << 10);
  allocator.deallocate(block, 512 << 10);
}

TEST_F(CachingAllocatorTest, StaysBelowItsLimit) {
  allocator.set_limit(1024);
  void* const block = allocator.allocate(512);
  allocator.deallocate(allocator.allocate(256), 256);
  void* const fits = allocator.allocate(512);  // only after the cached 256 bytes are released
  EXPECT_ERROR(
      allocator.allocate(1), MemoryError,
      "[memory] out of memory on toy: asked for 1 bytes (a block of 64 bytes); tensors hold 1.0 KiB, 0 bytes "
      "cached, limit 1.0 KiB, about 1023.0 KiB free on the device. Use smaller batches, drop tensors that "
      "are no longer "
      "needed, or raise the limit");
  allocator.set_limit(0);
  allocator.deallocate(allocator.allocate(4096), 4096);
  allocator.deallocate(block, 512);
  allocator.deallocate(fits, 512);
}

TEST_F(CachingAllocatorTest, RefusesASizeThatRoundingWouldOverflow) {
  EXPECT_ERROR(allocator.allocate(~std::size_t{0}), MemoryError,
               "[memory] 16384.0 PiB in one block is more than any device has");
}

TEST_F(CachingAllocatorTest, CutsAFreeBlockForASmallerRequest) {
  void* const first = allocator.allocate(4096);
  allocator.deallocate(first, 4096);
  EXPECT_EQ(allocator.allocate(1024), first);
  EXPECT_EQ(allocator.allocate(2048), static_cast<std::byte*>(first) + 1024);
  EXPECT_EQ(allocator.stats().system_calls, 1u);
  EXPECT_EQ(allocator.stats().cached, 1024u);
  allocator.deallocate(first, 1024);
  allocator.deallocate(static_cast<std::byte*>(first) + 1024, 2048);
}

TEST_F(CachingAllocatorTest, MergesFreeNeighbors) {
  auto* const first = static_cast<std::byte*>(allocator.allocate(4096));
  allocator.deallocate(first, 4096);
  // All orders of freeing: before, after, and between free neighbors.
  for (const std::vector<std::size_t>& order :
       {std::vector<std::size_t>{0, 1, 2, 3}, {3, 2, 1, 0}, {0, 2, 1, 3}}) {
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(allocator.allocate(1024), first + 1024 * i);
    for (const std::size_t i : order) allocator.deallocate(first + 1024 * i, 1024);
    EXPECT_EQ(allocator.allocate(4096), first);
    allocator.deallocate(first, 4096);
  }
  EXPECT_EQ(allocator.stats().system_calls, 1u);
}

TEST_F(CachingAllocatorTest, TakesTheSmallestBlockThatIsLargeEnough) {
  void *const large = allocator.allocate(4096), *const medium = allocator.allocate(2048);
  allocator.deallocate(large, 4096);
  allocator.deallocate(medium, 2048);
  EXPECT_EQ(allocator.allocate(1536), medium);
  allocator.deallocate(medium, 1536);
}

TEST_F(CachingAllocatorTest, DoesNotCutLargeBlocksForSmallOnes) {
  void* const large = allocator.allocate(400 << 10);
  allocator.deallocate(large, 400 << 10);
  void* const small = allocator.allocate(64);
  EXPECT_EQ(allocator.allocate(400 << 10), large);
  allocator.deallocate(small, 64);
  allocator.deallocate(large, 400 << 10);
}

TEST_F(CachingAllocatorTest, CutsLargeBlocksForSmallOnesWhenNothingElseIsLeft) {
  void* const large = allocator.allocate(896 << 10);
  allocator.set_limit(896 << 10);
  allocator.deallocate(large, 896 << 10);
  std::vector<void*> blocks;
  for (int i = 0; i < 6; ++i) blocks.push_back(allocator.allocate(128 << 10));
  blocks.push_back(allocator.allocate(64));
  for (std::size_t i = 0; i < 6; ++i) allocator.deallocate(blocks[i], 128 << 10);
  allocator.deallocate(blocks[6], 64);
  allocator.set_limit(0);
}

TEST_F(CachingAllocatorTest, FailsAnAllocationOnRequest) {
  allocator.fail_allocation(2);
  void* const block = allocator.allocate(64);
  EXPECT_THROW(allocator.allocate(64), MemoryError);
  EXPECT_EQ(allocator.stats().in_use, 64u);
  allocator.deallocate(allocator.allocate(64), 64);
  allocator.deallocate(block, 64);
}

TEST(Slabs, ServeManySmallBlocks) {
  constexpr std::size_t kMebibyte = 1 << 20, kBlocks = 100'000;
  SmallMemory memory(100 * kMebibyte, 2 * kMebibyte);
  {
    CachingAllocator allocator("toy", memory);
    allocator.set_caching(true);
    std::vector<void*> blocks;
    for (std::size_t i = 0; i < kBlocks; ++i) blocks.push_back(allocator.allocate(4));
    EXPECT_LE(allocator.stats().system_calls, kBlocks * 256 / (2 * kMebibyte) + 1);
    EXPECT_EQ(allocator.stats().in_use, kBlocks * 256);
    for (void* const block : blocks) {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % kAlignment, 0u);
      allocator.deallocate(block, 4);
    }
    allocator.release_cached();
  }
  EXPECT_EQ(memory.blocks(), 0u);
}

TEST(Slabs, ServeRequestsWithinALimitThatIsLessThanTheyHold) {
  constexpr std::size_t kMebibyte = 1 << 20;
  SmallMemory memory(100 * kMebibyte, 2 * kMebibyte);
  CachingAllocator allocator("toy", memory);
  allocator.set_caching(true);
  void* const first = allocator.allocate(256);
  allocator.set_limit(kMebibyte);  // the first block keeps its slab
  ASSERT_GT(allocator.stats().in_use + allocator.stats().cached, kMebibyte);
  void* const second = allocator.allocate(256);
  EXPECT_EQ(second, static_cast<std::byte*>(first) + 256);
  EXPECT_EQ(allocator.stats().system_calls, 1u);
  EXPECT_THROW(allocator.allocate(kMebibyte), MemoryError);
  allocator.deallocate(second, 256);
  EXPECT_EQ(allocator.allocate(512), second);
  allocator.deallocate(second, 512);
  allocator.deallocate(first, 256);
  EXPECT_EQ(memory.blocks(), 0u);  // more than the limit is held no longer than needed
}

TEST(Slabs, AreNotCutWithoutTheCache) {
  SmallMemory memory(1 << 20, 1 << 19);
  CachingAllocator allocator("toy", memory);
  allocator.set_caching(false);
  void *const a = allocator.allocate(64), *const b = allocator.allocate(64);
  EXPECT_EQ(memory.blocks(), 2u);
  allocator.deallocate(a, 64);
  EXPECT_EQ(memory.blocks(), 1u);
  allocator.deallocate(b, 64);
}

#ifdef __SANITIZE_ADDRESS__
TEST(Slabs, GuardEachBlockUnderAddressSanitizer) {
  SmallMemory memory(1 << 22, 1 << 21);
  CachingAllocator allocator("toy", memory);
  allocator.set_caching(true);
  auto *const a = static_cast<std::byte*>(allocator.allocate(100)), *const b = static_cast<std::byte*>(
                                                                        allocator.allocate(100));
  EXPECT_EQ(b, a + 256);
  EXPECT_FALSE(__asan_address_is_poisoned(a + 99));
  EXPECT_TRUE(__asan_address_is_poisoned(a + 104));
  EXPECT_TRUE(__asan_address_is_poisoned(b + 256));
  allocator.deallocate(a, 100);
  EXPECT_TRUE(__asan_address_is_poisoned(a));
  EXPECT_FALSE(__asan_address_is_poisoned(b));
  allocator.deallocate(b, 100);
  allocator.release_cached();
}
#endif

/// Allocates and frees blocks of random sizes, from 256 bytes to a number of KiB, of which 20 to 60 are in
/// use. @return  the largest ratio of the bytes held to their peak in use, once that was reached
double held_by_random_sizes(CachingAllocator& allocator, std::size_t largest_kibibytes) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> exponent(8.0,
                                                  10.0 + std::log2(static_cast<double>(largest_kibibytes)));
  std::vector<std::pair<void*, std::size_t>> blocks;
  const auto free_one = [&] {
    std::swap(blocks[random() % blocks.size()], blocks.back());
    allocator.deallocate(blocks.back().first, blocks.back().second);
    blocks.pop_back();
  };
  double ratio = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto bytes = static_cast<std::size_t>(std::exp2(exponent(random)));
    blocks.emplace_back(allocator.allocate(bytes), bytes);
    while (blocks.size() > 20 + random() % 40) free_one();
    const MemoryStats stats = allocator.stats();
    if (i > 10'000)
      ratio =
          std::max(ratio, static_cast<double>(stats.in_use + stats.cached) / static_cast<double>(stats.peak));
  }
  while (!blocks.empty()) free_one();
  return ratio;
}

TEST(RandomSizes, HoldAtMostThreeTenthsMoreThanThePeak) {
  for (const std::size_t largest_kibibytes : {16U, 256U, 2048U}) {
    SmallMemory memory(std::size_t{1} << 30);
    CachingAllocator allocator("toy", memory);
    allocator.set_caching(true);
    EXPECT_LE(held_by_random_sizes(allocator, largest_kibibytes), 1.3) << largest_kibibytes;
    allocator.release_cached();
  }
}

TEST(RandomSizes, InSlabsHoldAtMostOneAndAHalfTimesThePeak) {
  for (const std::size_t largest_kibibytes : {4096U, 32768U}) {
    SmallMemory memory(std::size_t{1} << 32, std::size_t{2} << 20);
    CachingAllocator allocator("toy", memory);
    allocator.set_caching(true);
    EXPECT_LE(held_by_random_sizes(allocator, largest_kibibytes), 1.5) << largest_kibibytes;
    allocator.release_cached();
  }
}

// The sizes of a step are those of the step before.
TEST(RepeatedSizes, NeedNoSystemCalls) {
  for (const std::size_t slab : {std::size_t{0}, std::size_t{2} << 20}) {
    SmallMemory memory(std::size_t{1} << 30, slab);
    CachingAllocator allocator("toy", memory);
    allocator.set_caching(true);
    std::uint64_t calls = 0;
    for (int step = 0; step < 20; ++step) {
      if (step == 3) calls = allocator.stats().system_calls;
      std::vector<std::pair<void*, std::size_t>> blocks;
      for (std::size_t i = 1; i <= 60; ++i) {
        const std::size_t bytes = i * i % 37 * 9000 + 64;
        blocks.emplace_back(allocator.allocate(bytes), bytes);
        if (i % 3 == 0) {
          allocator.deallocate(blocks.front().first, blocks.front().second);
          blocks.erase(blocks.begin());
        }
      }
      for (const auto& [block, bytes] : blocks) allocator.deallocate(block, bytes);
    }
    EXPECT_EQ(allocator.stats().system_calls, calls) << slab;
    allocator.release_cached();
  }
}

TEST_F(CachingAllocatorTest, ServesManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (std::size_t n = 1; n < 500; ++n) {
        auto* const block = static_cast<unsigned char*>(allocator.allocate(n));
        block[0] = block[n - 1] = 1;
        allocator.deallocate(block, n);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allocator.stats().in_use, 0u);
  EXPECT_EQ(allocator.stats().allocations, 4u * 499u);
}

TEST(Storage, ReturnsItsBytesToTheirAllocatorAfterASwap) {
  SmallMemory memory(1 << 20);
  CachingAllocator allocator("toy", memory);
  {
    Storage of_toy(Device::cpu(), 64, allocator), usual(Device::cpu(), 64);
    of_toy.swap_data(usual);
  }
  EXPECT_EQ(allocator.stats().in_use, 0u);
  allocator.release_cached();
  EXPECT_EQ(memory.blocks(), 0u);
}

TEST(Memory, OfATensorIsCountedAndReleased) {
  const std::size_t before = memory_stats(backend()).in_use;
  {
    const Tensor x = zeros({1000}, {.device = backend()});
    const Tensor view = x;
    EXPECT_GE(memory_stats(backend()).in_use, before + 4000);
    EXPECT_LE(memory_stats(backend()).in_use, before + 5000);
  }
  EXPECT_EQ(memory_stats(backend()).in_use, before);
}

/// Enables the block cache during its lifetime, and empties it before and after.
class OwnCache {
 public:
  OwnCache() { release_cached_memory(backend()); }
  ~OwnCache() { release_cached_memory(backend()); }
  OwnCache(const OwnCache&) = delete;
  OwnCache& operator=(const OwnCache&) = delete;

 private:
  MemoryCaching caching_;
};

TEST(Memory, OfManySmallTensorsIsFewSystemCalls) {
  if (backend().type != DeviceType::cuda) GTEST_SKIP() << "the host's own allocator has slabs";
  const OwnCache cache;
  const std::uint64_t before = memory_stats(backend()).system_calls;
  std::vector<Tensor> small;
  for (int i = 0; i < 100'000; ++i) small.push_back(empty({1}, {.device = backend()}));
  EXPECT_LE(memory_stats(backend()).system_calls - before,
            13u);  // 100,000 blocks of 256 bytes in slabs of 2 MiB
}

/// The allocations of a training step of four layers on sequences of this length. The first part of a step
/// has the gradients of the step before.
void run_step(CachingAllocator& allocator, std::size_t length,
              std::vector<std::pair<void*, std::size_t>>& gradients) {
  std::vector<std::pair<void*, std::size_t>> activations;
  const auto take = [&](std::size_t bytes) { return std::pair(allocator.allocate(bytes), bytes); };
  const auto free = [&](std::vector<std::pair<void*, std::size_t>>& blocks) {
    for (const auto& [block, bytes] : blocks) allocator.deallocate(block, bytes);
    blocks.clear();
  };
  for (int layer = 0; layer < 4; ++layer) {
    for (const unsigned width : {512U, 1536U, 8U, 2048U}) {
      const auto [temporary, bytes] = take(length * 128);
      activations.push_back(take(length * width));
      allocator.deallocate(temporary, bytes);
    }
  }
  free(gradients);
  for (std::pair<void*, std::size_t> gradient = take(length * 512); !activations.empty();) {
    allocator.deallocate(gradient.first, gradient.second);
    gradient = take(activations.back().second);
    gradients.push_back(take(16'384 * (activations.size() % 4 + 1)));
    allocator.deallocate(activations.back().first, activations.back().second);
    activations.pop_back();
    if (activations.empty()) allocator.deallocate(gradient.first, gradient.second);
  }
}

TEST(RandomLengths, HoldAtMostThreeTenthsMoreThanThePeak) {
  for (const unsigned longest : {400U, 4000U}) {
    SmallMemory memory(std::size_t{1} << 30);
    CachingAllocator allocator("toy", memory);
    allocator.set_caching(true);
    std::mt19937 random(3);
    std::vector<std::pair<void*, std::size_t>> gradients;
    std::size_t held = 0;
    for (int step = 0; step < 2000; ++step) {
      run_step(allocator, 1 + random() % longest, gradients);
      const MemoryStats stats = allocator.stats();
      held = std::max(held, stats.in_use + stats.cached);
    }
    EXPECT_LE(static_cast<double>(held), 1.3 * static_cast<double>(allocator.stats().peak)) << longest;
    for (const auto& [block, bytes] : gradients) allocator.deallocate(block, bytes);
    allocator.release_cached();
  }
}

TEST(Memory, OfRandomSequenceLengthsIsLittleMoreThanThePeak) {
  const OwnCache cache;
  reset_peak_memory(backend());
  std::mt19937 random(3);
  for (int step = 0; step < 60; ++step) {
    const std::int64_t length = 1 + static_cast<std::int64_t>(random() % 400);
    std::vector<Tensor> kept;
    for (const std::int64_t width :
         {std::int64_t{512}, std::int64_t{64}, std::int64_t{2048}, std::int64_t{1}, length})
      kept.push_back(empty({length, width}, {.device = backend()}));
  }
  const MemoryStats stats = memory_stats(backend());
  const double slab = backend().type == DeviceType::cuda ? 2 << 20 : 0;
  EXPECT_LE(static_cast<double>(stats.in_use + stats.cached), slab + 1.3 * static_cast<double>(stats.peak));
}

TEST(Memory, PeakCanBeMeasuredAnew) {
  const std::size_t in_use = memory_stats(backend()).in_use;
  static_cast<void>(empty({1000}, {.device = backend()}));
  EXPECT_GT(memory_stats(backend()).peak, in_use);
  reset_peak_memory(backend());
  EXPECT_EQ(memory_stats(backend()).peak, in_use);
}

/// Sets TINYTORCH_ALLOCATOR_LIMIT during its lifetime.
class LimitVariable {
 public:
  explicit LimitVariable(const char* value) { setenv(kName, value, /*overwrite=*/1); }
  ~LimitVariable() { unsetenv(kName); }
  LimitVariable(const LimitVariable&) = delete;
  LimitVariable& operator=(const LimitVariable&) = delete;

 private:
  static constexpr const char* kName = "TINYTORCH_ALLOCATOR_LIMIT";
};

TEST(LimitVariable, TakesBytesWithASuffix) {
  SmallMemory memory(1 << 20);
  const auto limit = [&](const char* value) {
    const LimitVariable variable(value);
    return CachingAllocator("toy", memory).stats().limit;
  };
  EXPECT_EQ(limit(""), 0u);
  EXPECT_EQ(limit("0"), 0u);
  EXPECT_EQ(limit("1000"), 1000u);
  EXPECT_EQ(limit("64K"), std::size_t{64} << 10);
  EXPECT_EQ(limit("500M"), std::size_t{500} << 20);
  EXPECT_EQ(limit("2G"), std::size_t{2} << 30);
}

TEST(LimitVariable, SaysWhatItTakes) {
  SmallMemory memory(1 << 20);
  for (const char* wrong : {"K", "-1", "1.5G", "64k", "64 K", "2T", "18446744073709551616", "17179869184G"}) {
    const LimitVariable variable(wrong);
    EXPECT_ERROR(CachingAllocator("toy", memory), ValueError,
                 "[TINYTORCH_ALLOCATOR_LIMIT] \"" + std::string(wrong) +
                     "\" is no number of bytes; write one as 500000000, 64K, 500M or 2G");
  }
}

TEST(LimitVariable, ReleasesCachedBlocksBeforeAnAllocationFails) {
  const LimitVariable variable("64K");
  SmallMemory memory(1 << 20);
  CachingAllocator allocator("toy", memory);
  allocator.set_caching(true);
  allocator.deallocate(allocator.allocate(48 << 10), 48 << 10);
  void* const block = allocator.allocate(32 << 10);
  EXPECT_LE(allocator.stats().in_use + allocator.stats().cached, std::size_t{64} << 10);
  EXPECT_THROW(allocator.allocate(40 << 10), MemoryError);
  allocator.deallocate(block, 32 << 10);
  allocator.release_cached();
}

TEST(Memory, LimitMakesATensorFailAndLeavesTheOthersAlone) {
  const Tensor kept = ones({4}, {.device = backend()});
  release_cached_memory(backend());
  set_memory_limit(backend(), memory_stats(backend()).in_use + 1024);
  EXPECT_THROW(zeros({1000}, {.device = backend()}), MemoryError);
  set_memory_limit(backend(), 0);
  EXPECT_TENSOR_EQ(kept, (Tensor{1.0, 1.0, 1.0, 1.0}));
  EXPECT_EQ(zeros({1000}, {.device = backend()}).numel(), 1000);
}

TEST(Memory, OfAnImpossibleTensorThrows) {
  EXPECT_THROW(empty({std::int64_t{1} << 50}, {.device = backend()}), MemoryError);
  EXPECT_ERROR(empty({std::int64_t{1} << 61}, {.device = backend()}), ShapeError,
               "[empty] a f32 tensor of shape [2305843009213693952] has more bytes than 63 bits can count");
  EXPECT_ERROR(zeros({std::int64_t{1} << 32, std::int64_t{1} << 32}), ShapeError,
               "[zeros] shape [4294967296, 4294967296] has more elements than 63 bits can count");
}

TEST_F(CachingAllocatorTest, ObeysALimitThatIsSetLater) {
  allocator.deallocate(allocator.allocate(4096), 4096);
  allocator.set_limit(1024);
  EXPECT_EQ(allocator.stats().cached, 0u);
  EXPECT_THROW(allocator.allocate(4096), MemoryError);
}

}  // namespace
}  // namespace tinytorch::testing
