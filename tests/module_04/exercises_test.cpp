// The checks of module 04: one suite an exercise, named in modules/04_layers/module.json.
#include "modules/04_layers/layers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "modules/course/check.h"

namespace layers {
namespace {

using tinytorch::course::check;
using Matrix = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Small integers, so that products are exact.
Matrix numbers(std::size_t size, unsigned seed) {
  Matrix matrix(size);
  for (float& each : matrix) {
    seed = seed * 1664525 + 1013904223;
    each = static_cast<float>(seed >> 28) - 8;
  }
  return matrix;
}

using Product = void (*)(const float*, const float*, float*, std::size_t, std::size_t, std::size_t);

void check_product(const char* name, Product product, std::size_t m, std::size_t k, std::size_t n) {
  const Matrix a = numbers(m * k, 1), b = numbers(k * n, 2);
  Matrix y(m * n, kNaN), expected(m * n, 0);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t l = 0; l < k; ++l) expected[i * n + j] += a[i * k + l] * b[l * n + j];
  product(a.data(), b.data(), y.data(), m, k, n);
  check(name, {a, b}, y, expected);
}

void check_long_sums(const char* name, Product product) {
  constexpr std::size_t kTerms = std::size_t{1} << 25;
  const Matrix ones(kTerms, 1);
  Matrix y{kNaN};
  product(ones.data(), ones.data(), y.data(), 1, kTerms, 1);
  check(name, {ones}, y, Matrix{kTerms});
}

TEST(Matmul, OfSquares) {
  const Matrix a{1, 2, 3, 4}, b{5, 6, 7, 8};
  Matrix y(4, kNaN);
  matmul(a.data(), b.data(), y.data(), 2, 2, 2);
  check("matmul", {a, b}, y, Matrix{19, 22, 43, 50});
}
TEST(Matmul, OfOtherShapes) {
  check_product("matmul", matmul, 3, 4, 2);
  check_product("matmul", matmul, 1, 5, 7);
}
TEST(Matmul, OfNoTermsIsZero) { check_product("matmul", matmul, 2, 0, 2); }
TEST(Matmul, IsExactForLongSums) { check_long_sums("matmul", matmul); }

TEST(MatmulBlocked, OfWholeBlocks) { check_product("matmul_blocked", matmul_blocked, 64, 32, 32); }
TEST(MatmulBlocked, OfSmallerLastBlocks) { check_product("matmul_blocked", matmul_blocked, 33, 5, 40); }
TEST(MatmulBlocked, OfNoTermsIsZero) { check_product("matmul_blocked", matmul_blocked, 2, 0, 2); }
TEST(MatmulBlocked, IsExactForLongSums) { check_long_sums("matmul_blocked", matmul_blocked); }

Matrix dense_of(const Matrix& x, const Matrix& weight, const Matrix& bias, std::size_t in) {
  Matrix y(x.size() / in * bias.size(), kNaN);
  dense(x.data(), weight.data(), bias.data(), y.data(), x.size() / in, in, bias.size());
  return y;
}

TEST(Dense, MultipliesByTheRowsOfTheWeight) {
  const Matrix x{1, 2}, weight{3, 4, 5, 6}, bias{0, 0};
  check("dense", {x, weight, bias}, dense_of(x, weight, bias, 2), Matrix{11, 17});
}
TEST(Dense, AddsTheBiasToEachRow) {
  const Matrix x{1, 2, 3, 4}, weight{3, 4, 5, 6, 7, 8}, bias{10, 20, 30};
  check("dense", {x, weight, bias}, dense_of(x, weight, bias, 2), Matrix{21, 37, 53, 35, 59, 83});
}

TEST(XavierBound, CountsInputsAndOutputs) {
  check("xavier_bound", {100, 200}, xavier_bound(100, 200), std::sqrt(0.02));
  check("xavier_bound", {1, 5}, xavier_bound(1, 5), 1);
}
TEST(HeDeviation, CountsInputs) {
  check("he_deviation", {50}, he_deviation(50), 0.2);
  check("he_deviation", {2}, he_deviation(2), 1);
}

}  // namespace
}  // namespace layers
