// Rows that are long enough for several threads, and ranks that do not fit into the entries of
// kernels/cpu/sort_entries.h.
#include "core/ops/sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {
namespace {

template <class T>
std::vector<std::int64_t> sorting_indices(const std::vector<T>& x, bool descending) {
  const auto less = [](T a, T b) {
    return a < b || (std::isnan(static_cast<double>(b)) && !std::isnan(static_cast<double>(a)));
  };
  std::vector<std::int64_t> indices(x.size());
  std::iota(indices.begin(), indices.end(), std::int64_t{0});
  std::ranges::stable_sort(indices, [&](std::int64_t i, std::int64_t j) {
    const T a = x[static_cast<std::size_t>(i)], b = x[static_cast<std::size_t>(j)];
    return descending ? less(b, a) : less(a, b);
  });
  return indices;
}

template <class T>
void expect_sorted(const std::vector<T>& x) {
  const auto n = static_cast<std::int64_t>(x.size());
  const Tensor tensor = from_values(x, {n}, backend());
  for (const bool descending : {false, true}) {
    std::vector<std::int64_t> expected = sorting_indices(x, descending);
    const Sorted<Tensor> all = sort(tensor, 0, descending);
    EXPECT_EQ(all.indices.template to_vector<std::int64_t>(), expected);
    EXPECT_EQ(all.values.template to_vector<T>(), gather(tensor, 0, all.indices).template to_vector<T>());
    for (const std::int64_t k : {n, n / 10, std::int64_t{100}, std::int64_t{1}}) {
      const Sorted<Tensor> first = topk(tensor, k, 0, descending);
      expected.resize(static_cast<std::size_t>(k));
      EXPECT_EQ(first.indices.template to_vector<std::int64_t>(), expected) << k;
      EXPECT_EQ(first.values.template to_vector<T>(),
                gather(tensor, 0, first.indices).template to_vector<T>());
    }
  }
}

/// Only the CPU sorts long rows in another way.
std::size_t row_length() { return backend().type == DeviceType::cuda ? 3'001 : 150'001; }

template <class T, class F>
std::vector<T> generated(const F& f) {
  std::mt19937_64 random(3);
  std::vector<T> x(row_length());
  for (T& element : x) element = static_cast<T>(f(random()));
  return x;
}

TEST(Sort, SortsLongRowsStably) {
  expect_sorted(generated<float>([](std::uint64_t word) {
    return word % 100 == 0 ? std::numeric_limits<double>::infinity()
                           : static_cast<double>(word % 20'000) - 1e4;
  }));
  expect_sorted(generated<std::int32_t>([](std::uint64_t word) { return word % 20'000; }));
  expect_sorted(generated<std::int64_t>([](std::uint64_t word) { return word; }));
}

TEST(Sort, TellsNumbersApartThatDifferInTheirLastBits) {
  // The two large ones leave no room for those bits and an index in one entry.
  std::vector<double> x =
      generated<double>([](std::uint64_t word) { return 1 + static_cast<double>(word % 1000) * 0x1p-52; });
  x[7] = std::numeric_limits<double>::max();
  x[9] = -x[7];
  expect_sorted(x);
  std::vector<std::int64_t> y = generated<std::int64_t>([](std::uint64_t word) { return word % 50; });
  y[7] = std::numeric_limits<std::int64_t>::max();
  y[9] = std::numeric_limits<std::int64_t>::min();
  expect_sorted(y);
}

TEST(Sort, PutsNanLastAndKeepsTheOrderOfZeros) {
  std::vector<float> x(row_length());
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = i % 3 == 0      ? 0.0f
           : i % 3 == 1    ? -0.0f
           : i % 1000 == 2 ? std::numeric_limits<float>::quiet_NaN()
                           : 1.0f;
  const Tensor tensor = from_values(x, {static_cast<std::int64_t>(x.size())}, backend());
  for (const bool descending : {false, true})
    EXPECT_EQ(sort(tensor, 0, descending).indices.to_vector<std::int64_t>(), sorting_indices(x, descending));
}

TEST(Sort, SortsEqualElementsAndSortedRows) {
  expect_sorted(std::vector<float>(row_length(), 2.0f));
  std::vector<float> x(row_length());
  std::iota(x.begin(), x.end(), 0.0f);
  expect_sorted(x);
}

}  // namespace
}  // namespace tinytorch::testing
