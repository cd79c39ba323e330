// What `./tito module measure 08` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "modules/08_dataloader/dataloader.h"

namespace dataloader {
namespace {

using std::chrono::milliseconds;
using tinytorch::course::keep;
using tinytorch::course::measure;

Order drawn_until_all_have_come(std::size_t n) {
  SplitMix64 random(1);
  std::vector<bool> has_come(n);
  Order order;
  order.reserve(n);
  while (order.size() < n) {
    const std::uint64_t index = below(n, random);
    if (has_come[index]) continue;
    has_come[index] = true;
    order.push_back(static_cast<std::int64_t>(index));
  }
  return order;
}

Order erased_from_those_that_are_left(std::size_t n) {
  SplitMix64 random(1);
  Order left(n), order;
  std::iota(left.begin(), left.end(), 0);
  order.reserve(n);
  while (!left.empty()) {
    const auto drawn = left.begin() + static_cast<std::ptrdiff_t>(below(left.size(), random));
    order.push_back(*drawn);
    left.erase(drawn);
  }
  return order;
}

void compare_shuffles(std::size_t n) {
  measure("shuffled_order", [n] { keep(shuffled_order(static_cast<std::int64_t>(n), 1, 0)); });
  measure("draws until all have come", [n] { keep(drawn_until_all_have_come(n)); });
  measure("erases what it draws", [n] { keep(erased_from_those_that_are_left(n)); });
}
TEST(ShuffledOrder, Of2500Items) { compare_shuffles(2500); }
TEST(ShuffledOrder, Of20000Items) { compare_shuffles(20'000); }

/// Collates another batch in each call.
void measure_collate(const std::string& what, const std::vector<float>& items, const Order& order) {
  constexpr std::size_t kBatch = 32;
  const std::size_t count = order.size(), width = items.size() / count;
  std::size_t begin = 0;
  measure(what, [&] {
    begin = (begin + kBatch) % (count - kBatch);
    std::vector<float> batch(kBatch * width);
    collate(items, static_cast<std::int64_t>(count), static_cast<std::int64_t>(width),
            std::span(order).subspan(begin, kBatch), batch);
    keep(batch);
  });
}
TEST(Collate, Of32ItemsOf784Floats) {
  constexpr std::int64_t kCount = 10'000;
  const std::vector<float> items(kCount * 784, 1);
  Order order(kCount);
  std::iota(order.begin(), order.end(), 0);
  measure_collate("in the order of the dataset", items, order);
  measure_collate("shuffled", items, shuffled_order(kCount, 1, 0));
}

constexpr std::int64_t kItems = 10;

Item load(std::int64_t /*i*/) {
  std::this_thread::sleep_for(milliseconds(2));
  return Item(100'000, 1);
}
void train(std::int64_t /*i*/, const Item& item) {
  std::this_thread::sleep_for(milliseconds(1));
  keep(item);
}
void measure_prefetch(int workers, std::int64_t ahead) {
  measure("prefetch(10, " + std::to_string(workers) + ", " + std::to_string(ahead) + ')',
          [=] { prefetch(kItems, workers, ahead, load, train); });
}

TEST(Prefetch, Of10ItemsLoadedIn2msTrainedOnIn1ms) {
  measure("one after the other", [] {
    for (std::int64_t i = 0; i < kItems; ++i) train(i, load(i));
  });
  measure_prefetch(1, 2);
  measure_prefetch(2, 2);
  measure_prefetch(4, 8);
}

}  // namespace
}  // namespace dataloader
