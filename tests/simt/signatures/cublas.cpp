#include <cublas_v2.h>

#include "signature.h"

#include <cstddef>

SIGNATURE(cublasCreate, cublasStatus_t(cublasHandle_t*));
SIGNATURE(cublasDestroy, cublasStatus_t(cublasHandle_t));
SIGNATURE(cublasSetStream, cublasStatus_t(cublasHandle_t, cudaStream_t));
SIGNATURE(cublasSetWorkspace, cublasStatus_t(cublasHandle_t, void*, std::size_t));
SIGNATURE(cublasSetMathMode, cublasStatus_t(cublasHandle_t, cublasMath_t));
SIGNATURE(cublasGetStatusName, const char*(cublasStatus_t));
SIGNATURE(cublasGetStatusString, const char*(cublasStatus_t));
SIGNATURE(cublasGemmStridedBatchedEx,
          cublasStatus_t(cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int, const void*,
                         const void*, cudaDataType, int, long long, const void*, cudaDataType, int, long long,
                         const void*, void*, cudaDataType, int, long long, int, cublasComputeType_t,
                         cublasGemmAlgo_t));

VALUE(CUDA_R_32F, 0);
VALUE(CUDA_R_64F, 1);

VALUE(CUBLAS_STATUS_SUCCESS, 0);
VALUE(CUBLAS_STATUS_NOT_INITIALIZED, 1);
VALUE(CUBLAS_STATUS_ALLOC_FAILED, 3);
VALUE(CUBLAS_STATUS_INVALID_VALUE, 7);
VALUE(CUBLAS_STATUS_ARCH_MISMATCH, 8);
VALUE(CUBLAS_STATUS_MAPPING_ERROR, 11);
VALUE(CUBLAS_STATUS_EXECUTION_FAILED, 13);
VALUE(CUBLAS_STATUS_INTERNAL_ERROR, 14);
VALUE(CUBLAS_STATUS_NOT_SUPPORTED, 15);
VALUE(CUBLAS_STATUS_LICENSE_ERROR, 16);

VALUE(CUBLAS_OP_N, 0);
VALUE(CUBLAS_OP_T, 1);
VALUE(CUBLAS_GEMM_DEFAULT, -1);

VALUE(CUBLAS_DEFAULT_MATH, 0);
VALUE(CUBLAS_PEDANTIC_MATH, 2);
VALUE(CUBLAS_TF32_TENSOR_OP_MATH, 3);

VALUE(CUBLAS_COMPUTE_32F, 68);
VALUE(CUBLAS_COMPUTE_32F_PEDANTIC, 69);
VALUE(CUBLAS_COMPUTE_32F_FAST_TF32, 77);
VALUE(CUBLAS_COMPUTE_64F, 70);
