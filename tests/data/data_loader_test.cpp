#include "nn/data/data_loader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <ranges>
#include <set>
#include <stdexcept>
#include <vector>

#include "core/error.h"
#include "core/ops/arithmetic.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

static_assert(std::ranges::input_range<nn::DataLoader>);

/// Item i is {i}. It counts the calls, and fails at items that are told it.
class Counting : public nn::Dataset {
 public:
  explicit Counting(std::int64_t size) : size_(size) {}
  std::int64_t size() const override { return size_; }
  nn::Item item(std::int64_t index) const override {
    ++calls;
    if (index == bad) throw std::runtime_error("it is damaged");
    return {Tensor(index).to(DType::i64)};
  }

  mutable std::atomic<int> calls = 0;
  std::atomic<std::int64_t> bad = -1;

 private:
  std::int64_t size_;
};

/// Item i is a random number of the default generator.
class Noise : public nn::Dataset {
 public:
  std::int64_t size() const override { return 30; }
  nn::Item item(std::int64_t) const override { return {rand({})}; }
};

using Numbers = std::vector<std::int64_t>;

Numbers numbers(const nn::Batch& batch) { return batch.at(0).to_vector<std::int64_t>(); }

std::vector<Numbers> epoch_of(nn::DataLoader& loader) {
  std::vector<Numbers> batches;
  for (const nn::Batch& batch : loader) batches.push_back(numbers(batch));
  return batches;
}

TEST(DataLoader, DividesAnEpochIntoBatches) {
  nn::DataLoader loader(std::make_shared<Counting>(5), {.batch_size = 2});
  EXPECT_EQ(loader.size(), 3);
  EXPECT_EQ(epoch_of(loader), (std::vector<Numbers>{{0, 1}, {2, 3}, {4}}));
  EXPECT_EQ(epoch_of(loader), (std::vector<Numbers>{{0, 1}, {2, 3}, {4}}));
  nn::DataLoader full(std::make_shared<Counting>(5), {.batch_size = 2, .drop_last = true});
  EXPECT_EQ(full.size(), 2);
  EXPECT_EQ(epoch_of(full), (std::vector<Numbers>{{0, 1}, {2, 3}}));
  nn::DataLoader none(std::make_shared<Counting>(0), {});
  EXPECT_EQ(none.size(), 0);
  EXPECT_EQ(epoch_of(none), std::vector<Numbers>{});
}

TEST(DataLoader, PutsBatchesOnADevice) {
  nn::DataLoader loader(std::make_shared<Counting>(3), {.batch_size = 3, .workers = 1, .device = backend()});
  for (const nn::Batch& batch : loader) {
    EXPECT_EQ(batch[0].device(), backend());
    EXPECT_TENSOR_EQ(batch[0], {0, 1, 2});
  }
}

TEST(DataLoader, ShufflesEachEpochInAnotherOrder) {
  nn::DataLoader loader(std::make_shared<Counting>(20), {.batch_size = 20, .shuffle = true, .seed = 3});
  const auto first = epoch_of(loader), second = epoch_of(loader);
  EXPECT_NE(first, second);
  EXPECT_EQ(std::set<std::int64_t>(first[0].begin(), first[0].end()).size(), 20U);
  nn::DataLoader again(std::make_shared<Counting>(20), {.batch_size = 20, .shuffle = true, .seed = 3});
  EXPECT_EQ(epoch_of(again), first);
}

TEST(DataLoader, TakesTheIndicesOfASampler) {
  const auto sampler = std::make_shared<nn::DistributedSampler>(
      6, nn::DistributedSampler::Options{.rank = 1, .ranks = 2, .shuffle = false});
  nn::DataLoader loader(std::make_shared<Counting>(6), {.batch_size = 2, .sampler = sampler});
  EXPECT_EQ(epoch_of(loader), (std::vector<Numbers>{{1, 3}, {5}}));
}

