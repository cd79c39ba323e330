#pragma once

#include "kernels/cuda/stream.h"
#include "kernels/iteration_space.h"
#include "kernels/product.h"

namespace tinytorch::cuda {

/// A row-major matrix as BLAS, which thinks in columns, takes it: transposed, unless `transposed` says that
/// its columns, not its rows, lie without gaps.
struct BlasMatrix {
  int leading;      // the distance of its lines
  bool transposed;  // its columns are the lines
};

/// @throws CudaError  a length is above what cuBLAS's interface can say
int blas_int(std::int64_t length);

/// A matrix of so many columns, which lies in lines.
BlasMatrix blas_matrix(std::int64_t columns, std::int64_t row_stride, std::int64_t column_stride);

/// The products at each place of the batch, for which `first` has the first place's pointers. k is not 0, and
/// a and b lie in lines. T is float or double.
template <class T>
void blas_multiply(const OnDevice& on, const Product<T>& first, const IterationSpace<3>& batch);

}  // namespace tinytorch::cuda
