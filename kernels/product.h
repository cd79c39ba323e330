#pragma once

#include <cstdint>

#include "kernels/iteration_space.h"

// Matrix products as kernels see them, for every device.
namespace tinytorch {

/// One matrix product: y [m, n], row-major without gaps, = a [m, k] times b [k, n], which have any steps.
template <class T>
struct Product {
  std::int64_t m, n, k;
  const T* a;
  std::int64_t a_row, a_column;
  const T* b;
  std::int64_t b_row, b_column;
  T* y;

  std::int64_t multiplications() const { return m * n * k; }
};

/// The product at the first place of a batch.
template <class T>
Product<T> first_product(const Tensor& a, const Tensor& b, Tensor& y) {
  const int row = y.rank() - 2, column = y.rank() - 1;
  return {.m = y.shape()[row],
          .n = y.shape()[column],
          .k = a.shape()[column],
          .a = static_cast<const T*>(a.raw_data()),
          .a_row = a.strides()[row],
          .a_column = a.strides()[column],
          .b = static_cast<const T*>(b.raw_data()),
          .b_row = b.strides()[row],
          .b_column = b.strides()[column],
          .y = static_cast<T*>(y.raw_data())};
}

/// Where all of a batch is multiplied by the same b and the rows of a follow each other evenly, it is one
/// product.
template <class T>
bool fold_batch(IterationSpace<3>& batch, Product<T>& product) {
  const bool even = batch.rank == 1 && batch.inner_strides()[1] == 0 &&
                    (product.m == 1 || batch.inner_strides()[0] == product.m * product.a_row);
  if (!even || batch.numel == 1) return batch.numel == 1;
  if (product.m == 1) product.a_row = batch.inner_strides()[0];
  product.m *= batch.numel;
  return true;
}

/// A step along an axis of length 1 means nothing: makes it one that the library takes.
inline void settle(std::int64_t rows, std::int64_t columns, std::int64_t& row_step,
                   std::int64_t& column_step) {
  if (columns == 1) column_step = 1;
  if (rows == 1) row_step = column_step == 1 ? columns : 1;
}

/// True where a BLAS takes this matrix: its rows or its columns lie without gaps and do not overlap.
inline bool lies_in_lines(std::int64_t rows, std::int64_t columns, std::int64_t row_step,
                          std::int64_t column_step) {
  return (column_step == 1 && row_step >= columns) || (row_step == 1 && column_step >= rows);
}

}  // namespace tinytorch