/// All that a loader gives in two epochs, as one list.
std::vector<float> values(int workers, int prefetch) {
  nn::DataLoaderOptions options{
      .batch_size = 4, .shuffle = true, .workers = workers, .prefetch = prefetch, .seed = 8};
  options.transform = [](const Tensor& x, std::span<const std::uint64_t> seeds) {
    return x + static_cast<double>(seeds.front() % 1000);
  };
  nn::DataLoader loader(std::make_shared<Noise>(), options);
  std::vector<float> all;
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (const nn::Batch& batch : loader) std::ranges::copy(batch[0].to_vector(), std::back_inserter(all));
  }
  return all;
}

TEST(DataLoaderThreads, DoNotChangeTheBatches) {
  const std::vector<float> expected = values(0, 1);
  EXPECT_EQ(expected.size(), 60U);
  EXPECT_EQ(std::set<float>(expected.begin(), expected.end()).size(), 60U);
  for (const int workers : {1, 2, 5, 40}) {
    for (const int prefetch : {1, 3})
      EXPECT_EQ(values(workers, prefetch), expected) << workers << ' ' << prefetch;
  }
}

TEST(DataLoader, LeavesTheGeneratorOfTheCaller) {
  manual_seed(5);
  const RandomStream before = default_generator().state();
  nn::DataLoader loader(std::make_shared<Noise>(), {.batch_size = 4});
  for (const nn::Batch& batch : loader) EXPECT_EQ(batch.size(), 1U);
  EXPECT_EQ(default_generator().state().seed, before.seed);
  EXPECT_EQ(default_generator().state().offset, before.offset);
}

TEST(DataLoaderThreads, ReadAheadNoMoreThanAsked) {
  const auto data = std::make_shared<Counting>(100);
  nn::DataLoader loader(data, {.workers = 2, .prefetch = 3});
  auto batch = loader.begin();
  while (data->calls < 7) std::this_thread::yield();  // the one that was taken, and six
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(data->calls, 7);
  ++batch;
  EXPECT_EQ(numbers(*batch), Numbers{1});
}

TEST(DataLoaderThreads, StopInTheMiddleOfAnEpoch) {
  for (int i = 0; i < 50; ++i) {
    nn::DataLoader loader(std::make_shared<Counting>(100), {.batch_size = 3, .workers = 3});
    auto batch = loader.begin();
    for (int taken = 0; taken < i % 5; ++taken) ++batch;
    EXPECT_EQ(numbers(*batch)[0], 3 * (i % 5));
  }
}

TEST(DataLoaderThreads, PassAnExceptionOnWithTheItem) {
  for (const int workers : {0, 1, 3}) {
    const auto data = std::make_shared<Counting>(10);
    data->bad = 5;
    nn::DataLoader loader(data, {.batch_size = 2, .workers = workers});
    std::vector<Numbers> seen;
    const auto loop = [&] {
      for (const nn::Batch& batch : loader) seen.push_back(numbers(batch));
    };
    EXPECT_ERROR(loop(), Error, "item 5 of the dataset: it is damaged");
    EXPECT_EQ(seen, (std::vector<Numbers>{{0, 1}, {2, 3}}));
    EXPECT_EQ(loader.state(), (nn::DataLoaderState{0, 2}));
    EXPECT_ERROR(loop(), Error, "item 5 of the dataset: it is damaged");
    data->bad = -1;
    loop();  // goes on where it failed
    EXPECT_EQ(seen, (std::vector<Numbers>{{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}}));
    EXPECT_EQ(loader.state(), (nn::DataLoaderState{1, 0}));
  }
}

TEST(DataLoader, BeginsTheNextEpochAfterABreak) {
  nn::DataLoader loader(std::make_shared<Counting>(6), {.batch_size = 2, .shuffle = true, .workers = 2});
  for (const nn::Batch& batch : loader) {
    EXPECT_EQ(batch.size(), 1U);
    break;
  }
  EXPECT_EQ(loader.state(), (nn::DataLoaderState{0, 1}));
  nn::DataLoader other(std::make_shared<Counting>(6), {.batch_size = 2, .shuffle = true});
  epoch_of(other);
  EXPECT_EQ(epoch_of(loader), epoch_of(other));
}

