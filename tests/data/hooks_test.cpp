#include "nn/hooks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/random.h"
#include "nn/data/byte_pair_tokenizer.h"
#include "nn/data/dataset.h"
#include "nn/data/sampler.h"
#include "nn/dense.h"
#include "nn/init.h"
#include "nn/optim/schedule.h"
#include "nn/optim/sgd.h"
#include "tests/support/replaced_hook.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(InitHooks, GiveTheScaleOfAWeight) {
  Generator first(1), second(1);
  const Tensor uniform = nn::init::xavier_uniform()({3, 2}, {}, first),
               normal = nn::init::he_normal()({3, 8}, {}, first);
  const ReplacedHook bound(nn::hooks::xavier_bound, [](double fan_in, double fan_out) {
    return std::sqrt(6 / (fan_in + fan_out)) * 2;
  });
  const ReplacedHook deviation(nn::hooks::he_deviation,
                               [](double fan_in) { return std::sqrt(2 / fan_in) * 3; });
  EXPECT_TENSOR_NEAR(nn::init::xavier_uniform()({3, 2}, {}, second), uniform * 2, 1e-6);
  EXPECT_TENSOR_NEAR(nn::init::he_normal()({3, 8}, {}, second), normal * 3, 1e-6);
}

TEST(CosineRateHook, GivesTheRateOfAStep) {
  const ReplacedHook hook(nn::hooks::cosine_rate,
                          [](double base, double lowest, std::int64_t step, std::int64_t steps) {
                            return base + lowest + static_cast<double>(step * steps);
                          });
  nn::Dense model(2, 1);
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.5});
  nn::CosineSchedule schedule(optimizer, {.steps = 10, .lowest = 0.25});
  EXPECT_EQ(optimizer.learning_rate(), 0.75);
  schedule.step();
  EXPECT_EQ(optimizer.learning_rate(), 10.75);
}

TEST(ShuffledHook, GivesTheOrderOfAnEpoch) {
  const ReplacedHook hook(
      nn::hooks::shuffled, [](std::int64_t items, std::uint64_t seed, std::int64_t epoch) {
        return std::vector<std::int64_t>{items - 3, static_cast<std::int64_t>(seed), epoch};
      });
  EXPECT_EQ(nn::RandomSampler(3, {.seed = 1}).indices(2), (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_ERROR(nn::RandomSampler(3, {.seed = 2}).indices(2), ValueError,
               "[RandomSampler] the hook shuffled gave 3 indices for 3 items, not each of them once");
  EXPECT_ERROR(nn::DistributedSampler(4, {.ranks = 2, .shuffle = true}).indices(0), ValueError,
               "[DistributedSampler] the hook shuffled gave 3 indices for 4 items, not each of them once");
}

TEST(CollateHook, MakesABatchOrLeavesIt) {
  const ReplacedHook hook(nn::hooks::collate, [](const Tensor& items, std::span<const std::int64_t> indices) {
    return items.rank() == 1 ? Tensor() : full({static_cast<std::int64_t>(indices.size()), 2}, 9.0);
  });
  const nn::TensorDataset data({zeros({4, 2}), Tensor{0.0, 1.0, 2.0, 3.0}});
  const std::vector<std::int64_t> indices{3, 1};
  const nn::Batch batch = data.batch(indices);
  EXPECT_TENSOR_EQ(batch[0], full({2, 2}, 9.0));
  EXPECT_TENSOR_EQ(batch[1], (Tensor{3.0, 1.0}));
  EXPECT_ERROR(nn::TensorDataset({zeros({4, 3})}).batch(indices), ValueError,
               "[TensorDataset] the hook collate gave [2, 2] of f32 on cpu; [2, 3] of f32 on cpu is wanted");
}

using Pairs = std::vector<std::pair<std::int32_t, std::int32_t>>;
using Words = std::vector<nn::hooks::BytePairWord>;

TEST(BytePairsHook, LearnsTheMerges) {
  const ReplacedHook hook(nn::hooks::byte_pairs,
                          [](const Words& words, std::size_t most, std::int64_t minimum) {
                            EXPECT_EQ(words.size(), 1U);
                            EXPECT_EQ(words.at(0).count, 1);
                            EXPECT_EQ(most, 2U);
                            EXPECT_EQ(minimum, 2);
                            const std::vector<std::int32_t>& t = words.at(0).tokens;  // of "abab"
                            return Pairs{{t[0], t[1]}, {256, 256}};
                          });
  const auto tokenizer = nn::BytePairTokenizer::train("abab", {.vocabulary_size = 258});
  EXPECT_EQ(tokenizer.encode("ab"), (std::vector<std::int64_t>{256}));
  EXPECT_EQ(tokenizer.encode("abab"), (std::vector<std::int64_t>{257}));
}

TEST(BytePairsHook, MergesKnownTokensOnly) {
  const ReplacedHook hook(nn::hooks::byte_pairs, [](const Words&, std::size_t, std::int64_t) {
    return Pairs{{0, 256}};
  });
  EXPECT_ERROR(nn::BytePairTokenizer::train("ab", {.vocabulary_size = 258}), ValueError,
               "[BytePairTokenizer::train] the hook byte_pairs merges 0 and 256, and there are 256 tokens");
  EXPECT_ERROR(nn::BytePairTokenizer::train("ab", {.vocabulary_size = 256}), ValueError,
               "[BytePairTokenizer::train] the hook byte_pairs gave 1 merges, and 0 are wanted at most");
}

TEST(SampleHook, ChoosesATokenForEachRow) {
  const ReplacedHook hook(nn::hooks::sample, [](std::span<const float> logits,
                                                const nn::SamplingOptions& options, double uniform) {
    EXPECT_EQ(options.top_k, 2);
    EXPECT_TRUE(uniform >= 0 && uniform < 1) << uniform;
    return static_cast<std::int64_t>(logits[0]);
  });
  const Tensor tokens = nn::sample_token(Tensor{{1.0, 0.0, 0.0}, {2.0, 0.0, 0.0}}, {.top_k = 2});
  EXPECT_TENSOR_EQ(tokens, (Tensor{1, 2}).to(DType::i64));
  EXPECT_ERROR(nn::sample_token(Tensor{{3.0, 0.0, 0.0}}, {.top_k = 2}), ValueError,
               "[sample_token] the hook sample gave token 3 of 3");
}

}  // namespace
}  // namespace tinytorch::testing
