#pragma once

#include "kernels/cuda/stream.h"
#include "kernels/iteration_space.h"
#include "kernels/product.h"

namespace tinytorch::cuda {

/// How a matrix is passed to BLAS, whose matrices are column-major. A matrix with contiguous rows is seen as
/// its transpose, for the op N; one with contiguous columns needs the op T.
struct BlasMatrix {
  int leading_dimension;
  bool transposed;  // its columns, not its rows, are contiguous
};

/// @throws CudaError  `length` exceeds the int of cuBLAS's interface
int blas_int(std::int64_t length);

/// A matrix of `columns` columns, one of whose strides is 1.
BlasMatrix blas_matrix(std::int64_t columns, std::int64_t row_stride, std::int64_t column_stride);

/// Computes the products of a batch; `first` has the pointers of the first. k is not 0, and the layouts of a
/// and b are BLAS-compatible. T is float or double.
template <class T>
void blas_multiply(const OnDevice& on, const Product<T>& first, const IterationSpace<3>& batch);

}  // namespace tinytorch::cuda
