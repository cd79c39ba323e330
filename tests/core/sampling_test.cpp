#include "core/ops/sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/dropout.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

Tensor here(const Tensor& x) { return x.to(backend()); }
Tensor f64(const std::vector<double>& values, const Shape& shape) {
  return from_values(values, shape, backend());
}

/// Expects the same bits of `draw` on the device under test and on the CPU.
template <class Draw>
void expect_same_bits_as_on_the_cpu(const Draw& draw, const Tensor& x) {
  Generator one(7), other(7);
  const Tensor there = draw(x.to(Device::cpu()), one), device = draw(here(x), other);
  EXPECT_EQ(device.device(), backend());
  EXPECT_TRUE(equal(device.to(Device::cpu()), there));
  EXPECT_EQ(one.state().offset, other.state().offset);
}

TEST(Dropout, HasTheSameBitsOnEachDevice) {
  Generator source(1);
  const auto draw = [](const Tensor& x, Generator& generator) { return dropout(x, 0.4, true, generator); };
  expect_same_bits_as_on_the_cpu(draw, rand({1003}, {}, source));
  expect_same_bits_as_on_the_cpu(draw, transpose(rand({31, 17}, {.dtype = DType::f64}, source)));
}

TEST(Dropout, KeepsElementsWhoseUniformNumberIsAtLeastP) {
  Generator one(3), other(3);
  const Tensor kept = dropout(ones({1001}, {.device = backend()}), 0.3, true, one);
  const Tensor uniform = rand({1001}, {.device = backend()}, other);
  EXPECT_TENSOR_EQ(kept, (uniform >= 0.3f).to(DType::f32) * (1 / 0.7));
  EXPECT_EQ(one.state().offset, other.state().offset);
}

TEST(Dropout, DoesNotAdvanceTheGeneratorIfItDropsNothing) {
  Generator source(3);
  const Tensor x = here(Tensor{1.0, 2.0});
  EXPECT_TENSOR_EQ(dropout(x, 0.5, false, source), x);
  EXPECT_TENSOR_EQ(dropout(x, 0, true, source), x);
  EXPECT_EQ(source.state().offset, 0u);
}

TEST(Dropout, RefusesWhatIsNoProbability) {
  EXPECT_ERROR(dropout(here(Tensor{1.0}), 1.5), ValueError, "[dropout] p is 1.5; it must be in [0, 1]");
  EXPECT_ERROR(dropout(here(Tensor{1.0}), -0.5, false), ValueError,
               "[dropout] p is -0.5; it must be in [0, 1]");
  EXPECT_ERROR(dropout(here(Tensor{1})), DTypeError,
               "[dropout] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
}

TEST(Bernoulli, HasTheSameBitsOnEachDevice) {
  Generator source(1);
  const auto draw = [](const Tensor& p, Generator& generator) { return bernoulli(p, generator); };
  expect_same_bits_as_on_the_cpu(draw, rand({1003}, {}, source));
  expect_same_bits_as_on_the_cpu(draw, rand({37}, {.dtype = DType::f64}, source));
}

TEST(Bernoulli, DrawsInProportion) {
  Generator source(5);
  const Tensor drawn = bernoulli(full({20000}, 0.3, {.dtype = DType::f32, .device = backend()}), source);
  EXPECT_NEAR(mean(drawn).item(), 0.3, 0.015);  // 4.6 deviations of 0.00324
}

TEST(Bernoulli, RefusesWhatIsNoProbability) {
  EXPECT_ERROR(bernoulli(here(Tensor{0.5, 1.5})), ValueError,
               "[bernoulli] probabilities are 0.5 to 1.5; they must be in [0, 1]");
  EXPECT_THROW(bernoulli(here(Tensor{1})), DTypeError);
}

TEST(NormalNumbers, AreScaledAndShifted) {
  Generator one(5), other(5);
  const Options options{.dtype = DType::f64, .device = backend()};
  EXPECT_TENSOR_EQ(normal(3, 2, {5}, options, one), randn({5}, options, other) * 2 + 3);
  EXPECT_ERROR(normal(0, -1, {2}), ValueError, "[normal] deviation is -1; it must not be negative");
}

TEST(Multinomial, HasTheSameBitsOnEachDevice) {
  Generator source(1);
  const Tensor weights = rand({3, 2, 11}, {}, source);
  for (const bool replacement : {false, true}) {
    expect_same_bits_as_on_the_cpu(
        [=](const Tensor& w, Generator& generator) { return multinomial(w, 5, replacement, generator); },
        weights);
  }
  EXPECT_EQ(multinomial(weights, 5).shape(), (Shape{3, 2, 5}));
}

/// The relative frequency of each index in the draws of one row.
std::vector<double> frequencies(const Tensor& drawn, std::size_t n) {
  std::vector<double> result(n);
  const std::vector<std::int64_t> all = drawn.to_vector<std::int64_t>();
  for (const std::int64_t index : all)
    result.at(static_cast<std::size_t>(index)) += 1 / static_cast<double>(all.size());
  return result;
}

TEST(Multinomial, DrawsInProportionToTheWeights) {
  Generator source(9);
  const Tensor weights = f64({0, 1, 0, 3, 4, 0}, {6});
  const std::vector<double> drawn = frequencies(multinomial(weights, 20000, true, source), 6);
  const std::vector<double> wanted{0, 0.125, 0, 0.375, 0.5, 0};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(drawn[i], wanted[i], wanted[i] * 0.04) << i;
}

TEST(Multinomial, WithoutReplacementDrawsTheFirstInProportionAndNoneTwice) {
  Generator source(9);
  const Tensor weights = expand(f64({1, 0, 3, 4}, {4}), {8000, 4});
  const Tensor drawn = multinomial(weights, 3, false, source);
  const std::vector<double> first = frequencies(slice(drawn, 1, 0, 1), 4);
  const std::vector<double> wanted{0.125, 0, 0.375, 0.5};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(first[i], wanted[i], wanted[i] * 0.1) << i;
  const std::vector<std::int64_t> indices = drawn.to_vector<std::int64_t>();
  for (std::size_t row = 0; row < 8000; ++row) {
    std::vector<std::int64_t> of_row(indices.begin() + static_cast<std::ptrdiff_t>(3 * row),
                                     indices.begin() + static_cast<std::ptrdiff_t>(3 * row + 3));
    std::sort(of_row.begin(), of_row.end());
    ASSERT_EQ(of_row, (std::vector<std::int64_t>{0, 2, 3}));
  }
  // Given that 2 came first, 3 comes second in 4 of 5 rows.
  int second = 0, rows = 0;
  for (std::size_t row = 0; row < 8000; ++row) {
    if (indices[3 * row] != 2) continue;
    ++rows;
    second += indices[3 * row + 1] == 3;
  }
  EXPECT_NEAR(static_cast<double>(second) / rows, 0.8, 0.03);
}

TEST(Multinomial, RefusesWhatCannotBeDrawn) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_ERROR(multinomial(f64({1, 0}, {2}), 2), ValueError,
               "[multinomial] row 0 has 1 positive weights, fewer than 2 samples; draw with replacement");
  EXPECT_ERROR(multinomial(f64({1, 2, 3, -1}, {2, 2}), 1), ValueError,
               "[multinomial] weight 1 of row 1 is -1; it must be finite and not negative");
  EXPECT_ERROR(multinomial(f64({inf}, {1}), 1), ValueError,
               "[multinomial] weight 0 of row 0 is inf; it must be finite and not negative");
  EXPECT_ERROR(multinomial(f64({0, 0}, {2}), 1), ValueError,
               "[multinomial] the weights of row 0 sum to 0; the sum must be positive and finite");
  EXPECT_ERROR(multinomial(f64({1}, {1}), 0), ValueError, "[multinomial] samples is 0; it must be positive");
  EXPECT_ERROR(multinomial(f64({1}, {}), 1), ShapeError,
               "[multinomial] takes weights [..., n], not a 0-dimensional tensor");
  EXPECT_THROW(multinomial(here(Tensor{1, 2}), 1), DTypeError);
}

