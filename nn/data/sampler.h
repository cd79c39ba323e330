#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

/// Samplers: which items an epoch takes, in which order. The order is a function of the number of the epoch
/// and of the options alone, so that a run that is resumed, or another machine, sees the same.
///
/// ```cpp
/// const nn::RandomSampler sampler(5, {.seed = 42});
/// const std::vector<std::int64_t> order = sampler.indices(0);  // a permutation of 0 to 4
/// ```
namespace tinytorch::nn {

class Sampler {
 public:
  Sampler() = default;
  virtual ~Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  /// The number of indices of each epoch.
  virtual std::int64_t size() const = 0;
  /// The indices of an epoch's items, in order.
  /// @param epoch  0 for the first epoch
  virtual std::vector<std::int64_t> indices(std::int64_t epoch) const = 0;
};

/// All items in order.
class SequentialSampler : public Sampler {
 public:
  /// @param items  the size of the dataset
  /// @throws ValueError  items is negative
  explicit SequentialSampler(std::int64_t items);

  std::int64_t size() const override { return items_; }
  std::vector<std::int64_t> indices(std::int64_t epoch) const override;

 private:
  std::int64_t items_;
};

/// All items, in a random order that differs from epoch to epoch.
class RandomSampler : public Sampler {
 public:
  struct Options {
    std::uint64_t seed = 0;
  };
  /// @param items  the size of the dataset
  /// @throws ValueError  items is negative
  RandomSampler(std::int64_t items, Options options);

  std::int64_t size() const override { return items_; }
  std::vector<std::int64_t> indices(std::int64_t epoch) const override;

 private:
  std::int64_t items_;
  Options options_;
};

/// Items drawn at random with replacement, each with a probability proportional to its weight.
class WeightedSampler : public Sampler {
 public:
  struct Options {
    std::int64_t samples = 0;  ///< indices of an epoch; 0: as many as weights
    std::uint64_t seed = 0;
  };
  /// @throws ValueError  a weight is negative or not finite, all are 0, or samples is negative
  WeightedSampler(const std::vector<double>& weights, Options options);

  std::int64_t size() const override { return options_.samples; }
  std::vector<std::int64_t> indices(std::int64_t epoch) const override;

 private:
  Tensor weights_;  // f64
  Options options_;
};

/// One rank's share of the items, when several processes train together: ranks take turns, and all get the
/// same number of items.
class DistributedSampler : public Sampler {
 public:
  struct Options {
    std::int64_t rank = 0;   ///< this process, from 0 to ranks - 1
    std::int64_t ranks = 1;  ///< the number of processes
    bool shuffle = true;     ///< the same order on all ranks, which therefore need the same seed
    /// The items that are left over when all ranks got the same number: dropped, or else filled up with the
    /// first items of the epoch.
    bool drop_last = false;
    std::uint64_t seed = 0;
  };
  /// @param items  the size of the dataset
  /// @throws ValueError  items is negative, or rank is not in [0, ranks)
  DistributedSampler(std::int64_t items, Options options);

  std::int64_t size() const override;
  std::vector<std::int64_t> indices(std::int64_t epoch) const override;

 private:
  std::int64_t items_;
  Options options_;
};

}  // namespace tinytorch::nn
