#pragma once

#include "tests/simt/testing.h"

#include <cublas_v2.h>
#include <cudnn.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

// Shared by the tests of the stand-ins for cuBLAS, cuBLASLt and cuDNN.
namespace simt::test {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Small multiples of 1/4, so that sums of products are exact even in float.
template <class T>
std::vector<T> fourths(std::size_t size, unsigned seed) {
  std::vector<T> values(size);
  for (T& value : values) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<T>(static_cast<int>(seed >> 24) % 17 - 8) / 4;
  }
  return values;
}

template <class T>
void expect_same(const std::vector<T>& actual, const std::vector<T>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (std::isnan(actual[i]) && std::isnan(expected[i])) continue;
    ASSERT_EQ(actual[i], expected[i]) << "element " << i;
  }
}

template <class T>
constexpr cudaDataType kType = sizeof(T) == sizeof(float) ? CUDA_R_32F : CUDA_R_64F;
template <class T>
constexpr cublasComputeType_t kCompute = sizeof(T) == sizeof(float) ? CUBLAS_COMPUTE_32F : CUBLAS_COMPUTE_64F;

// The column-major matrices of a batch. All elements between columns and between matrices are NaN.
template <class T>
struct Matrices {
  std::int64_t rows, cols, ld, stride;
  std::vector<T> values;

  Matrices(std::int64_t rows, std::int64_t cols, std::int64_t padding, std::int64_t batch, unsigned seed)
      : rows(rows), cols(cols), ld(rows + padding), stride(ld * cols + padding) {
    values = fourths<T>(static_cast<std::size_t>(stride * batch), seed);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::int64_t offset = static_cast<std::int64_t>(i) % stride;
      if (offset >= ld * cols || offset % ld >= rows) values[i] = static_cast<T>(kNaN);
    }
  }
  std::size_t index(std::int64_t matrix, std::int64_t row, std::int64_t col) const {
    return static_cast<std::size_t>(matrix * stride + row + col * ld);
  }
};

template <class T>
struct Product {
  cublasOperation_t op_a, op_b;
  int m = 21, n = 18, k = 35;  // larger than the stand-in's tile, and no multiple of it
  int batch;
  T alpha = 1, beta = 0;
  Matrices<T> a, b, c;

  Product(cublasOperation_t op_a, cublasOperation_t op_b, int padding = 0, int batch = 1)
      : op_a(op_a),
        op_b(op_b),
        batch(batch),
        a(op_a == CUBLAS_OP_N ? m : k, op_a == CUBLAS_OP_N ? k : m, padding, batch, 1),
        b(op_b == CUBLAS_OP_N ? k : n, op_b == CUBLAS_OP_N ? n : k, padding, batch, 2),
        c(m, n, padding, batch, 3) {}

  T sum(std::int64_t matrix, std::int64_t i, std::int64_t j) const {
    T sum = 0;
    for (std::int64_t p = 0; p < k; ++p)
      sum += a.values[op_a == CUBLAS_OP_N ? a.index(matrix, i, p) : a.index(matrix, p, i)] *
             b.values[op_b == CUBLAS_OP_N ? b.index(matrix, p, j) : b.index(matrix, j, p)];
    return sum;
  }

  // The result; finish(value, row) is the epilogue.
  template <class Finish>
  std::vector<T> expected(Finish finish) const {
    std::vector<T> result = c.values;
    for (std::int64_t matrix = 0; matrix < batch; ++matrix)
      for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < m; ++i) {
          T& element = result[c.index(matrix, i, j)];
          element = finish(alpha * sum(matrix, i, j) + (beta == 0 ? T(0) : beta * element), i);
        }
    return result;
  }
  std::vector<T> expected() const {
    return expected([](T value, std::int64_t) { return value; });
  }
};

template <class T>
inline constexpr cudnnDataType_t kDataType = sizeof(T) == sizeof(float) ? CUDNN_DATA_FLOAT
                                                                        : CUDNN_DATA_DOUBLE;

inline constexpr std::array kOperations = {CUBLAS_OP_N, CUBLAS_OP_T};

// So many tenths that rounding errors add up.
inline constexpr int kTenths = 3000;
template <class T>
T tenths_added_in() {
  T sum = 0;
  for (int i = 0; i < kTenths; ++i) sum += T(0.1);
  return sum;
}

// The product of the 1 x 1 matrices 1 + offset and 1.
inline Product<float> one_plus(float offset) {
  Product<float> product(CUBLAS_OP_N, CUBLAS_OP_N);
  product.m = product.n = product.k = 1;
  product.a.values[0] = 1 + offset;
  product.b.values[0] = 1;
  return product;
}

}  // namespace simt::test
