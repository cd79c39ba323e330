#include "kernels/cuda/blas.h"

#include <mutex>
#include <type_traits>

#include "kernels/cuda/error.h"
#include "kernels/cuda/libraries.h"
#include "kernels/cuda/settings.h"

namespace tinytorch::cuda {

namespace {

/// cuBLAS's names for element type T.
template <class T>
struct BlasType {
  static constexpr cudaDataType_t kData = CUDA_R_32F;
  static cublasComputeType_t compute() {
    return allows_tf32() ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
  }
};
template <>
struct BlasType<double> {
  static constexpr cudaDataType_t kData = CUDA_R_64F;
  static cublasComputeType_t compute() { return CUBLAS_COMPUTE_64F; }
};

cublasOperation_t operation(const BlasMatrix& matrix) {
  return matrix.transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
}

/// Computes n products whose operands are batch_strides apart. BLAS sees a row-major matrix as its transpose,
/// and yᵀ = bᵀ aᵀ, so b comes first.
template <class T>
void multiply_strided_batch(cublasHandle_t handle, const Product<T>& p, const PerOperand<3>& batch_strides,
                            std::int64_t n) {
  const BlasMatrix a = blas_matrix(p.k, p.a_row_stride, p.a_column_stride);
  const BlasMatrix b = blas_matrix(p.n, p.b_row_stride, p.b_column_stride);
  const T one = 1, zero = 0;
  CUDA_CHECK(cublasGemmStridedBatchedEx(
      handle, operation(b), operation(a), blas_int(p.n), blas_int(p.m), blas_int(p.k), &one, p.b,
      BlasType<T>::kData, b.leading_dimension, batch_strides[1], p.a, BlasType<T>::kData, a.leading_dimension,
      batch_strides[0], &zero, p.y, BlasType<T>::kData, blas_int(p.n), batch_strides[2], blas_int(n),
      BlasType<T>::compute(), CUBLAS_GEMM_DEFAULT));
}

}  // namespace

int blas_int(std::int64_t length) { return to_int(length, "cuBLAS"); }

BlasMatrix blas_matrix(std::int64_t columns, std::int64_t row_stride, std::int64_t column_stride) {
  const bool in_rows = column_stride == 1 && row_stride >= columns;
  return {.leading_dimension = blas_int(in_rows ? row_stride : column_stride), .transposed = !in_rows};
}

template <class T>
void blas_multiply(const OnDevice& on, const Product<T>& first, const IterationSpace<3>& batch) {
  Libraries& libraries = on.state().libraries();
  const std::lock_guard lock(libraries.mutex());
  for_each_inner_loop(batch, 0, batch.numel, [&](const PerOperand<3>& offset, std::int64_t n) {
    Product<T> product = first;
    product.a += offset[0];
    product.b += offset[1];
    product.y += offset[2];
    multiply_strided_batch(libraries.blas(), product, batch.inner_strides(), n);
  });
  check_work("cublasGemmStridedBatchedEx", cudaSuccess, on.stream());
}

template void blas_multiply(const OnDevice&, const Product<float>&, const IterationSpace<3>&);
template void blas_multiply(const OnDevice&, const Product<double>&, const IterationSpace<3>&);

}  // namespace tinytorch::cuda
