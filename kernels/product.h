#pragma once

#include <cstdint>

#include "kernels/iteration_space.h"

// Matrix products for the kernels of every device.
namespace tinytorch {

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
