// Sums of many sources, in blocks of neighbouring lines.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "core/ops/random.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {
namespace {

/// x[index[k][i]][i] += source[k][i], or with the axes exchanged; in f64.
std::vector<float> sums(const Tensor& x, int axis, const Tensor& index, const Tensor& source) {
  const std::vector<float> before = x.to_vector<float>(), added = source.to_vector<float>();
  const std::vector<std::int64_t> at = index.to_vector<std::int64_t>();
  std::vector<double> totals(before.begin(), before.end());
  const std::int64_t columns = x.size(1), source_columns = source.size(1);
  for (std::int64_t k = 0; k < source.numel(); ++k) {
    const std::int64_t row = k / source_columns, column = k % source_columns;
    const std::int64_t target = at[static_cast<std::size_t>(k)];
    const std::int64_t to = axis == 0 ? target * columns + column : row * columns + target;
    totals[static_cast<std::size_t>(to)] += static_cast<double>(added[static_cast<std::size_t>(k)]);
  }
  std::vector<float> result;
  for (const double total : totals) result.push_back(static_cast<float>(total));
  return result;
}

void expect_sums(const Shape& shape, int axis, const Shape& sources) {
  Generator generator(5);
  const Tensor x = randn(shape, {.device = backend()}, generator);
  const Tensor index = randint(0, shape[axis], sources, {.device = backend()}, generator);
  const Tensor source = randn(sources, {.device = backend()}, generator);
  EXPECT_EQ(scatter_add(x, axis, index, source).to_vector<float>(), sums(x, axis, index, source));
}

TEST(ScatterAdd, AddsInOrderInF64ForAnyNumberOfLines) {
  expect_sums({7, 600}, 0, {300, 600});
  expect_sums({5'000, 37}, 0, {2'000, 37});  // fewer than a buffer's lines
  expect_sums({37, 50}, 1, {37, 2'000});
  expect_sums({1, 3'000}, 1, {1, 2'000});
  expect_sums({9'000, 2}, 0, {50, 2});  // sorted
}

}  // namespace
}  // namespace tinytorch::testing
