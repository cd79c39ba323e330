#include "nn/data/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/error.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using Indices = std::vector<std::int64_t>;

Indices sorted(Indices indices) {
  std::sort(indices.begin(), indices.end());
  return indices;
}

TEST(SequentialSampler, TakesAllInOrder) {
  const nn::SequentialSampler sampler(4);
  EXPECT_EQ(sampler.size(), 4);
  EXPECT_EQ(sampler.indices(0), (Indices{0, 1, 2, 3}));
  EXPECT_EQ(sampler.indices(9), (Indices{0, 1, 2, 3}));
  EXPECT_ERROR(nn::SequentialSampler(-1), ValueError,
               "[SequentialSampler] items is -1; it must not be negative");
  EXPECT_THROW(nn::SequentialSampler(std::int64_t{1} << 50).indices(0), MemoryError);
}

TEST(RandomSampler, TakesAllInAnOrderOfTheSeedAndEpoch) {
  const nn::RandomSampler sampler(50, {.seed = 1});
  const Indices first = sampler.indices(0);
  EXPECT_EQ(sorted(first), nn::SequentialSampler(50).indices(0));
  EXPECT_EQ(first, nn::RandomSampler(50, {.seed = 1}).indices(0));
  EXPECT_NE(first, sampler.indices(1));
  EXPECT_NE(first, nn::RandomSampler(50, {.seed = 2}).indices(0));
  EXPECT_NE(first, sorted(first));
  EXPECT_EQ(nn::RandomSampler(0, {}).indices(0), Indices{});
  EXPECT_ERROR(nn::RandomSampler(-1, {}), ValueError, "[RandomSampler] items is -1; it must not be negative");
}

TEST(WeightedSampler, DrawsInProportionToTheWeights) {
  const nn::WeightedSampler sampler({1, 0, 3}, {.samples = 8000, .seed = 5});
  const Indices drawn = sampler.indices(0);
  EXPECT_EQ(drawn.size(), 8000U);
  const auto count = [&](std::int64_t index) { return std::count(drawn.begin(), drawn.end(), index); };
  EXPECT_EQ(count(1), 0);
  EXPECT_NEAR(static_cast<double>(count(0)), 2000, 200);  // five standard deviations
  EXPECT_EQ(count(0) + count(2), 8000);
  EXPECT_NE(drawn, sampler.indices(1));
  EXPECT_EQ(nn::WeightedSampler({1, 2, 3}, {}).size(), 3);
}

TEST(WeightedSampler, RefusesWeightsThatDoNotSelect) {
  EXPECT_ERROR(nn::WeightedSampler({}, {}), ValueError, "[WeightedSampler] there are no weights");
  EXPECT_ERROR(nn::WeightedSampler({1}, {.samples = -2}), ValueError,
               "[WeightedSampler] samples is -2; it must not be negative");
  EXPECT_ERROR(nn::WeightedSampler({1, -1}, {}), ValueError,
               "[WeightedSampler] weight 1 of row 0 is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::WeightedSampler({0, 0}, {}), ValueError,
               "[WeightedSampler] the weights of row 0 sum to 0; the sum must be positive and finite");
}

TEST(DistributedSampler, SharesTheItemsAmongRanks) {
  for (const bool drop_last : {false, true}) {
    Indices all;
    for (std::int64_t rank = 0; rank < 3; ++rank) {
      const nn::DistributedSampler sampler(10, {.rank = rank, .ranks = 3, .drop_last = drop_last, .seed = 4});
      const Indices own = sampler.indices(2);
      EXPECT_EQ(static_cast<std::int64_t>(own.size()), sampler.size());
      EXPECT_EQ(sampler.size(), drop_last ? 3 : 4);
      all.insert(all.end(), own.begin(), own.end());
    }
    all = sorted(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    EXPECT_EQ(all.size(), drop_last ? 9U : 10U);
  }
}

TEST(DistributedSampler, TakesTurns) {
  const nn::DistributedSampler sampler(5, {.rank = 1, .ranks = 2, .shuffle = false});
  EXPECT_EQ(sampler.indices(0), (Indices{1, 3, 0}));
  EXPECT_EQ(nn::DistributedSampler(1, {.rank = 2, .ranks = 3, .shuffle = false}).indices(0), (Indices{0}));
  EXPECT_EQ(nn::DistributedSampler(0, {.rank = 2, .ranks = 3}).indices(0), Indices{});
  EXPECT_ERROR(nn::DistributedSampler(5, {.rank = 2, .ranks = 2}), ValueError,
               "[DistributedSampler] rank is 2; it must be in [0, ranks), and ranks is 2");
  EXPECT_ERROR(nn::DistributedSampler(-5, {}), ValueError,
               "[DistributedSampler] items is -5; it must not be negative");
}

}  // namespace
}  // namespace tinytorch::testing
