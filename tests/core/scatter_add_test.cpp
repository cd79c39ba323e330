// Sums of many sources, in blocks of neighbouring lines.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "core/ops/random.h"
#include "tests/support/backend.h"
#include "tests/support/threads.h"

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

/// On the CPU's threads long enough to be divided; the emulated device is too slow for so many elements.
std::int64_t long_line() { return is_emulated(backend()) ? 3'000 : 200'000; }

TEST(ScatterAdd, AddsInOrderInF64ForAnyNumberOfLines) {
  expect_sums({7, 600}, 0, {300, 600});
  expect_sums({5'000, 37}, 0, {2'000, 37});  // fewer than a buffer's lines
  expect_sums({37, 50}, 1, {37, 2'000});
  expect_sums({1, 3'000}, 1, {1, 2'000});
  expect_sums({9'000, 2}, 0, {50, 2});  // sorted
}

TEST(ScatterAdd, AddsLongLinesInChunks) {
  Generator generator(6);
  const Options integers{.dtype = DType::i64, .device = backend()};
  const Tensor x = randint(-9, 9, {3, 11}, integers, generator);
  const Tensor index = randint(0, 11, {3, long_line()}, integers, generator);
  const Tensor source = randint(-9, 9, {3, long_line()}, integers, generator);
  const std::vector<float> expected =
      sums(x.to(DType::f32), 1, index, source.to(DType::f32));  // exact: the terms are integers
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64}) {
    EXPECT_EQ(scatter_add(x.to(dtype), 1, index, source.to(dtype)).to_vector<float>(), expected);
  }
}

TEST(ScatterAdd, HasTheSameBitsForAnyNumberOfThreads) {
  Generator generator(7);
  const std::int64_t n = long_line() / 50;
  const auto values = [&](const Shape& shape) { return randn(shape, {.device = backend()}, generator); };
  const auto sum_to = [&](std::int64_t targets, int axis, const Shape& sources) {
    Shape shape = sources;
    shape[axis] = targets;
    const Tensor x = values(shape), source = values(sources);
    const Tensor index = randint(0, targets, sources, {.device = backend()}, generator);
    return [=] { return scatter_add(x, axis, index, source); };
  };
  const Tensor rows = values({90, 70}), sources = values({n, 70});
  const Tensor index = randint(0, 90, {n}, {.device = backend()}, generator);
  expect_same_bits({
      sum_to(100, 1, {2, long_line()}),
      sum_to(3, 0, {long_line()}),
      sum_to(50, 1, {n / 4, 60}),
      sum_to(50, 0, {60, n / 4}),
      sum_to(9'000, 0, {n / 4, 2}),
      [&] { return index_add(rows, 0, index, sources); },
  });
}

}  // namespace
}  // namespace tinytorch::testing
