#include "core/ops/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/ops/reduction.h"
#include "kernels/math/random.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

constexpr std::int64_t kMany = 200000;

std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }

double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum / static_cast<double>(x.size());
}

/// The mean of (x - center)^power.
double moment(std::vector<double> x, double center, int power) {
  for (double& value : x) value = std::pow(value - center, power);
  return mean_of(x);
}

TEST(Philox, GivesTheKnownAnswers) {
  // kat_vectors of Random123, philox4x32 with 10 rounds: counter, key, result.
  struct Known {
    std::array<std::uint32_t, 4> counter;
    std::array<std::uint32_t, 2> key;
    std::array<std::uint32_t, 4> result;
  };
  constexpr std::uint32_t kOnes = 0xffffffff;
  for (const auto& [counter, key, result] :
       {Known{{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        Known{{kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        Known{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
              {0xa4093822, 0x299f31d0},
              {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}}) {
    const math::PhiloxBlock block =
        math::philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(block.word[i], result[i]);
  }
}

TEST(Random, SameSeedSameNumbers) {
  Generator a(42), b(42), c(43);
  const Options options{.device = backend()};
  const Tensor first = randn({100}, options, a);
  EXPECT_TENSOR_EQ(randn({100}, options, b), first);
  EXPECT_NE(values(randn({100}, options, c)), values(first));
  EXPECT_NE(values(randn({100}, options, a)), values(first));  // the sequence continues
  a.seed(42);
  EXPECT_TENSOR_EQ(randn({100}, options, a), first);
}

TEST(Random, SameNumbersOnEachDevice) {
  Generator here(7), there(7);
  EXPECT_TENSOR_EQ(rand({1000}, {.device = backend()}, here), rand({1000}, {}, there));
  EXPECT_TENSOR_EQ(randn({1001}, {.device = backend()}, here), randn({1001}, {}, there));
  EXPECT_TENSOR_EQ(randint(-5, 5, {33}, {.device = backend()}, here), randint(-5, 5, {33}, {}, there));
}

TEST(Random, ManualSeedRestartsThisThreadOnly) {
  manual_seed(5);
  const std::vector<double> first = values(rand({4}, {.device = backend()}));
  std::vector<double> elsewhere;
  std::thread([&] {
    manual_seed(6);
    elsewhere = values(rand({4}, {.device = backend()}));
  }).join();
  manual_seed(5);
  EXPECT_EQ(values(rand({4}, {.device = backend()})), first);
  manual_seed(6);
  EXPECT_EQ(values(rand({4}, {.device = backend()})), elsewhere);
}

TEST(Random, ContinuesFromASavedState) {
  Generator source(9);
  rand({10}, {.device = backend()}, source);
  const RandomStream state = source.state();
  const Tensor next = rand({10}, {.device = backend()}, source);
  Generator resumed;
  resumed.set_state(state);
  EXPECT_TENSOR_EQ(rand({10}, {.device = backend()}, resumed), next);
}

TEST(Random, F32NormalsAreTheF64OnesRounded) {
  Generator a(3), b(3);
  const Tensor exact = randn({1000}, {.dtype = DType::f64, .device = backend()}, a);
  EXPECT_TENSOR_EQ(randn({1000}, {.device = backend()}, b), exact.to(DType::f32));
}

TEST(Random, UniformNumbersFillTheUnitIntervalEvenly) {
  Generator source(1);
  for (const DType dtype : {DType::f32, DType::f64}) {
    const std::vector<double> x = values(rand({kMany}, {.dtype = dtype, .device = backend()}, source));
    EXPECT_GE(*std::min_element(x.begin(), x.end()), 0.0);
    EXPECT_LT(*std::max_element(x.begin(), x.end()), 1.0);
    EXPECT_NEAR(mean_of(x), 0.5, 0.004);  // six standard errors
    EXPECT_NEAR(moment(x, 0.5, 2), 1.0 / 12, 0.001);
    std::array<int, 10> bins{};
    for (const double value : x) ++bins[static_cast<std::size_t>(value * 10)];
    for (const int count : bins) EXPECT_NEAR(count, kMany / 10, 900);
  }
}

TEST(Random, NormalNumbersHaveTheirMoments) {
  Generator source(2);
  const std::vector<double> x = values(randn({kMany}, {.device = backend()}, source));
  EXPECT_NEAR(mean_of(x), 0, 0.014);
  EXPECT_NEAR(moment(x, 0, 2), 1, 0.02);
  EXPECT_NEAR(moment(x, 0, 3), 0, 0.06);
  EXPECT_NEAR(moment(x, 0, 4), 3, 0.15);
  EXPECT_GT(*std::max_element(x.begin(), x.end()), 3.5);
}

TEST(Random, IntegersAreEachAsLikely) {
  Generator source(3);
  const std::vector<std::int64_t> x =
      randint(-3, 4, {kMany}, {.device = backend()}, source).to_vector<std::int64_t>();
  std::array<int, 7> counts{};
  for (const std::int64_t value : x) ++counts.at(static_cast<std::size_t>(value + 3));
  for (const int count : counts) EXPECT_NEAR(count, static_cast<double>(kMany) / 7, 950);
}

TEST(Random, IntegersCoverTheWholeRangeOfTheirType) {
  Generator source(4);
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min(),
                         kHigh = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::int64_t> x =
      randint(kLow, kHigh, {1000}, {.device = backend()}, source).to_vector<std::int64_t>();
  EXPECT_LT(*std::min_element(x.begin(), x.end()), kLow / 2);
  EXPECT_GT(*std::max_element(x.begin(), x.end()), kHigh / 2);
  const Tensor bytes = randint(0, 256, {5000}, {.dtype = DType::u8, .device = backend()}, source);
  EXPECT_EQ(min(bytes).item<std::int32_t>(), 0);
  EXPECT_EQ(max(bytes).item<std::int32_t>(), 255);
}

TEST(Random, AdvancesByWholeBlocks) {
  Generator source(1);
  rand({5}, {.device = backend()}, source);  // four in a block
  EXPECT_EQ(source.state().offset, 2u);
  rand({0}, {.device = backend()}, source);
  EXPECT_EQ(source.state().offset, 2u);
  randn({3}, {.device = backend()}, source);  // two in a block
  EXPECT_EQ(source.state().offset, 4u);
}

TEST(Random, RefusesWhatItCannotMake) {
  EXPECT_ERROR(rand({2}, {.dtype = DType::i32}), DTypeError,
               "[rand] makes f32 or f64 tensors, but i32 was asked for");
  EXPECT_ERROR(randn({2}, {.dtype = DType::boolean}), DTypeError,
               "[randn] makes f32 or f64 tensors, but bool was asked for");
  EXPECT_ERROR(randint(0, 2, {2}, {.dtype = DType::f32}), DTypeError,
               "[randint] makes integer tensors, but f32 was asked for");
  EXPECT_ERROR(randint(3, 3, {2}), ValueError, "[randint] low (3) must be below high (3)");
  EXPECT_ERROR(randint(0, 257, {2}, {.dtype = DType::u8}), DTypeError,
               "[randint] u8 cannot hold the integers from 0 to 256");
  EXPECT_ERROR(randint(-1, 2, {2}, {.dtype = DType::u8}), DTypeError,
               "[randint] u8 cannot hold the integers from -1 to 1");
}

}  // namespace
}  // namespace tinytorch::testing
