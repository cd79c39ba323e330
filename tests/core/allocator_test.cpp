#include "core/allocator.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/internal/caching_allocator.h"
#include "core/ops/creation.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

/// Memory of a given size that detects leaks.
class SmallMemory : public RawMemory {
 public:
  explicit SmallMemory(std::size_t size) : free_(size) {}
  ~SmallMemory() override { EXPECT_TRUE(blocks_.empty()) << "blocks were not returned"; }

  void* allocate(std::size_t bytes) override {
    EXPECT_EQ(bytes % kAlignment, 0u);
    if (bytes > free_) return nullptr;
    void* const block = std::aligned_alloc(kAlignment, bytes);
    blocks_[block] = bytes;
    free_ -= bytes;
    return block;
  }
  void deallocate(void* block) noexcept override {
    free_ += blocks_[block];
    blocks_.erase(block);
    std::free(block);
  }
  std::size_t available() const override { return free_; }
  std::size_t blocks() const { return blocks_.size(); }

 private:
  std::size_t free_;
  std::map<void*, std::size_t> blocks_;
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
      "[memory] out of memory on toy: asked for 683.6 KiB (a block of 768.0 KiB); tensors hold 512.0 KiB, no "
      "limit set, about 512.0 KiB free on the device. Use smaller batches, drop tensors that are no longer "
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
      "[memory] out of memory on toy: asked for 1 bytes (a block of 64 bytes); tensors hold 1.0 KiB, limit "
      "1.0 KiB, about 1023.0 KiB free on the device. Use smaller batches, drop tensors that are no longer "
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
