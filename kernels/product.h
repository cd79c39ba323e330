#pragma once

#include <cstdint>

#include "kernels/iteration_space.h"

// Matrix products for the kernels of every device.
//
// An f32 sum of n equal terms that are added one after another has a relative error of up to n * 1.6e-8
// (n * 2^-25 is a proven bound). So sums that may be long are added in chains of at most kExactChain terms,
// whose results are added in f64 or with their rounding errors: the relative error is below 1e-6 at any
// length. Products of at most kLongSum terms are left to the libraries, whose calls would be slow with so few
// terms.
namespace tinytorch {

/// The number of terms above which a product's sums are long.
inline constexpr std::int64_t kLongSum = 2048;
/// The number of terms of a long sum that are added in f32, one after another.
inline constexpr std::int64_t kExactChain = 48;

/// A GEMM problem: y = a b with a [m, k] and b [k, n] of any strides, and y [m, n] contiguous.
template <class T>
struct Product {
  std::int64_t m, n, k;
  const T* a;
  std::int64_t a_row_stride, a_column_stride;
  const T* b;
  std::int64_t b_row_stride, b_column_stride;
  T* y;

  std::int64_t multiply_adds() const { return m * n * k; }
  bool is_vector() const { return m == 1 || n == 1; }

  /// The part of the product that rows [i, i + rows), columns [j, j + columns) and terms [l, l + terms) give.
  Product part(std::int64_t i, std::int64_t rows, std::int64_t j, std::int64_t columns, std::int64_t l,
               std::int64_t terms, T* to) const {
    Product result = *this;
    result.m = rows, result.n = columns, result.k = terms, result.y = to;
    result.a += i * a_row_stride + l * a_column_stride;
    result.b += l * b_row_stride + j * b_column_stride;
    return result;
  }

  /// The product as yᵀ = bᵀ aᵀ; m or n is 1, so that y and yᵀ are the same in memory.
  Product transposed() const {
    return {.m = n,
            .n = m,
            .k = k,
            .a = b,
            .a_row_stride = b_column_stride,
            .a_column_stride = b_row_stride,
            .b = a,
            .b_row_stride = a_column_stride,
            .b_column_stride = a_row_stride,
            .y = y};
  }
};

/// The product of the first matrices of a batch.
template <class T>
Product<T> first_product(const Tensor& a, const Tensor& b, Tensor& y) {
  const int row = y.rank() - 2, column = y.rank() - 1;
  return {.m = y.shape()[row],
          .n = y.shape()[column],
          .k = a.shape()[column],
          .a = static_cast<const T*>(a.raw_data()),
          .a_row_stride = a.strides()[row],
          .a_column_stride = a.strides()[column],
          .b = static_cast<const T*>(b.raw_data()),
          .b_row_stride = b.strides()[row],
          .b_column_stride = b.strides()[column],
          .y = static_cast<T*>(y.raw_data())};
}

/// Folds a batch into the rows of one product. This requires that all matrices of the batch are multiplied by
/// the same b, and that the rows of a have one stride across the batch.
/// @return  true if `product` is now the whole batch
template <class T>
bool fold_batch(IterationSpace<3>& batch, Product<T>& product) {
  const bool foldable = batch.rank == 1 && batch.inner_strides()[1] == 0 &&
                        (product.m == 1 || batch.inner_strides()[0] == product.m * product.a_row_stride);
  if (!foldable || batch.numel == 1) return batch.numel == 1;
  if (product.m == 1) product.a_row_stride = batch.inner_strides()[0];
  product.m *= batch.numel;
  return true;
}

/// Replaces the stride of an axis of length 1, which has no meaning, by one that a BLAS accepts.
inline void normalize_strides(std::int64_t rows, std::int64_t columns, std::int64_t& row_stride,
                              std::int64_t& column_stride) {
  if (columns == 1) column_stride = 1;
  if (rows == 1) row_stride = column_stride == 1 ? columns : 1;
}

/// True if a BLAS accepts a matrix of this layout: one of its strides is 1, and the other is a valid leading
/// dimension.
inline bool is_blas_compatible(std::int64_t rows, std::int64_t columns, std::int64_t row_stride,
                               std::int64_t column_stride) {
  return (column_stride == 1 && row_stride >= columns) || (row_stride == 1 && column_stride >= rows);
}

}  // namespace tinytorch
