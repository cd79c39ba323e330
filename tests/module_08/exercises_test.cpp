// The checks of module 08: one suite an exercise, named in modules/08_dataloader/module.json.
#include "modules/08_dataloader/dataloader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "modules/course/check.h"

namespace dataloader {
namespace {

using std::chrono::milliseconds;
using tinytorch::course::check;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::string text(const Order& order) {
  constexpr std::size_t kMost = 12;
  std::string text;
  for (std::size_t i = 0; i < order.size() && i < kMost; ++i)
    text += (i > 0 ? ", " : "") + std::to_string(order[i]);
  return '{' + text + (order.size() > kMost ? ", ...}" : "}");
}

std::string text(const std::vector<Order>& orders) {
  std::string all;
  for (const Order& order : orders) all += (all.empty() ? "" : ", ") + text(order);
  return '{' + all + '}';
}

void expect(bool holds, const std::string& otherwise) {
  if (holds) return SUCCEED();
  FAIL() << otherwise;
}

/// Fails unless the call gave this.
template <class T>
void check_result(const std::string& call, const T& result, const T& expected) {
  expect(result == expected, call + " is " + text(result) + ", expected " + text(expected));
}

Order counted(std::int64_t n) {
  Order order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

/// How many of `draws` numbers below n satisfy this.
template <class F>
int count_below(std::uint64_t n, int draws, const F& satisfies) {
  SplitMix64 random(1);
  int count = 0;
  for (int i = 0; i < draws; ++i) count += satisfies(below(n, random)) ? 1 : 0;
  return count;
}

/// Fails unless about `expected` of the draws gave this. The bounds are five standard deviations or more.
void check_count(const std::string& what, int count, int expected, int bound) {
  expect(std::abs(count - expected) <= bound,
         what + " is " + std::to_string(count) + ", expected about " + std::to_string(expected));
}

TEST(Below, IsLessThanN) {
  for (const std::uint64_t n : {1U, 2U, 6U, 1000U}) {
    const int beyond = count_below(n, 10'000, [&](std::uint64_t x) { return x >= n; });
    expect(beyond == 0, "below(" + std::to_string(n) + ") gave " + std::to_string(n) + " or more");
  }
}
TEST(Below, GivesEachNumberAsOften) {
  for (std::uint64_t each = 0; each < 6; ++each) {
    check_count("the number of results " + std::to_string(each) + " in 60,000 calls of below(6)",
                count_below(6, 60'000, [&](std::uint64_t x) { return x == each; }), 10'000, 500);
  }
}
TEST(Below, HasNoBiasForLargeN) {
  constexpr std::uint64_t kThird = std::uint64_t{1} << 62U;
  check_count("the number of results less than 2^62 in 3,000 calls of below(3 * 2^62)",
              count_below(3 * kThird, 3'000, [](std::uint64_t x) { return x < kThird; }), 1'000, 140);
}
TEST(Below, GivesOddNumbersForLargeN) {
  check_count("the number of odd results in 3,000 calls of below(2^62)",
              count_below(std::uint64_t{1} << 62U, 3'000, [](std::uint64_t x) { return x % 2 == 1; }), 1'500,
              150);
}

std::string call_of_shuffle(std::int64_t n, std::uint64_t seed, std::uint64_t epoch) {
  return "shuffled_order(" + std::to_string(n) + ", " + std::to_string(seed) + ", " + std::to_string(epoch) +
         ")";
}

TEST(ShuffledOrder, IsAPermutation) {
  for (const std::int64_t n : {100, 2, 1, 0}) {
    Order order = shuffled_order(n, 7, 0);
    const std::string before = text(order);
    std::sort(order.begin(), order.end());
    expect(order == counted(n), call_of_shuffle(n, 7, 0) + " is " + before + ", which is no permutation");
  }
}
TEST(ShuffledOrder, IsTheSameInEachCall) {
  check_result("the second " + call_of_shuffle(100, 7, 3), shuffled_order(100, 7, 3),
               shuffled_order(100, 7, 3));
}
/// Fails if two pairs of a seed and an epoch have the same order.
void check_differ(std::uint64_t seed, std::uint64_t epoch, std::uint64_t other_seed,
                  std::uint64_t other_epoch) {
  expect(shuffled_order(100, seed, epoch) != shuffled_order(100, other_seed, other_epoch),
         call_of_shuffle(100, seed, epoch) + " and " + call_of_shuffle(100, other_seed, other_epoch) +
             " are the same");
}
TEST(ShuffledOrder, DiffersFromEpochToEpoch) { check_differ(7, 0, 7, 1); }
TEST(ShuffledOrder, DiffersFromSeedToSeed) {
  check_differ(0, 0, 1, 0);
  check_differ(0, 1, 1, 0);
}
TEST(ShuffledOrder, GivesEachOrderAsOften) {
  std::map<Order, int> counts;
  for (std::uint64_t epoch = 0; epoch < 60'000; ++epoch) ++counts[shuffled_order(3, 7, epoch)];
  Order order = counted(3);
  do {
    check_count("the number of epochs, of 60,000, with the order " + text(order), counts[order], 10'000, 500);
  } while (std::next_permutation(order.begin(), order.end()));
}

void check_split(std::int64_t n, const std::vector<double>& fractions, const Order& expected) {
  std::string list;
  for (const double each : fractions) list += (list.empty() ? "" : ", ") + tinytorch::course::text_of(each);
  check_result("split_sizes(" + std::to_string(n) + ", {" + list + "})", split_sizes(n, fractions), expected);
}

void check_refused_split(const std::vector<double>& fractions, const std::string& what) {
  try {
    const auto sizes = split_sizes(10, fractions);
    FAIL() << "split_sizes took " << what << " and gave " << text(sizes)
           << "; expected std::invalid_argument";
  } catch (const std::invalid_argument&) {
    SUCCEED();
  }
}

TEST(SplitSizes, OfWholeQuotas) {
  check_split(10, {0.5, 0.5}, {5, 5});
  check_split(8, {0.5, 0.25, 0.25}, {4, 2, 2});
  check_split(3, {0, 1}, {0, 3});
}
TEST(SplitSizes, SumsToN) {
  const std::vector<double> thirds(3, 1.0 / 3);
  for (const std::int64_t n : {1, 2, 100, 101}) {
    const auto sizes = split_sizes(n, thirds);
    const std::int64_t sum = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
    expect(sum == n, "split_sizes(" + std::to_string(n) + ", {1/3, 1/3, 1/3}) is " + text(sizes) +
                         ", whose sum is " + std::to_string(sum));
  }
}
TEST(SplitSizes, GivesToTheLargestRemainders) {
  check_split(11, {0.5, 0.25, 0.25}, {5, 3, 3});
  check_split(10, {0.17, 0.29, 0.54}, {2, 3, 5});
}
TEST(SplitSizes, GivesToTheEarlierOfEqualRemainders) {
  check_split(5, {0.25, 0.25, 0.25, 0.25}, {2, 1, 1, 1});
  check_split(3, {0.5, 0.5}, {2, 1});
}
TEST(SplitSizes, IsRightThoughFractionsAreRounded) {
  check_split(100, {0.29, 0.71}, {29, 71});  // 100 * 0.29 is 28.999999999999996
  check_split(10, std::vector<double>(10, 0.1), Order(10, 1));
}
TEST(SplitSizes, OfNoItems) { check_split(0, {0.5, 0.5}, {0, 0}); }
TEST(SplitSizes, RefusesFractionsThatAreNone) {
  check_refused_split({0.5, 0.4}, "a sum of 0.9");
  check_refused_split({1.5, -0.5}, "a negative fraction");
  check_refused_split({1.0, kNaN}, "NaN");
  check_refused_split({}, "no fractions");
}

void check_batches(const Order& order, std::int64_t size, bool drop_last,
                   const std::vector<Order>& expected) {
  check_result("batches(" + text(order) + ", " + std::to_string(size) + (drop_last ? ", true)" : ", false)"),
               batches(order, size, drop_last), expected);
}

TEST(Batches, OfEqualSizes) {
  check_batches({4, 0, 3, 1, 2, 5}, 2, false, {{4, 0}, {3, 1}, {2, 5}});
  check_batches({4, 0, 3, 1, 2, 5}, 6, true, {{4, 0, 3, 1, 2, 5}});
}
TEST(Batches, KeepsASmallerLastBatch) {
  check_batches({4, 0, 3, 1, 2}, 2, false, {{4, 0}, {3, 1}, {2}});
  check_batches({1, 0}, 5, false, {{1, 0}});
}
TEST(Batches, DropsASmallerLastBatch) {
  check_batches({4, 0, 3, 1, 2}, 2, true, {{4, 0}, {3, 1}});
  check_batches({1, 0}, 5, true, {});
}
TEST(Batches, OfAnEmptyOrder) {
  check_batches({}, 2, false, {});
  check_batches({}, 2, true, {});
}
TEST(Batches, RefusesABatchSizeOfZero) {
  for (const std::int64_t size : {0, -1}) {
    try {
      batches(counted(4), size, false);
      FAIL() << "batches took a batch_size of " << size << "; expected std::invalid_argument";
    } catch (const std::invalid_argument&) {
      SUCCEED();
    }
  }
}

void check_shard(const Order& order, std::int64_t rank, std::int64_t ranks, const Order& expected) {
  check_result("shard(" + text(order) + ", " + std::to_string(rank) + ", " + std::to_string(ranks) + ")",
               shard(order, rank, ranks), expected);
}

TEST(Shard, TakesTurns) {
  check_shard({4, 0, 3, 1, 2, 5}, 0, 2, {4, 3, 2});
  check_shard({4, 0, 3, 1, 2, 5}, 1, 2, {0, 1, 5});
  check_shard({4, 0, 3}, 0, 1, {4, 0, 3});
}
TEST(Shard, BeginsAgainAtTheEnd) {
  check_shard({4, 0, 3, 1, 2}, 0, 2, {4, 3, 2});
  check_shard({4, 0, 3, 1, 2}, 1, 2, {0, 1, 4});
}
TEST(Shard, OfFewerItemsThanRanks) {
  for (std::int64_t rank = 0; rank < 5; ++rank) check_shard({8, 9}, rank, 5, {rank % 2 == 0 ? 8 : 9});
}
TEST(Shard, OfAnEmptyOrder) { check_shard({}, 0, 2, {}); }
TEST(Shard, RefusesARankOutOfRange) {
  for (const std::int64_t rank : {2, -1}) {
    try {
      shard(counted(4), rank, 2);
      FAIL() << "shard took rank " << rank << " of 2; expected std::invalid_argument";
    } catch (const std::invalid_argument&) {
      SUCCEED();
    }
  }
}

const Item three_rows{1, 2, 3, 4, 5, 6};

Item collated(const Order& indices) {
  Item batch(indices.size() * 2, kNaN);
  collate(three_rows, 3, 2, indices, batch);
  return batch;
}

/// Fails unless collate refuses the index.
/// @return  what it says
std::string refusal(std::int64_t index, std::int64_t count) {
  const Item items(static_cast<std::size_t>(count * 2), 1);
  Item batch(2, kNaN);
  std::string message;
  bool refused = false;
  try {
    collate(items, count, 2, Order{index}, batch);
  } catch (const std::out_of_range& error) {
    refused = true;
    message = error.what();
  }
  expect(refused, "collate took the index " + std::to_string(index) + " of " + std::to_string(count) +
                      " items; expected std::out_of_range");
  return message;
}

TEST(Collate, CopiesRowsInTheOrderOfTheIndices) {
  check("collate {2, 0} of the rows of width 2 of", {three_rows}, collated({2, 0}), Item{5, 6, 1, 2});
}
TEST(Collate, TakesAnIndexAsOftenAsItComes) {
  check("collate {1, 1, 0} of the rows of width 2 of", {three_rows}, collated({1, 1, 0}),
        Item{3, 4, 3, 4, 1, 2});
}
TEST(Collate, OfNoIndices) {
  Item batch{7};
  collate(three_rows, 3, 2, Order{}, batch);
  check("what collate leaves of the batch without indices, once", {Item{7}}, batch, Item{7});
}
TEST(Collate, RefusesAnIndexBeyondTheEnd) { refusal(3, 3); }
TEST(Collate, RefusesANegativeIndex) { refusal(-1, 3); }
TEST(Collate, SaysWhichIndexAndHowManyItems) {
  const std::string message = refusal(678, 45);
  expect(message.find("678") != std::string::npos && message.find("45") != std::string::npos,
         "of the index 678 of 45 items, collate says: \"" + message + "\"; both numbers should be in it");
}

/// A count on which other threads can wait.
class Counter {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++value_;
    changed_.notify_all();
  }
  int value() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  /// Waits until the count is `value` or more.
  /// @return  false if that takes too long
  bool reaches(int value, milliseconds longest = milliseconds(2000)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, longest, [&] { return value_ >= value; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int value_ = 0;
};

Item item_of(std::int64_t i) { return {static_cast<float>(i)}; }

TEST(Prefetch, HandsOverInOrder) {
  Counter later;
  Order order, values;
  const auto load = [&](std::int64_t i) {
    if (i == 0) {
      later.reaches(1);  // so item 1 is loaded before item 0
    } else {
      later.add();
    }
    return item_of(i);
  };
  prefetch(20, 3, 4, load, [&](std::int64_t i, const Item& item) {
    order.push_back(i);
    values.push_back(static_cast<std::int64_t>(item.at(0)));
  });
  check_result("the order in which prefetch(20, 3, 4) consumes", order, counted(20));
  check_result("the items that it consumes, by their indices,", values, counted(20));
}
TEST(Prefetch, LoadsAhead) {
  Counter begun;
  bool ahead = false;
  const auto load = [&](std::int64_t i) {
    begun.add();
    return item_of(i);
  };
  prefetch(4, 1, 2, load, [&](std::int64_t i, const Item&) {
    if (i == 0) ahead = begun.reaches(2);
  });
  expect(ahead, "in prefetch(4, 1, 2), load(1) does not begin while item 0 is consumed");
}
TEST(Prefetch, LoadsInParallel) {
  Counter begun;
  bool parallel = false;
  const auto load = [&](std::int64_t i) {
    begun.add();
    if (i == 0) parallel = begun.reaches(2);
    return item_of(i);
  };
  prefetch(4, 2, 2, load, [](std::int64_t, const Item&) {});
  expect(parallel, "in prefetch(4, 2, 2), load(1) does not begin while load(0) runs");
}
TEST(Prefetch, HoldsAtMostAhead) {
  Counter begun;
  int most = 0;
  const auto load = [&](std::int64_t i) {
    begun.add();
    return item_of(i);
  };
  prefetch(50, 2, 3, load, [&](std::int64_t i, const Item&) {
    if (i == 0) begun.reaches(5, milliseconds(300));
    most = std::max(most, begun.value() - static_cast<int>(i) - 1);
  });
  expect(most <= 3, "prefetch(50, 2, 3) holds " + std::to_string(most) +
                        " items besides the one that is consumed; at most 3 are allowed");
}

/// What prefetch(count, workers, ahead) throws, and the items that it consumes before.
struct Thrown {
  std::string message;
  Order consumed;
};
template <class Load, class Consume>
Thrown thrown_by(std::int64_t count, int workers, std::int64_t ahead, const Load& load,
                 const Consume& consume) {
  Thrown thrown;
  const auto record = [&](std::int64_t i, const Item&) {
    consume(i);
    thrown.consumed.push_back(i);
  };
  try {
    prefetch(count, workers, ahead, load, record);
    thrown.message = "nothing";
  } catch (const std::exception& error) {
    thrown.message = error.what();
  }
  return thrown;
}

TEST(Prefetch, ThrowsWhereTheItemIsDue) {
  Counter failed;
  const auto load = [&](std::int64_t i) {
    if (i == 2) {
      failed.add();
      throw std::runtime_error("item 2 cannot be read");
    }
    if (i == 0 && failed.reaches(1)) std::this_thread::sleep_for(milliseconds(50));
    return item_of(i);
  };
  const Thrown thrown = thrown_by(9, 3, 3, load, [](std::int64_t) {});
  expect(thrown.message == "item 2 cannot be read",
         "if load(2) throws \"item 2 cannot be read\", prefetch throws " + thrown.message);
  check_result("what prefetch consumes before it throws what load(2) threw", thrown.consumed, counted(2));
}
TEST(Prefetch, EndsItsThreadsIfTheConsumerThrows) {
  std::atomic<int> begun = 0, running = 0;
  const auto load = [&](std::int64_t i) {
    ++begun;
    ++running;
    std::this_thread::sleep_for(milliseconds(5));
    --running;
    return item_of(i);
  };
  const auto consume = [](std::int64_t i) {
    if (i == 1) throw std::runtime_error("no more");
  };
  const Thrown thrown = thrown_by(100, 3, 4, load, consume);
  expect(thrown.message == "no more", "if consume(1) throws \"no more\", prefetch throws " + thrown.message);
  check_result("what prefetch consumes before it throws what consume(1) threw", thrown.consumed, {0});
  const int at_the_end = begun;
  expect(running == 0, "prefetch threw while load() ran");
  std::this_thread::sleep_for(milliseconds(20));
  expect(begun == at_the_end, "load() is called after prefetch threw");
}
TEST(Prefetch, LoadsEachItemOnce) {
  for (const std::int64_t count : {0, 1, 7}) {
    std::vector<std::atomic<int>> loads(static_cast<std::size_t>(count));
    Order consumed;
    const auto load = [&](std::int64_t i) {
      ++loads.at(static_cast<std::size_t>(i));
      return item_of(i);
    };
    prefetch(count, 4, 1, load, [&](std::int64_t i, const Item&) { consumed.push_back(i); });
    const std::string call = "prefetch(" + std::to_string(count) + ", 4, 1)";
    check_result("what " + call + " consumes", consumed, counted(count));
    for (const auto& each : loads)
      expect(each == 1, call + " loads an item " + std::to_string(each) + " times");
  }
}

}  // namespace
}  // namespace dataloader
