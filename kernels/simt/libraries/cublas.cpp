#include <cublas_v2.h>

#include "gemm.h"
#include "handles.h"

#include <algorithm>
#include <cstdlib>

// Parameters have the names of NVIDIA's documentation.
// NOLINTBEGIN(readability-identifier-naming)

struct cublasContext {
  cudaStream_t stream = nullptr;
  void* workspace = nullptr;
  std::size_t workspace_bytes = 0;
  cublasMath_t math = CUBLAS_DEFAULT_MATH;
};

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
  if (handle == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  *handle = simt::handles<cublasContext>().create();
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
  const bool destroyed = simt::handles<cublasContext>().destroy(handle);
  return destroyed ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}

cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t streamId) {
  if (!simt::is_live(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  handle->stream = streamId;
  handle->workspace = nullptr;
  handle->workspace_bytes = 0;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void* workspace,
                                     std::size_t workspaceSizeInBytes) {
  if (!simt::is_live(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (workspace == nullptr && workspaceSizeInBytes > 0) return CUBLAS_STATUS_INVALID_VALUE;
  if (!simt::is_aligned(workspace, simt::kWorkspaceAlignment)) return CUBLAS_STATUS_INVALID_VALUE;
  handle->workspace = workspace;
  handle->workspace_bytes = workspaceSizeInBytes;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  if (!simt::is_live(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  switch (mode) {
    case CUBLAS_DEFAULT_MATH:
    case CUBLAS_PEDANTIC_MATH:
    case CUBLAS_TF32_TENSOR_OP_MATH:
      handle->math = mode;
      return CUBLAS_STATUS_SUCCESS;
  }
  return CUBLAS_STATUS_INVALID_VALUE;
}

const char* cublasGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_ARCH_MISMATCH:
      return "CUBLAS_STATUS_ARCH_MISMATCH";
    case CUBLAS_STATUS_MAPPING_ERROR:
      return "CUBLAS_STATUS_MAPPING_ERROR";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_INTERNAL_ERROR:
      return "CUBLAS_STATUS_INTERNAL_ERROR";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
    case CUBLAS_STATUS_LICENSE_ERROR:
      return "CUBLAS_STATUS_LICENSE_ERROR";
  }
  return "CUBLAS_STATUS_UNKNOWN";
}

const char* cublasGetStatusString(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "success";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "the library was not initialized";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "the resource allocation failed";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "an unsupported value or parameter was passed to the function";
    case CUBLAS_STATUS_ARCH_MISMATCH:
      return "the device lacks a feature that the function needs";
    case CUBLAS_STATUS_MAPPING_ERROR:
      return "an access to GPU memory space failed";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "the function failed to launch on the GPU";
    case CUBLAS_STATUS_INTERNAL_ERROR:
      return "an internal operation failed";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "the functionality is not supported";
    case CUBLAS_STATUS_LICENSE_ERROR:
      return "the functionality requires a license";
  }
  return "unknown status";
}

namespace {

bool is_operation(cublasOperation_t op) { return op == CUBLAS_OP_N || op == CUBLAS_OP_T; }

// X has `rows` rows, or `rows_if_transposed` if op(X) is its transpose.
bool leading_dimension_fits(int ld, cublasOperation_t op, int rows, int rows_if_transposed) {
  return ld >= std::max(1, op == CUBLAS_OP_N ? rows : rows_if_transposed);
}

bool is_type(cudaDataType type) { return type == CUDA_R_32F || type == CUDA_R_64F; }

bool computes(cublasComputeType_t compute, cudaDataType type) {
  switch (compute) {
    case CUBLAS_COMPUTE_32F:
    case CUBLAS_COMPUTE_32F_PEDANTIC:
    case CUBLAS_COMPUTE_32F_FAST_TF32:
      return type == CUDA_R_32F;
    case CUBLAS_COMPUTE_64F:
      return type == CUDA_R_64F;
  }
  return false;
}

bool uses_tf32(cublasComputeType_t compute, cublasMath_t math) {
  return compute == CUBLAS_COMPUTE_32F_FAST_TF32 ||
         (compute == CUBLAS_COMPUTE_32F && math == CUBLAS_TF32_TENSOR_OP_MATH);
}

// Whether two matrices of the batch, `distance` elements apart, share an element: i + j ldc is equal in both
// for some i < m, j < n. They may interleave, as the heads of an attention do.
bool overlap(std::int64_t distance, const simt::Gemm& gemm) {
  const std::int64_t columns = distance / gemm.ldd;
  for (const std::int64_t j : {columns, columns + 1})
    if (j < gemm.n && std::abs(distance - j * gemm.ldd) < gemm.m) return true;
  return false;
}

// "The individual matrices must not overlap; otherwise, undefined behavior is expected."
bool results_overlap(const simt::Gemm& gemm) {
  for (std::int64_t other = 1; other < gemm.batch; ++other)
    if (overlap(other * std::abs(gemm.stride_d), gemm)) return true;
  return false;
}

bool pointers_missing(const simt::Gemm& gemm) {
  const bool a_or_b_missing = gemm.a.data == nullptr || gemm.b.data == nullptr;
  return gemm.d == nullptr || (gemm.k > 0 && a_or_b_missing);
}

}  // namespace

// The statuses are those that cuBLAS documents. Null matrices, which fault on a GPU, and matrices of C that
// overlap, whose result is undefined, are invalid values too.
cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t handle, cublasOperation_t transa,
                                          cublasOperation_t transb, int m, int n, int k, const void* alpha,
                                          const void* A, cudaDataType Atype, int lda, long long strideA,
                                          const void* B, cudaDataType Btype, int ldb, long long strideB,
                                          const void* beta, void* C, cudaDataType Ctype, int ldc,
                                          long long strideC, int batchCount, cublasComputeType_t computeType,
                                          cublasGemmAlgo_t algo) {
  if (!simt::is_live(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!is_operation(transa) || !is_operation(transb)) return CUBLAS_STATUS_INVALID_VALUE;
  if (m < 0 || n < 0 || k < 0 || batchCount < 0) return CUBLAS_STATUS_INVALID_VALUE;
  if (!leading_dimension_fits(lda, transa, m, k)) return CUBLAS_STATUS_INVALID_VALUE;
  if (!leading_dimension_fits(ldb, transb, k, n)) return CUBLAS_STATUS_INVALID_VALUE;
  if (ldc < std::max(1, m)) return CUBLAS_STATUS_INVALID_VALUE;
  if (alpha == nullptr || beta == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  if (!is_type(Atype) || !is_type(Btype) || !is_type(Ctype)) return CUBLAS_STATUS_INVALID_VALUE;
  if (Atype != Ctype || Btype != Ctype || !computes(computeType, Ctype)) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (algo != CUBLAS_GEMM_DEFAULT) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (m == 0 || n == 0 || batchCount == 0) return CUBLAS_STATUS_SUCCESS;

  simt::Gemm gemm;
  gemm.m = m, gemm.n = n, gemm.k = k, gemm.batch = batchCount;
  gemm.f64 = Ctype == CUDA_R_64F;
  gemm.tf32 = uses_tf32(computeType, handle->math);
  gemm.alpha = simt::scalar(alpha, gemm.f64);
  gemm.beta = simt::scalar(beta, gemm.f64);
  gemm.a = {A, transa == CUBLAS_OP_T, lda, strideA};
  gemm.b = {B, transb == CUBLAS_OP_T, ldb, strideB};
  gemm.c = C, gemm.ldc = ldc, gemm.stride_c = strideC;
  gemm.d = C, gemm.ldd = ldc, gemm.stride_d = strideC;
  gemm.workspace = handle->workspace;
  gemm.workspace_bytes = handle->workspace_bytes;
  if (pointers_missing(gemm) || results_overlap(gemm)) return CUBLAS_STATUS_INVALID_VALUE;

  return simt::run_gemm(handle->stream, "cublasGemmStridedBatchedEx", gemm);
}

// NOLINTEND(readability-identifier-naming)
