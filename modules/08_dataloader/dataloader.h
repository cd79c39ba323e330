#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

// What module 08 writes: dataloader_dev.cpp defines the functions at the end. Items are numbered from 0.
namespace dataloader {

/// Indices of items, in the order in which an epoch takes them.
using Order = std::vector<std::int64_t>;

/// The values of one item.
using Item = std::vector<float>;

/// Spreads each bit of a word over all of them. Different words have different results.
constexpr std::uint64_t mix(std::uint64_t word) {
  word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
  word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
  return word ^ (word >> 31U);
}

/// A random number generator: SplitMix64 (Steele, Lea and Flood 2014). A seed gives the same numbers on every
/// machine.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  /// The next number: any of 0 to 2^64 - 1, with equal probability.
  std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15U); }

 private:
  std::uint64_t state_;
};

std::uint64_t below(std::uint64_t n, SplitMix64& random);
Order shuffled_order(std::int64_t n, std::uint64_t seed, std::uint64_t epoch);
std::vector<std::int64_t> split_sizes(std::int64_t n, std::span<const double> fractions);
std::vector<Order> batches(std::span<const std::int64_t> order, std::int64_t batch_size, bool drop_last);
Order shard(std::span<const std::int64_t> order, std::int64_t rank, std::int64_t ranks);
void collate(std::span<const float> items, std::int64_t count, std::int64_t width,
             std::span<const std::int64_t> indices, std::span<float> batch);
void prefetch(std::int64_t count, int workers, std::int64_t ahead,
              const std::function<Item(std::int64_t)>& load,
              const std::function<void(std::int64_t, Item)>& consume);

}  // namespace dataloader