TEST(DataLoader, GoesOnFromASavedState) {
  const nn::DataLoaderOptions options{.batch_size = 3, .shuffle = true, .workers = 2, .seed = 4};
  nn::DataLoader loader(std::make_shared<Counting>(20), options);
  epoch_of(loader);
  auto batch = loader.begin();
  ++batch;
  const nn::DataLoaderState saved = loader.state();
  EXPECT_EQ(saved, (nn::DataLoaderState{1, 2}));
  std::vector<Numbers> rest;
  for (++batch; batch != loader.end(); ++batch) rest.push_back(numbers(*batch));
  const auto next = epoch_of(loader);

  nn::DataLoader resumed(std::make_shared<Counting>(20), options);
  resumed.load(saved);
  EXPECT_EQ(resumed.state(), saved);
  EXPECT_EQ(epoch_of(resumed), rest);
  EXPECT_EQ(epoch_of(resumed), next);
}

TEST(DataLoader, RefusesAStateThatItCannotHave) {
  nn::DataLoader loader(std::make_shared<Counting>(4), {.batch_size = 2});
  EXPECT_ERROR(loader.load({-1, 0}), ValueError, "[DataLoader::load] epoch is -1; it must be in [0, 2^53]");
  EXPECT_ERROR(loader.load({0, 2}), ValueError,
               "[DataLoader::load] epoch 0 has no batch 2; an epoch has 2 batches");
  EXPECT_ERROR(loader.load({0, -1}), ValueError,
               "[DataLoader::load] epoch 0 has no batch -1; an epoch has 2 batches");
  EXPECT_EQ(loader.state(), (nn::DataLoaderState{0, 0}));
}

/// A sampler that gives what it is told.
class Told : public nn::Sampler {
 public:
  Told(std::int64_t size, Numbers indices) : size_(size), indices_(std::move(indices)) {}
  std::int64_t size() const override { return size_; }
  std::vector<std::int64_t> indices(std::int64_t) const override { return indices_; }

 private:
  std::int64_t size_;
  Numbers indices_;
};

TEST(DataLoader, RefusesOptionsOutOfRange) {
  const auto data = std::make_shared<Counting>(3);
  const auto loader = [&](const nn::DataLoaderOptions& options) { return nn::DataLoader(data, options); };
  EXPECT_ERROR(nn::DataLoader(nullptr, {}), ValueError, "[DataLoader] the dataset is null");
  EXPECT_ERROR(loader({.batch_size = 0}), ValueError, "[DataLoader] batch_size is 0; it must be at least 1");
  EXPECT_ERROR(loader({.workers = -1}), ValueError, "[DataLoader] workers is -1; it must be at least 0");
  EXPECT_ERROR(loader({.workers = 1025}), ValueError, "[DataLoader] workers is 1025; there are at most 1024");
  EXPECT_ERROR(loader({.prefetch = 0}), ValueError, "[DataLoader] prefetch is 0; it must be at least 1");
  const auto too_many = std::make_shared<Told>(1, Numbers{0, 1});
  EXPECT_ERROR(loader({.shuffle = true, .sampler = too_many}), ValueError,
               "[DataLoader] both shuffle and a sampler are given; the sampler alone sets the order");
  EXPECT_ERROR(loader({.sampler = too_many}).begin(), ValueError,
               "[DataLoader] the sampler gave 2 indices, but its size is 1");
  EXPECT_ERROR(loader({.sampler = std::make_shared<Told>(1, Numbers{3})}).begin(), ValueError,
               "[DataLoader] the sampler gave index 3, but the dataset has 3 items");
}

}  // namespace
}  // namespace tinytorch::testing
