#include "core/internal/object_pool.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstddef>
#include <cstring>
#include <map>
#include <thread>
#include <utility>
#include <vector>

namespace tinytorch::testing {
namespace {

TEST(ObjectPool, GivesEachObjectItsBytes) {
  std::map<std::size_t, unsigned char*> objects;
  for (std::size_t bytes = 1; bytes < std::size_t{4} << 20; bytes = bytes * 9 / 8 + 1) {
    auto* const object = static_cast<unsigned char*>(allocate_object(bytes));
    std::memset(object, static_cast<int>(bytes % 251), bytes);
    objects[bytes] = object;
  }
  for (const auto& [bytes, object] : objects) {
    EXPECT_EQ(object[0], bytes % 251);
    EXPECT_EQ(object[bytes - 1], bytes % 251);
    deallocate_object(object, bytes);
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ObjectPool, ReusesAnObjectOfASimilarSize) {
  void* const first = allocate_object(200);
  deallocate_object(first, 200);
  EXPECT_EQ(allocate_object(210), first);
  deallocate_object(first, 210);
}
#endif

TEST(ObjectPool, OfAThreadIsFreedWhenTheThreadEnds) {
  constexpr std::size_t kBytesOfARound = 200'000;  // at least
  const std::size_t before = mallinfo2().uordblks;
  for (int round = 0; round < 10; ++round) {
    std::vector<std::pair<void*, std::size_t>> objects;
    for (std::size_t bytes = 1; bytes < 5000; bytes += 37)
      objects.emplace_back(allocate_object(bytes), bytes);
    std::thread([&] {
      static thread_local PoolVector<int> freed_while_the_thread_ends(100, 7);
      EXPECT_EQ(freed_while_the_thread_ends.back(), 7);
      for (const auto& [object, bytes] : objects) deallocate_object(object, bytes);
    }).join();
  }
  EXPECT_LT(mallinfo2().uordblks, before + kBytesOfARound);
}

TEST(ObjectPool, IsTheMemoryOfContainers) {
  PoolVector<std::size_t> values;
  for (std::size_t i = 0; i < 100'000; ++i) values.push_back(i);
  const PoolVector<std::size_t> copy = values;
  values = PoolVector<std::size_t>();
  EXPECT_EQ(copy.back(), 99'999u);
}

}  // namespace
}  // namespace tinytorch::testing
