// Module 04: layers.
//
// A dense layer is a product of matrices, and nearly all the time of a network goes into such products. You
// write one that is right, then one that uses the caches, then the layer; and you choose the numbers that a
// layer begins with.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 04

#include "modules/04_layers/layers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace layers {

/// y = a b, for a [m, k], b [k, n] and y [m, n]. Element (i, j) of a matrix [rows, columns] is at i * columns
/// + j.
///
///     {{1, 2}, {3, 4}} times {{5}, {6}} = {{17}, {39}}
///
/// 1. y(i, j) is the sum over l of a(i, l) b(l, j): three loops.
/// 2. Add up in double, and round once. With k = 0 the sum is 0.
void matmul(const float* a, const float* b, float* y, std::size_t m, std::size_t k, std::size_t n) {
  // BEGIN SOLUTION matmul
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t l = 0; l < k; ++l) sum += static_cast<double>(a[i * k + l]) * b[l * n + j];
      y[i * n + j] = static_cast<float>(sum);
    }
  }
  // END SOLUTION
}

/// The same product, in blocks of 32 rows and 32 columns of y, so that what is read is in the cache when it
/// is read again.
///
/// 1. For each block of y: sums, 32 by 32 doubles, which begin with 0.
/// 2. For each l, each row i of the block and each column j: sums(i, j) += a(i, l) b(l, j). With l as the
/// outermost of the three
///    loops, b is read along its rows.
/// 3. At the end of the block, round the sums to y.
/// 4. The last blocks are smaller if m or n is no multiple of 32.
void matmul_blocked(const float* a, const float* b, float* y, std::size_t m, std::size_t k, std::size_t n) {
  // BEGIN SOLUTION matmul_blocked
  constexpr std::size_t kSide = 32;
  for (std::size_t top = 0; top < m; top += kSide) {
    for (std::size_t left = 0; left < n; left += kSide) {
      const std::size_t rows = std::min(kSide, m - top), columns = std::min(kSide, n - left);
      std::array<std::array<double, kSide>, kSide> sums{};
      for (std::size_t l = 0; l < k; ++l) {
        for (std::size_t i = 0; i < rows; ++i) {
          const double factor = a[(top + i) * k + l];
          for (std::size_t j = 0; j < columns; ++j) sums[i][j] += factor * b[l * n + left + j];
        }
      }
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j)
          y[(top + i) * n + left + j] = static_cast<float>(sums[i][j]);
      }
    }
  }
  // END SOLUTION
}

/// A dense layer: y = x weightᵀ + bias, for x [rows, in], weight [out, in], bias [out] and y [rows, out].
///
///     x = {{1, 2}}, weight = {{3, 4}}, bias = {5}: y = {{16}}
///
/// 1. A row of the weight has the factors of one output: y(i, j) is the sum over l of x(i, l) weight(j, l),
/// plus bias(j).
/// 2. Both are read along their rows, so no transposed copy is needed.
void dense(const float* x, const float* weight, const float* bias, float* y, std::size_t rows, std::size_t in,
           std::size_t out) {
  // BEGIN SOLUTION dense
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < out; ++j) {
      double sum = 0;
      for (std::size_t l = 0; l < in; ++l) sum += static_cast<double>(x[i * in + l]) * weight[j * in + l];
      y[i * out + j] = static_cast<float>(sum + bias[j]);
    }
  }
  // END SOLUTION
}

/// The bound of Xavier's initialization (Glorot and Bengio 2010, equation 16): weights are drawn uniformly
/// from [-bound, bound], so that values keep their size on the way through the layer, and gradients on the
/// way back.
///
///     xavier_bound(100, 200) = 0.1414
///
/// 1. The bound is √(6 / (in + out)).
double xavier_bound(std::size_t in, std::size_t out) {
  // BEGIN SOLUTION xavier_bound
  return std::sqrt(6.0 / static_cast<double>(in + out));
  // END SOLUTION
}

/// The standard deviation of He's initialization (He et al. 2015, equation 10), for layers before a ReLU,
/// which sets half of the values to 0: weights are drawn from a normal distribution with it.
///
///     he_deviation(50) = 0.2
///
/// 1. The deviation is √(2 / in).
double he_deviation(std::size_t in) {
  // BEGIN SOLUTION he_deviation
  return std::sqrt(2.0 / static_cast<double>(in));
  // END SOLUTION
}

}  // namespace layers
