// Module 08: data loaders.
//
// Training takes the items of a dataset in a random order, a batch at a time. A data loader decides on the
// order, copies the items of a batch into one array, and reads the next items while the network is busy with
// the last ones. All of it has to be reproducible: a run that is resumed has to see the same batches.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 08

#include "modules/08_dataloader/dataloader.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace dataloader {

/// A random number from 0 to n - 1, all with exactly the same probability. n is at least 1.
///
///     below(6, random) is one of 0, 1, 2, 3, 4, 5    below(1, random) = 0
///
/// 1. random.next() has 2^64 values, and the remainder x % n maps them to n results. If n does not divide
///    2^64, the first 2^64 % n results get one value of x more than the others.
/// 2. So reject that many values: draw again while x < 2^64 % n. The values that are left are a multiple of
///    n.
/// 3. 2^64 does not fit into 64 bits. But unsigned arithmetic is modulo 2^64: (0 - n) % n is 2^64 % n.
/// Hint: the loop draws at least once, and less than twice on average.
std::uint64_t below(std::uint64_t n, SplitMix64& random) {
  // BEGIN SOLUTION below
  const std::uint64_t rejected = (0 - n) % n;
  std::uint64_t x = random.next();
  while (x < rejected) x = random.next();
  return x % n;
  // END SOLUTION
}

/// The order in which an epoch takes n items: each of 0 to n - 1 once, all n! orders with the same
/// probability. It depends on the seed and the epoch, and on nothing else.
///
///     shuffled_order(3, 7, 0) may be {2, 0, 1}, and is the same in each call
///
/// 1. One generator for the seed and the epoch: SplitMix64 random(mix(mix(seed) + epoch)). With seed + epoch,
///    epoch 1 of seed 0 would be epoch 0 of seed 1.
/// 2. Begin with 0, 1, ..., n - 1.
/// 3. For i from n - 1 down to 1: swap the elements i and j, where j is a random number from 0 to i, i itself
///    included (Durstenfeld 1964). What has been swapped to the end stays there.
/// 4. Draw j as in `below`. Each exercise stands for itself: do not call it, but write what it does.
Order shuffled_order(std::int64_t n, std::uint64_t seed, std::uint64_t epoch) {
  // BEGIN SOLUTION shuffled_order
  SplitMix64 random(mix(mix(seed) + epoch));
  Order order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t choices = order.size(); choices > 1; --choices) {
    const std::uint64_t rejected = (0 - choices) % choices;
    std::uint64_t x = random.next();
    while (x < rejected) x = random.next();
    std::swap(order[choices - 1], order[x % choices]);
  }
  return order;
  // END SOLUTION
}

/// Divides n items into subsets by fractions, by the method of the largest remainder. The sizes sum to n.
///
///     split_sizes(10, {0.8, 0.2}) = {8, 2}    split_sizes(11, {0.5, 0.25, 0.25}) = {5, 3, 3}
///
/// 1. The quota of a subset is n times its fraction. Each gets the quota, rounded down.
/// 2. The items that are left go, one each, to the subsets with the largest remainders, quota minus size. Of
///    equal remainders, the earlier subset comes first: std::stable_sort keeps the order of equal elements.
/// 3. If a fraction is negative or NaN, or their sum differs from 1 by more than 1e-12, throw
///    std::invalid_argument. `x < 0` is false for NaN, and so is `x > 1e-12`: ask for what has to hold.
std::vector<std::int64_t> split_sizes(std::int64_t n, std::span<const double> fractions) {
  // BEGIN SOLUTION split_sizes
  double sum = 0;
  for (const double fraction : fractions) {
    if (!(fraction >= 0)) throw std::invalid_argument("a fraction is negative or NaN");
    sum += fraction;
  }
  if (!(std::abs(sum - 1) <= 1e-12)) throw std::invalid_argument("the fractions do not sum to 1");
  std::vector<std::int64_t> sizes;
  std::vector<double> remainders;
  std::int64_t left = n;
  for (const double fraction : fractions) {
    const double quota = static_cast<double>(n) * fraction;
    sizes.push_back(static_cast<std::int64_t>(quota));
    remainders.push_back(quota - std::floor(quota));
    left -= sizes.back();
  }
  std::vector<std::size_t> subsets(fractions.size());
  std::iota(subsets.begin(), subsets.end(), std::size_t{0});
  std::stable_sort(subsets.begin(), subsets.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++sizes[subsets[i % subsets.size()]];
  return sizes;
  // END SOLUTION
}

/// Divides an order into batches of batch_size indices. The last one may be smaller; with drop_last it is
/// left out then.
///
///     batches({4, 0, 3, 1, 2}, 2, false) = {{4, 0}, {3, 1}, {2}}
///     batches({4, 0, 3, 1, 2}, 2, true)  = {{4, 0}, {3, 1}}
///
/// 1. A batch begins at each multiple of batch_size, and ends batch_size later, or where the order ends.
/// 2. An empty order has no batches.
/// 3. If batch_size is 0 or negative, throw std::invalid_argument.
std::vector<Order> batches(std::span<const std::int64_t> order, std::int64_t batch_size, bool drop_last) {
  // BEGIN SOLUTION batches
  if (batch_size <= 0) throw std::invalid_argument("batch_size is " + std::to_string(batch_size));
  const auto size = static_cast<std::size_t>(batch_size);
  std::vector<Order> result;
  while (!order.empty()) {
    const auto batch = order.first(std::min(size, order.size()));
    if (batch.size() == size || !drop_last) result.emplace_back(batch.begin(), batch.end());
    order = order.subspan(batch.size());
  }
  return result;
  // END SOLUTION
}

/// The indices of one process when several train together. The processes, which are called ranks, take turns,
/// and all get the same number of indices: where the order ends, it begins again.
///
///     shard({4, 0, 3, 1, 2}, 0, 2) = {4, 3, 2}    shard({4, 0, 3, 1, 2}, 1, 2) = {0, 1, 4}
///
/// 1. Each rank gets n / ranks indices, rounded up. The i-th of a rank is at i * ranks + rank, modulo n.
/// 2. With fewer items than ranks, the order begins again several times.
/// 3. An empty order gives an empty shard: there is no remainder of a division by 0.
/// 4. If rank is not in [0, ranks), throw std::invalid_argument.
Order shard(std::span<const std::int64_t> order, std::int64_t rank, std::int64_t ranks) {
  // BEGIN SOLUTION shard
  if (rank < 0 || rank >= ranks) throw std::invalid_argument("rank is " + std::to_string(rank));
  const auto n = static_cast<std::int64_t>(order.size());
  Order indices;
  if (n == 0) return indices;
  for (std::int64_t i = 0; i < (n + ranks - 1) / ranks; ++i)
    indices.push_back(order[static_cast<std::size_t>((i * ranks + rank) % n)]);
  return indices;
  // END SOLUTION
}

/// Copies items into one contiguous batch: row i of the batch [indices.size(), width] is row indices[i] of
/// the items [count, width].
///
///     items {{1, 2}, {3, 4}, {5, 6}}, indices {2, 0}: the batch becomes {{5, 6}, {1, 2}}
///
/// 1. Row r of a contiguous matrix begins at r * width.
/// 2. An index can come more than once, and there can be none at all.
/// 3. If an index is not in [0, count), throw std::out_of_range with a message that names the index and
///    count: who reads it hours after the start of a run has nothing else.
void collate(std::span<const float> items, std::int64_t count, std::int64_t width,
             std::span<const std::int64_t> indices, std::span<float> batch) {
  // BEGIN SOLUTION collate
  auto to = batch.begin();
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= count) {
      throw std::out_of_range("there is no item " + std::to_string(index) + ": the dataset has " +
                              std::to_string(count) + " items");
    }
    const auto row = items.subspan(static_cast<std::size_t>(index * width), static_cast<std::size_t>(width));
    to = std::copy(row.begin(), row.end(), to);
  }
  // END SOLUTION
}

