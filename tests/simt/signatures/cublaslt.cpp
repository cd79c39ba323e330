#include <cublasLt.h>

#include "signature.h"

#include <cstddef>
#include <cstdint>

SIGNATURE(cublasLtCreate, cublasStatus_t(cublasLtHandle_t*));
SIGNATURE(cublasLtDestroy, cublasStatus_t(cublasLtHandle_t));
SIGNATURE(cublasLtGetStatusString, const char*(cublasStatus_t));

SIGNATURE(cublasLtMatmulDescCreate,
          cublasStatus_t(cublasLtMatmulDesc_t*, cublasComputeType_t, cudaDataType_t));
SIGNATURE(cublasLtMatmulDescDestroy, cublasStatus_t(cublasLtMatmulDesc_t));
SIGNATURE(cublasLtMatmulDescSetAttribute,
          cublasStatus_t(cublasLtMatmulDesc_t, cublasLtMatmulDescAttributes_t, const void*, std::size_t));

SIGNATURE(cublasLtMatrixLayoutCreate,
          cublasStatus_t(cublasLtMatrixLayout_t*, cudaDataType, std::uint64_t, std::uint64_t, std::int64_t));
SIGNATURE(cublasLtMatrixLayoutDestroy, cublasStatus_t(cublasLtMatrixLayout_t));

SIGNATURE(cublasLtMatmulPreferenceCreate, cublasStatus_t(cublasLtMatmulPreference_t*));
SIGNATURE(cublasLtMatmulPreferenceDestroy, cublasStatus_t(cublasLtMatmulPreference_t));
SIGNATURE(cublasLtMatmulPreferenceSetAttribute,
          cublasStatus_t(cublasLtMatmulPreference_t, cublasLtMatmulPreferenceAttributes_t, const void*,
                         std::size_t));

SIGNATURE(cublasLtMatmulAlgoGetHeuristic,
          cublasStatus_t(cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t,
                         cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t,
                         cublasLtMatmulPreference_t, int, cublasLtMatmulHeuristicResult_t*, int*));
SIGNATURE(cublasLtMatmul,
          cublasStatus_t(cublasLtHandle_t, cublasLtMatmulDesc_t, const void*, const void*,
                         cublasLtMatrixLayout_t, const void*, cublasLtMatrixLayout_t, const void*,
                         const void*, cublasLtMatrixLayout_t, void*, cublasLtMatrixLayout_t,
                         const cublasLtMatmulAlgo_t*, void*, std::size_t, cudaStream_t));

VALUE(sizeof(cublasLtMatmulAlgo_t), 64);
VALUE(sizeof(cublasLtMatmulHeuristicResult_t), 96);

VALUE(CUBLASLT_EPILOGUE_DEFAULT, 1);
VALUE(CUBLASLT_EPILOGUE_RELU, 2);
VALUE(CUBLASLT_EPILOGUE_BIAS, 4);
VALUE(CUBLASLT_EPILOGUE_RELU_BIAS, 6);

VALUE(CUBLASLT_MATMUL_DESC_TRANSA, 3);
VALUE(CUBLASLT_MATMUL_DESC_TRANSB, 4);
VALUE(CUBLASLT_MATMUL_DESC_EPILOGUE, 7);
VALUE(CUBLASLT_MATMUL_DESC_BIAS_POINTER, 8);

VALUE(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, 1);
VALUE(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, 5);
VALUE(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, 6);
VALUE(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, 7);
VALUE(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, 8);
