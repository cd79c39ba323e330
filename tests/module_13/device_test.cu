// The checks of module 13: one suite an exercise, named in modules/13_kernels/module.json. They run on the
// device.
#include "modules/13_kernels/kernels_cuda.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "modules/course/check.h"
#include "modules/course/device_array.h"

// A check that compares nothing passes unless the kernel fails: it is for what the device reports, and comes
// before those that compare.
namespace kernels_cuda {
namespace {

using tinytorch::course::check;
using tinytorch::course::DeviceArray;
using Floats = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                kInfinity = std::numeric_limits<float>::infinity();

std::size_t size(int n) { return static_cast<std::size_t>(n); }

/// Small integers, so that sums and products are exact.
Floats integers(int n, unsigned seed) {
  Floats values(size(n));
  for (float& each : values) {
    seed = seed * 1664525 + 1013904223;
    each = static_cast<float>(seed >> 28) - 8;
  }
  return values;
}

/// Numbers in [-1, 1).
Floats fractions(int n, unsigned seed) {
  Floats values(size(n));
  for (float& each : values) {
    seed = seed * 1664525 + 1013904223;
    each = static_cast<float>(seed >> 16) / 32768 - 1;
  }
  return values;
}

Floats after_axpy(float a, const Floats& x, const Floats& y, int n) {
  DeviceArray<float> of_x(x), of_y(y);
  axpy(a, of_x.data(), of_y.data(), n, nullptr);
  return of_y.values();
}
void check_axpy(int n) {
  const Floats x = integers(n, 1), y = integers(n, 2);
  Floats expected;
  for (std::size_t i = 0; i < x.size(); ++i) expected.push_back(3 * x[i] + y[i]);
  check("y after axpy with a = 3 of", {x, y}, after_axpy(3, x, y, n), expected);
}

TEST(Axpy, AddsAMultiple) { check_axpy(256); }
TEST(Axpy, WritesNothingBeyondTheEnd) {
  EXPECT_EQ(after_axpy(1, Floats(100), Floats(100), 100).size(), 100U);  // or the kernel fails
}
TEST(Axpy, UpdatesEachElementOnce) { check_axpy(1000); }
TEST(Axpy, GoesOnInALargeVector) { check_axpy(2 * kThreads * kMostBlocks + 7); }
TEST(Axpy, OfNoElements) {
  check("y after axpy with n = 0 of", {Floats{1}}, after_axpy(1, {1}, {2}, 0), Floats{2});
}

Floats block_sum_of(const Floats& x) {
  DeviceArray<float> of_x(x), result(1);
  block_sum(of_x.data(), result.data(), static_cast<int>(x.size()), nullptr);
  return result.values();
}
Floats exact_sum(const Floats& x) {
  double total = 0;
  for (const float each : x) total += each;
  return {static_cast<float>(total)};
}
void check_block_sum(const Floats& x) { check("block_sum", {x}, block_sum_of(x), exact_sum(x)); }

TEST(BlockSum, MeetsAtEachBarrier) { EXPECT_EQ(block_sum_of(integers(256, 1)).size(), 1U); }  // or it fails
TEST(BlockSum, ReadsNothingBeyondTheEnd) { EXPECT_EQ(block_sum_of(integers(100, 1)).size(), 1U); }
TEST(BlockSum, WaitsForTheElements) {
  Floats x(256, 0);  // the first level of the tree adds all there is, in whatever order the others run
  x[0] = 3;
  x[128] = 4;
  check_block_sum(x);
}
TEST(BlockSum, WaitsAfterEachLevel) { check_block_sum(integers(256, 1)); }
TEST(BlockSum, FillsTheSharedMemory) {
  check_block_sum({5});
  check_block_sum(integers(100, 2));
}
TEST(BlockSum, OfMoreElementsThanThreads) { check_block_sum(integers(1000, 3)); }
TEST(BlockSum, OfNoElementsIsZero) {
  DeviceArray<float> x(1), result(1);
  block_sum(x.data(), result.data(), 0, nullptr);
  check("block_sum", {Floats{}}, result.values(), Floats{0});
}

Floats sum_of(const Floats& x) {
  DeviceArray<float> of_x(x), sums(size(kMostBlocks)), result(1);
  sum(of_x.data(), sums.data(), result.data(), static_cast<int>(x.size()), nullptr);
  return result.values();
}
void check_sum(const Floats& x) { check("sum", {x}, sum_of(x), exact_sum(x)); }

TEST(Sum, ReadsNothingBeyondTheEnd) { EXPECT_EQ(sum_of(integers(300, 1)).size(), 1U); }  // or it fails
TEST(Sum, KeepsTheSumsOfTheBlocksApart) { check_sum(integers(4 * kThreads, 1)); }
TEST(Sum, OfSizesThatDoNotDivide) {
  check_sum({5});
  check_sum(integers(1000, 2));
}
TEST(Sum, GoesOnInALargeVector) { check_sum(integers(kThreads * kMostBlocks + 999, 3)); }
TEST(Sum, OfNoElementsIsZero) {
  DeviceArray<float> x(1), sums(size(kMostBlocks)), result(1);
  sum(x.data(), sums.data(), result.data(), 0, nullptr);
  check("sum", {Floats{}}, result.values(), Floats{0});
}
TEST(Sum, GivesTheSameBitsEachTime) {
  Floats x = fractions(kThreads * kMostBlocks, 4);
  for (std::size_t i = 0; i < x.size(); i += 3) x[i] *= 1e6F;
  const float first = sum_of(x)[0];
  for (int i = 0; i < 3; ++i) {
    const float again = sum_of(x)[0];
    if (std::bit_cast<std::uint32_t>(first) != std::bit_cast<std::uint32_t>(again))
      FAIL() << "sum is " << first << ", then " << again << ", of the same elements";
  }
}

Floats transposed(const Floats& x, int rows, int columns) {
  DeviceArray<float> of_x(x), y(x.size());
  transpose(of_x.data(), y.data(), rows, columns, nullptr);
  return y.values();
}
void check_transpose(int rows, int columns) {
  const Floats x = integers(rows * columns, 1);
  Floats expected;
  for (int j = 0; j < columns; ++j)
    for (int i = 0; i < rows; ++i) expected.push_back(x[size(i * columns + j)]);
  check("transpose with " + std::to_string(rows) + (rows == 1 ? " row" : " rows") + " of", {x},
        transposed(x, rows, columns), expected);
}

TEST(Transpose, WaitsUntilTheTileIsFull) {
  const Floats x(32 * 32, 7);
  check("transpose with 32 rows of", {x}, transposed(x, 32, 32), x);
}
TEST(Transpose, OfOneTile) { check_transpose(32, 32); }
TEST(Transpose, OfSeveralTiles) { check_transpose(64, 96); }
TEST(Transpose, WritesNothingBeyondTheEnd) {
  EXPECT_EQ(transposed(integers(33 * 40, 1), 33, 40).size(), 1320U);  // or it fails
}
TEST(Transpose, HasABlockForTheLastElements) { check_transpose(33, 40); }
TEST(Transpose, OfRowsAndColumns) {
  check_transpose(1, 70);
  check_transpose(70, 1);
}

struct Product {
  Product(int m, int k, int n, bool all_ones = false)
      : m(m),
        k(k),
        n(n),
        a(all_ones ? Floats(size(m * k), 1) : integers(m * k, 1)),
        b(all_ones ? Floats(size(k * n), 1) : integers(k * n, 2)) {}