/// Loads the items 0 to count - 1 in worker threads, and hands them to consume(i, item) in order, on the
/// thread of the caller. While an item is consumed, the next ones are loaded. At most `ahead` items are in
/// loading, or wait until they are handed over. workers and ahead are at least 1.
///
///     prefetch(1000, 4, 8, read_image, train)    four threads read, at most eight images are in memory
///
/// If load(i) throws, the items before i are consumed, then the exception goes to the caller. If consume()
/// throws, the exception goes to the caller at once. In any case all threads have ended before.
///
/// 1. Shared by all threads, and guarded by one std::mutex: the index of the next item to load, that of the
///    next to consume, a slot for each of `ahead` items, and whether to stop. Item i uses slot i % ahead.
/// 2. A worker waits, by a std::condition_variable, until there is something to do: the next item to load is
///    less than the next to consume plus ahead. It takes the index, and loads without the lock. Then it puts
///    the item into its slot, or the exception, by std::current_exception(), and notifies.
/// 3. The caller waits until the slot of the next item is full, empties it, notifies, and consumes the item
///    without the lock; if there is an exception in it, std::rethrow_exception() throws it.
/// 4. At the end, also after an exception: set `stop` under the lock, notify all, and join all threads. A
///    std::thread that is destroyed without join() ends the program.
void prefetch(std::int64_t count, int workers, std::int64_t ahead,
              const std::function<Item(std::int64_t)>& load,
              const std::function<void(std::int64_t, Item)>& consume) {
  // BEGIN SOLUTION prefetch
  struct Slot {
    bool full = false;
    Item item = {};
    std::exception_ptr error = {};
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Slot> slots(static_cast<std::size_t>(ahead));
  std::int64_t next_load = 0, next_consume = 0;
  bool stop = false;
  const auto slot_of = [&](std::int64_t i) -> Slot& { return slots[static_cast<std::size_t>(i % ahead)]; };

  const auto work = [&] {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || next_load == count || next_load < next_consume + ahead; });
      if (stop || next_load == count) return;
      const std::int64_t i = next_load++;
      lock.unlock();
      Slot loaded{.full = true};
      try {
        loaded.item = load(i);
      } catch (...) {
        loaded.error = std::current_exception();
      }
      lock.lock();
      slot_of(i) = std::move(loaded);
      changed.notify_all();
    }
  };
  const auto take = [&](std::int64_t i) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return slot_of(i).full; });
    Slot taken = std::exchange(slot_of(i), {});
    ++next_consume;
    changed.notify_all();
    if (taken.error) std::rethrow_exception(taken.error);
    return std::move(taken.item);
  };

  std::vector<std::thread> threads;
  std::exception_ptr error;
  try {
    for (int i = 0; i < workers; ++i) threads.emplace_back(work);
    for (std::int64_t i = 0; i < count; ++i) consume(i, take(i));
  } catch (...) {
    error = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex);
    stop = true;
  }
  changed.notify_all();
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
  // END SOLUTION
}

}  // namespace dataloader
