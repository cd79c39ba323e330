#include <cublasLt.h>

#include "gemm.h"
#include "handles.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

// Parameters have the names of NVIDIA's documentation.
// NOLINTBEGIN(readability-identifier-naming)

struct cublasLtContext {};

struct cublasLtMatmulDescOpaque_t {
  cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
  cudaDataType_t scale = CUDA_R_32F;
  std::int32_t op_a = CUBLAS_OP_N;
  std::int32_t op_b = CUBLAS_OP_N;
  std::uint32_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const void* bias = nullptr;
};

struct cublasLtMatrixLayoutOpaque_t {
  cudaDataType_t type = CUDA_R_32F;
  std::uint64_t rows = 0;
  std::uint64_t cols = 0;
  std::int64_t ld = 0;
};

struct cublasLtMatmulPreferenceOpaque_t {
  std::uint64_t max_workspace = 0;
  std::uint32_t alignment[4] = {256, 256, 256, 256};  // of A, B, C, D
};

namespace {

// The contents of a cublasLtMatmulAlgo_t in this library.
struct Algo {
  std::uint64_t magic;
  std::uint64_t workspace;
  std::uint32_t alignment[4];
};
static_assert(sizeof(Algo) <= sizeof(cublasLtMatmulAlgo_t));
constexpr std::uint64_t kMagic = 0x7469'6e79'7472'6368;
constexpr std::uint64_t kAlgoWorkspace = std::uint64_t{1} << 20;
constexpr std::uint32_t kVectorLoad = 16;

template <class T>
cublasStatus_t create(T** handle) {
  if (handle == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  *handle = simt::handles<T>().create();
  return CUBLAS_STATUS_SUCCESS;
}

template <class T>
cublasStatus_t destroy(T* descriptor) {
  return simt::handles<T>().destroy(descriptor) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

// Sets an attribute. The size has to be the attribute's.
template <class T>
cublasStatus_t set(T& attribute, const void* value, std::size_t bytes) {
  if (value == nullptr || bytes != sizeof(T)) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(&attribute, value, sizeof(T));
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

cublasStatus_t cublasLtCreate(cublasLtHandle_t* lightHandle) { return create(lightHandle); }

cublasStatus_t cublasLtDestroy(cublasLtHandle_t lightHandle) {
  const bool destroyed = simt::handles<cublasLtContext>().destroy(lightHandle);
  return destroyed ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}

const char* cublasLtGetStatusString(cublasStatus_t status) { return cublasGetStatusString(status); }

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* matmulDesc, cublasComputeType_t computeType,
                                        cudaDataType_t scaleType) {
  const cublasStatus_t status = create(matmulDesc);
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  (*matmulDesc)->compute = computeType;
  (*matmulDesc)->scale = scaleType;
  return status;
}

cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t matmulDesc) { return destroy(matmulDesc); }

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t matmulDesc,
                                              cublasLtMatmulDescAttributes_t attr, const void* buf,
                                              std::size_t sizeInBytes) {
  if (!simt::is_live(matmulDesc)) return CUBLAS_STATUS_INVALID_VALUE;
  switch (attr) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
      return set(matmulDesc->op_a, buf, sizeInBytes);
    case CUBLASLT_MATMUL_DESC_TRANSB:
      return set(matmulDesc->op_b, buf, sizeInBytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE:
      return set(matmulDesc->epilogue, buf, sizeInBytes);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
      return set(matmulDesc->bias, buf, sizeInBytes);
  }
  return CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* matLayout, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t cols, std::int64_t ld) {
  const cublasStatus_t status = create(matLayout);
  if (status == CUBLAS_STATUS_SUCCESS) **matLayout = {type, rows, cols, ld};
  return status;
}

cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t matLayout) { return destroy(matLayout); }

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* pref) { return create(pref); }

cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t pref) { return destroy(pref); }

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t pref,
                                                    cublasLtMatmulPreferenceAttributes_t attr,
                                                    const void* buf, std::size_t sizeInBytes) {
  if (!simt::is_live(pref)) return CUBLAS_STATUS_INVALID_VALUE;
  switch (attr) {
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
      return set(pref->max_workspace, buf, sizeInBytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
      return set(pref->alignment[0], buf, sizeInBytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
      return set(pref->alignment[1], buf, sizeInBytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
      return set(pref->alignment[2], buf, sizeInBytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
      return set(pref->alignment[3], buf, sizeInBytes);
  }
  return CUBLAS_STATUS_INVALID_VALUE;
}

namespace {

struct Layouts {
  cublasLtMatrixLayout_t a, b, c, d;
};

bool all_live(cublasLtMatmulDesc_t desc, const Layouts& layouts) {
  return simt::is_live(desc) && simt::is_live(layouts.a) && simt::is_live(layouts.b) &&
         simt::is_live(layouts.c) && simt::is_live(layouts.d);
}

bool is_operation(std::int32_t op) { return op == CUBLAS_OP_N || op == CUBLAS_OP_T; }

bool has_size(const cublasLtMatrixLayoutOpaque_t& layout, std::int64_t rows, std::int64_t cols) {
  return static_cast<std::int64_t>(layout.rows) == rows && static_cast<std::int64_t>(layout.cols) == cols;
}

// The documentation has no configuration for empty matrices, so there is none here.
bool is_possible(const cublasLtMatrixLayoutOpaque_t& layout) {
  return layout.rows > 0 && layout.cols > 0 && layout.ld >= static_cast<std::int64_t>(layout.rows);
}

// The supported rows of cublasLtMatmul's table of data types. In all of them bias and relu have the type of
// D. https://docs.nvidia.com/cuda/cublas/#cublasltmatmul
bool is_supported(const cublasLtMatmulDescOpaque_t& desc, cudaDataType_t type) {
  if (desc.scale != type) return false;
  switch (desc.compute) {
    case CUBLAS_COMPUTE_32F:
    case CUBLAS_COMPUTE_32F_PEDANTIC:
    case CUBLAS_COMPUTE_32F_FAST_TF32:
      return type == CUDA_R_32F;
    case CUBLAS_COMPUTE_64F:
      return type == CUDA_R_64F;
  }
  return false;
}

bool is_epilogue(std::uint32_t epilogue) {
  return epilogue == CUBLASLT_EPILOGUE_DEFAULT || epilogue == CUBLASLT_EPILOGUE_RELU ||
         epilogue == CUBLASLT_EPILOGUE_BIAS || epilogue == CUBLASLT_EPILOGUE_RELU_BIAS;
}

void set_sizes(const cublasLtMatmulDescOpaque_t& desc, const Layouts& layouts, simt::Gemm& gemm) {
  gemm.a = {nullptr, desc.op_a == CUBLAS_OP_T, layouts.a->ld, 0};
  gemm.b = {nullptr, desc.op_b == CUBLAS_OP_T, layouts.b->ld, 0};
  gemm.m = static_cast<std::int64_t>(layouts.d->rows);
  gemm.n = static_cast<std::int64_t>(layouts.d->cols);
  gemm.k = static_cast<std::int64_t>(gemm.a.transposed ? layouts.a->rows : layouts.a->cols);
  gemm.ldc = layouts.c->ld;
  gemm.ldd = layouts.d->ld;
}

bool sizes_agree(const Layouts& layouts, const simt::Gemm& gemm) {
  return has_size(*layouts.a, gemm.a.transposed ? gemm.k : gemm.m, gemm.a.transposed ? gemm.m : gemm.k) &&
         has_size(*layouts.b, gemm.b.transposed ? gemm.n : gemm.k, gemm.b.transposed ? gemm.k : gemm.n) &&
         has_size(*layouts.c, gemm.m, gemm.n);
}

// Fills in the product from the descriptor and the layouts, and checks that they agree.
cublasStatus_t describe(cublasLtMatmulDesc_t desc, const Layouts& layouts, simt::Gemm& gemm) {
  if (!all_live(desc, layouts)) return CUBLAS_STATUS_INVALID_VALUE;
  if (!is_operation(desc->op_a) || !is_operation(desc->op_b)) return CUBLAS_STATUS_INVALID_VALUE;
  for (const auto* layout : {layouts.a, layouts.b, layouts.c, layouts.d})
    if (!is_possible(*layout)) return CUBLAS_STATUS_INVALID_VALUE;
  set_sizes(*desc, layouts, gemm);
  if (!sizes_agree(layouts, gemm)) return CUBLAS_STATUS_INVALID_VALUE;

  for (const auto* layout : {layouts.a, layouts.b, layouts.c, layouts.d})
    if (!is_supported(*desc, layout->type)) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (!is_epilogue(desc->epilogue)) return CUBLAS_STATUS_NOT_SUPPORTED;
  gemm.f64 = layouts.d->type == CUDA_R_64F;
  gemm.tf32 = desc->compute == CUBLAS_COMPUTE_32F_FAST_TF32;
  gemm.relu = (desc->epilogue & CUBLASLT_EPILOGUE_RELU) != 0;
  if ((desc->epilogue & CUBLASLT_EPILOGUE_BIAS) != 0) gemm.bias = desc->bias;
  return CUBLAS_STATUS_SUCCESS;
}

cublasLtMatmulHeuristicResult_t result(std::uint64_t workspace, const std::uint32_t (&alignment)[4]) {
  Algo algo{kMagic, workspace, {}};
  for (int i = 0; i < 4; ++i) algo.alignment[i] = std::min(alignment[i], kVectorLoad);
  cublasLtMatmulHeuristicResult_t result{};
  std::memcpy(&result.algo, &algo, sizeof algo);
  result.workspaceSize = workspace;
  result.wavesCount = 1;
  return result;
}

}  // namespace

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t lightHandle,
                                              cublasLtMatmulDesc_t operationDesc,
                                              cublasLtMatrixLayout_t Adesc, cublasLtMatrixLayout_t Bdesc,
                                              cublasLtMatrixLayout_t Cdesc, cublasLtMatrixLayout_t Ddesc,
                                              cublasLtMatmulPreference_t preference, int requestedAlgoCount,
                                              cublasLtMatmulHeuristicResult_t heuristicResultsArray[],
                                              int* returnAlgoCount) {
  if (!simt::is_live(lightHandle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (requestedAlgoCount <= 0 || heuristicResultsArray == nullptr || returnAlgoCount == nullptr)
    return CUBLAS_STATUS_INVALID_VALUE;
  *returnAlgoCount = 0;
  if (!simt::is_live(preference)) return CUBLAS_STATUS_INVALID_VALUE;
  simt::Gemm gemm;
  const cublasStatus_t status = describe(operationDesc, {Adesc, Bdesc, Cdesc, Ddesc}, gemm);
  if (status != CUBLAS_STATUS_SUCCESS) return status;

  // The real library refuses some products; here a test can make it refuse all.
  if (std::getenv("SIMT_BLASLT_REFUSES") != nullptr) return CUBLAS_STATUS_NOT_SUPPORTED;
  for (const std::uint64_t workspace : {kAlgoWorkspace, std::uint64_t{0}})
    if (workspace <= preference->max_workspace && *returnAlgoCount < requestedAlgoCount)
      heuristicResultsArray[(*returnAlgoCount)++] = result(workspace, preference->alignment);
  return CUBLAS_STATUS_SUCCESS;
}

namespace {

// Without an algo, one that needs no workspace and no alignment beyond the type's.
Algo algo_or_default(const cublasLtMatmulAlgo_t* algo) {
  Algo result{kMagic, 0, {1, 1, 1, 1}};
  if (algo != nullptr) std::memcpy(&result, algo, sizeof result);
  return result;
}

bool has_workspace(const simt::Gemm& gemm, const Algo& algo) {
  if (!simt::is_aligned(gemm.workspace, simt::kWorkspaceAlignment)) return false;
  return gemm.workspace_bytes >= algo.workspace && (gemm.workspace != nullptr || gemm.workspace_bytes == 0);
}

bool are_aligned(const simt::Gemm& gemm, const Algo& algo) {
  const std::uint32_t element = gemm.f64 ? sizeof(double) : sizeof(float);
  const void* const matrices[] = {gemm.a.data, gemm.b.data, gemm.c, gemm.d};
  for (int i = 0; i < 4; ++i)
    if (!simt::is_aligned(matrices[i], std::max(algo.alignment[i], element))) return false;
  return true;
}

}  // namespace

// As documented, INVALID_VALUE "if the parameters are unexpectedly NULL, in conflict or in an impossible
// configuration". C is not among those that may be null.
cublasStatus_t cublasLtMatmul(cublasLtHandle_t lightHandle, cublasLtMatmulDesc_t computeDesc,
                              const void* alpha, const void* A, cublasLtMatrixLayout_t Adesc, const void* B,
                              cublasLtMatrixLayout_t Bdesc, const void* beta, const void* C,
                              cublasLtMatrixLayout_t Cdesc, void* D, cublasLtMatrixLayout_t Ddesc,
                              const cublasLtMatmulAlgo_t* algo, void* workspace,
                              std::size_t workspaceSizeInBytes, cudaStream_t stream) {
  if (!simt::is_live(lightHandle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  simt::Gemm gemm;
  const Layouts layouts{Adesc, Bdesc, Cdesc == nullptr ? Ddesc : Cdesc, Ddesc};
  const cublasStatus_t status = describe(computeDesc, layouts, gemm);
  if (status != CUBLAS_STATUS_SUCCESS) return status;

  for (const void* pointer : {alpha, A, B, beta, C, static_cast<const void*>(D)})
    if (pointer == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  const bool wants_bias = (computeDesc->epilogue & CUBLASLT_EPILOGUE_BIAS) != 0;
  if (wants_bias && computeDesc->bias == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  if (C == D && gemm.ldc != gemm.ldd) return CUBLAS_STATUS_INVALID_VALUE;
  gemm.a.data = A, gemm.b.data = B, gemm.c = C, gemm.d = D;
  gemm.alpha = simt::scalar(alpha, gemm.f64);
  gemm.beta = simt::scalar(beta, gemm.f64);
  gemm.workspace = workspace;
  gemm.workspace_bytes = workspaceSizeInBytes;

  const Algo chosen = algo_or_default(algo);
  if (chosen.magic != kMagic || !has_workspace(gemm, chosen)) return CUBLAS_STATUS_INVALID_VALUE;
  if (!are_aligned(gemm, chosen)) return CUBLAS_STATUS_INVALID_VALUE;
  return simt::run_gemm(stream, "cublasLtMatmul", gemm);
}

// NOLINTEND(readability-identifier-naming)