  Floats result() const {
    DeviceArray<float> of_a(a), of_b(b), y(size(m * n));
    matmul_tiled(of_a.data(), of_b.data(), y.data(), m, k, n, nullptr);
    return y.values();
  }
  void check_result() const {
    Floats expected(size(m * n));
    for (int i = 0; i < m; ++i)
      for (int j = 0; j < n; ++j)
        for (int l = 0; l < k; ++l) expected[size(i * n + j)] += a[size(i * k + l)] * b[size(l * n + j)];
    check("matmul_tiled", {a, b}, result(), expected);
  }

  int m, k, n;
  Floats a, b;
};

TEST(MatmulTiled, ReadsNothingBeyondTheEnd) {
  EXPECT_EQ(Product(16, 20, 16).result().size(), 256U);
}  // or it fails
TEST(MatmulTiled, MeetsAtEachBarrier) { EXPECT_EQ(Product(17, 16, 19).result().size(), 323U); }
TEST(MatmulTiled, WaitsUntilTheTilesAreFull) { Product(16, 16, 16, true).check_result(); }
TEST(MatmulTiled, OfOneTile) { Product(16, 16, 16).check_result(); }
TEST(MatmulTiled, WaitsBeforeTheNextTiles) { Product(16, 64, 16).check_result(); }
TEST(MatmulTiled, OfSeveralBlocks) { Product(32, 16, 48).check_result(); }
TEST(MatmulTiled, OfSizesThatDoNotDivide) { Product(17, 20, 35).check_result(); }
TEST(MatmulTiled, OfNoTermsIsZero) {
  DeviceArray<float> a(1), b(1), y(4);
  matmul_tiled(a.data(), b.data(), y.data(), 2, 0, 2, nullptr);
  check("matmul_tiled with k = 0", {Floats{}}, y.values(), Floats{0, 0, 0, 0});
}

Floats softmax_of(const Floats& x, int rows) {
  DeviceArray<float> of_x(x), y(x.size());
  softmax_rows(of_x.data(), y.data(), rows, static_cast<int>(x.size()) / rows, nullptr);
  return y.values();
}
void check_softmax(const Floats& x, int rows) {
  const std::size_t columns = x.size() / size(rows);
  Floats expected;
  for (std::size_t begin = 0; begin < x.size(); begin += columns) {
    long double total = 0;  // of which the exponentials do not overflow here
    for (std::size_t i = begin; i < begin + columns; ++i) total += std::exp(static_cast<long double>(x[i]));
    for (std::size_t i = begin; i < begin + columns; ++i)
      expected.push_back(static_cast<float>(std::exp(static_cast<long double>(x[i])) / total));
  }
  check("softmax_rows with " + std::to_string(rows) + (rows == 1 ? " row" : " rows") + " of", {x},
        softmax_of(x, rows), expected, 1e-5);
}
Floats shifted(Floats x, float by) {
  for (float& each : x) each += by;
  return x;
}

TEST(SoftmaxRows, ReadsNothingBeyondTheEnd) {
  EXPECT_EQ(softmax_of(fractions(300, 1), 1).size(), 300U);
}  // or it fails
TEST(SoftmaxRows, WaitsBeforeItReusesMemory) { check_softmax(shifted(fractions(256, 2), 1), 1); }
TEST(SoftmaxRows, HasABlockForEachRow) { check_softmax(shifted(fractions(3 * 256, 3), 1), 3); }
TEST(SoftmaxRows, OfShortRows) {
  check_softmax({1, 2, 3, 4, 5, 6}, 2);
  check_softmax({4, 9}, 2);
}
TEST(SoftmaxRows, OfMoreColumnsThanThreads) { check_softmax(shifted(fractions(2 * 600, 4), 1), 2); }
TEST(SoftmaxRows, DoesNotOverflow) { check_softmax({1000, 1001, 1002, 3000}, 1); }
TEST(SoftmaxRows, TakesTheLargestOfNegativeRows) { check_softmax({-2000, -2001, -2002}, 1); }
TEST(SoftmaxRows, OfMinusInfinity) {
  check_softmax({1, -kInfinity, 2}, 1);
  check("softmax_rows", {Floats{-kInfinity, -kInfinity}}, softmax_of({-kInfinity, -kInfinity}, 1),
        Floats{kNaN, kNaN});
}
TEST(SoftmaxRows, OfNoRows) {
  DeviceArray<float> x(1), y(Floats{5});
  softmax_rows(x.data(), y.data(), 0, 3, nullptr);
  check("y, which was 5, after softmax_rows of 0 rows", {Floats{}}, y.values(), Floats{5});
}

struct Attention {
  explicit Attention(const AttentionSizes& s)
      : s(s),
        q(fractions(s.queries * s.width, 1)),
        k(fractions(s.keys * s.width, 2)),
        v(fractions(s.keys * s.value_width, 3)) {}

