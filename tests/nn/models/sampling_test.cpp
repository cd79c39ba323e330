#include "nn/models/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

/// How often each of four tokens is drawn in 4000 draws from one row of logits.
std::vector<double> shares(const Tensor& logits, const nn::SamplingOptions& options) {
  constexpr std::int64_t kDraws = 4000;
  Generator generator(3);
  const Tensor tokens = nn::sample_token(here(expand(logits, {kDraws, 4})), options, generator);
  std::vector<double> result(4);
  for (const std::int64_t token : tokens.to_vector<std::int64_t>())
    result.at(static_cast<std::size_t>(token)) += 1.0 / kDraws;
  return result;
}

/// Logits of the probabilities 0.5, 0.25, 0.15 and 0.1, up to a constant.
Tensor logits_of_four() { return Tensor{std::log(0.15), std::log(0.5), std::log(0.1), std::log(0.25)} + 7.0; }

void expect_shares(const nn::SamplingOptions& options, const std::vector<double>& expected) {
  const std::vector<double> found = shares(logits_of_four(), options);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], 0.03) << i;
    EXPECT_EQ(found[i] == 0, expected[i] == 0) << i;
  }
}

TEST(SampleToken, DrawsWithTheProbabilitiesOfTheSoftmax) {
  expect_shares({}, {0.15, 0.5, 0.1, 0.25});
  expect_shares({.temperature = 0.5}, {0.0225 / 0.345, 0.25 / 0.345, 0.01 / 0.345, 0.0625 / 0.345});
  expect_shares({.temperature = 1e-310}, {0, 1, 0, 0});
}

TEST(SampleToken, ChoosesTheLargestAtATemperatureOfZero) {
  Generator generator(3), unused(3);
  const Tensor logits = here(Tensor{{{1.0, 3.0, 3.0}, {5.0, 0.0, 1.0}}});
  EXPECT_TENSOR_EQ(nn::sample_token(logits, {.temperature = 0}, generator), here(Tensor{{1, 0}}));
  EXPECT_EQ(generator.state().offset, unused.state().offset);
}

TEST(SampleToken, DrawsAmongTheKLargest) {
  expect_shares({.top_k = 2}, {0, 2.0 / 3, 0, 1.0 / 3});
  expect_shares({.top_k = 1}, {0, 1, 0, 0});
  expect_shares({.top_k = 100}, {0.15, 0.5, 0.1, 0.25});
}

TEST(SampleToken, DrawsAmongThoseThatReachTopP) {
  expect_shares({.top_p = 0.6}, {0, 2.0 / 3, 0, 1.0 / 3});
  expect_shares({.top_p = 0.8}, {0.15 / 0.9, 0.5 / 0.9, 0, 0.25 / 0.9});
  expect_shares({.top_p = 1e-9}, {0, 1, 0, 0});
  expect_shares({.top_p = 1}, {0.15, 0.5, 0.1, 0.25});
  expect_shares({.top_k = 3, .top_p = 0.6}, {0, 2.0 / 3, 0, 1.0 / 3});
}

TEST(SampleToken, IsDeterminedByItsGenerator) {
  Generator generator(3), copy(generator);
  const Tensor logits = here(zeros({100, 50}));
  const nn::SamplingOptions options{.top_k = 20, .top_p = 0.9};
  const Tensor tokens = nn::sample_token(logits, options, generator);
  EXPECT_EQ(tokens.device(), backend());
  EXPECT_TENSOR_EQ(nn::sample_token(logits, options, copy), tokens);
  EXPECT_FALSE(equal(nn::sample_token(logits, options, copy), tokens));
}

TEST(SampleToken, SaysWhatIsWrong) {
  const Tensor logits = here(zeros({2, 3}));
  EXPECT_ERROR(nn::sample_token(logits, {.temperature = -1}), ValueError,
               "[sample_token] temperature is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::sample_token(logits, {.top_k = 0}), ValueError,
               "[sample_token] top_k is 0; it must be at least 1");
  EXPECT_ERROR(nn::sample_token(logits, {.top_p = 1.5}), ValueError,
               "[sample_token] top_p is 1.5; it must be above 0 and at most 1");
  EXPECT_ERROR(nn::sample_token(here(Tensor{1, 2})), DTypeError,
               "[sample_token] the logits are i64; they must be floating");
  EXPECT_ERROR(nn::sample_token(here(ones({}))), ShapeError,
               "[sample_token] the logits are []; wanted [..., vocabulary]");
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const double each : {std::numeric_limits<double>::quiet_NaN(), kInf, -kInf}) {
    for (const double temperature : {0.0, 1.0}) {
      EXPECT_ERROR(nn::sample_token(here(full({3}, each)), {.temperature = temperature}), ValueError,
                   "[sample_token] a row of the logits has NaN, +inf or only -inf");
    }
  }
}

}  // namespace
}  // namespace tinytorch::testing