TEST(Permutation, HasEachIndexOnceAndTheSameOnEachDevice) {
  Generator one(4), other(4), third(5);
  const Tensor there = permutation(1000, {}, one), device = permutation(1000, {.device = backend()}, other);
  EXPECT_EQ(device.device(), backend());
  EXPECT_TRUE(equal(device.to(Device::cpu()), there));
  std::vector<std::int64_t> permuted = there.to_vector<std::int64_t>();
  EXPECT_FALSE(equal(there, permutation(1000, {}, third)));
  EXPECT_FALSE(std::is_sorted(permuted.begin(), permuted.end()));
  std::sort(permuted.begin(), permuted.end());
  for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(permuted[i], static_cast<std::int64_t>(i));
}

TEST(Permutation, MayBeEmptyAndOfOtherTypes) {
  EXPECT_EQ(permutation(0).shape(), Shape{0});
  EXPECT_EQ(permutation(256, {.dtype = DType::u8}).dtype(), DType::u8);
  EXPECT_ERROR(permutation(257, {.dtype = DType::u8}), DTypeError,
               "[permutation] u8 cannot hold the integers up to 256");
  EXPECT_ERROR(permutation(2, {.dtype = DType::f32}), DTypeError,
               "[permutation] makes integer tensors, but f32 was asked for");
  EXPECT_ERROR(permutation(-1), ValueError, "[permutation] n is -1; it must not be negative");
}

TEST(Permutation, IsUniform) {
  Generator source(11);
  std::vector<int> counts(6);
  for (int i = 0; i < 6000; ++i) {
    const std::vector<std::int64_t> p = permutation(3, {}, source).to_vector<std::int64_t>();
    ++counts[static_cast<std::size_t>(p[0] * 2 + (p[1] > p[2]))];
  }
  for (const int each : counts) EXPECT_NEAR(each, 1000, 140);  // 4.8 deviations
}

TEST(Multinomial, NeverDrawsAnIndexWithoutWeight) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Generator generator(seed);
    const Tensor drawn = multinomial(f64({0, 1e-310, 1e-310}, {3}), 2, false, generator);
    EXPECT_EQ(min(drawn).item<std::int64_t>(), 1);
    EXPECT_EQ(max(drawn).item<std::int64_t>(), 2);
  }
}

TEST(Multinomial, DoesNotAdvanceTheGeneratorIfItThrows) {
  Generator generator(1);
  EXPECT_THROW(multinomial(f64({1, -1}, {2}), 1, true, generator), ValueError);
  EXPECT_THROW(multinomial(f64({1, 0}, {2}), 2, false, generator), ValueError);
  EXPECT_EQ(generator.state().offset, 0u);
}

}  // namespace
}  // namespace tinytorch::testing