  Floats result() const {
    DeviceArray<float> of_q(q), of_k(k), of_v(v), y(size(s.queries * s.value_width));
    attention_tiled(s, of_q.data(), of_k.data(), of_v.data(), y.data(), nullptr);
    return y.values();
  }
  Floats expected() const {
    Floats y;
    for (int i = 0; i < s.queries; ++i) {
      std::vector<long double> weights;
      for (int j = 0; j < s.keys && (!s.causal || j <= i + s.offset); ++j) {
        long double score = 0;
        for (int l = 0; l < s.width; ++l)
          score += static_cast<long double>(q[size(i * s.width + l)]) * k[size(j * s.width + l)];
        weights.push_back(
            std::exp(score * static_cast<long double>(s.scale)));  // it does not overflow so soon
      }
      for (int l = 0; l < s.value_width; ++l) {
        long double sum = 0, value = 0;
        for (std::size_t j = 0; j < weights.size(); ++j) {
          sum += weights[j];
          value += weights[j] * v[j * size(s.value_width) + size(l)];
        }
        y.push_back(weights.empty() ? 0 : static_cast<float>(value / sum));
      }
    }
    return y;
  }
  void check_result() const { check("attention_tiled", {q, k, v}, result(), expected(), 1e-5); }

  AttentionSizes s;
  Floats q, k, v;
};

/// All scores are 0, so that the result is the mean of the values.
Attention equal_scores(AttentionSizes s) {
  Attention attention(s);
  std::fill(attention.k.begin(), attention.k.end(), 0.0F);
  return attention;
}

TEST(AttentionTiled, ReadsNothingBeyondTheEnd) {
  EXPECT_EQ(Attention({.queries = 64, .keys = 20, .width = 4, .value_width = 3}).result().size(),
            192U);  // or it fails
}
TEST(AttentionTiled, MeetsAtEachBarrier) {
  EXPECT_EQ(Attention({.queries = 70, .keys = 16, .width = 4, .value_width = 2}).result().size(), 140U);
}
TEST(AttentionTiled, WaitsUntilTheTileIsFull) {
  Attention attention = equal_scores({.queries = 64, .keys = 16, .width = 4, .value_width = 4});
  std::fill(attention.v.begin(), attention.v.end(), 7.0F);
  attention.check_result();
}
TEST(AttentionTiled, WaitsBeforeTheNextTile) {
  equal_scores({.queries = 64, .keys = 64, .width = 4, .value_width = 4}).check_result();
}
TEST(AttentionTiled, RescalesWhatWasThere) {
  Attention({.queries = 64, .keys = 48, .width = 6, .value_width = 4, .scale = 3}).check_result();
}
TEST(AttentionTiled, LeavesOutKeysBeyondTheEnd) {
  Attention({.queries = 64, .keys = 20, .width = 4, .value_width = 3}).check_result();
}
TEST(AttentionTiled, DoesNotOverflow) {
  Attention({.queries = 64, .keys = 16, .width = 4, .value_width = 3, .scale = 3000}).check_result();
}
TEST(AttentionTiled, HasAThreadForTheLastQueries) {
  Attention({.queries = 70, .keys = 16, .width = 64, .value_width = 64}).check_result();
}
TEST(AttentionTiled, SeesNothingLater) {
  Attention({.queries = 64, .keys = 64, .width = 4, .value_width = 2, .causal = true}).check_result();
}
TEST(AttentionTiled, IsZeroWhereNothingIsSeen) {
  Attention({.queries = 5, .keys = 5, .width = 4, .value_width = 2, .causal = true, .offset = -2})
      .check_result();
  Attention({.queries = 2, .keys = 0, .width = 4, .value_width = 2}).check_result();
}

}  // namespace
}  // namespace kernels_cuda
