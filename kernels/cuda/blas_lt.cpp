#include "kernels/cuda/blas_lt.h"

#include <cstdint>
#include <mutex>
#include <optional>

#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "kernels/cuda/blas.h"
#include "kernels/cuda/error.h"
#include "kernels/cuda/libraries.h"
#include "kernels/cuda/settings.h"
#include "kernels/product.h"

namespace tinytorch::cuda {

namespace {

/// The arguments of one call. As in blas.cpp the weight comes first, because yᵀ = weight xᵀ; y's rows are
/// BLAS's columns, to each of which it adds the bias.
struct LinearCall {
  Product<float> product;  // of x and weightᵀ
  BlasMatrix x, weight;
  const float* bias;
  cublasLtEpilogue_t epilogue;
  std::uint32_t alignment;  // in bytes, of all pointers

  Libraries::LinearKey key() const {
    return {blas_int(product.m), blas_int(product.n),        blas_int(product.k),
            x.leading_dimension, weight.leading_dimension,   x.transposed,
            weight.transposed,   static_cast<int>(epilogue), alignment};
  }
};

/// 16 bytes if all pointers are so aligned, which lets the library load four values at once.
std::uint32_t common_alignment(const Product<float>& p, const float* bias) {
  std::uintptr_t bits = reinterpret_cast<std::uintptr_t>(bias);
  for (const float* pointer : {p.a, p.b, static_cast<const float*>(p.y)})
    bits |= reinterpret_cast<std::uintptr_t>(pointer);
  return bits % 16 == 0 ? 16 : sizeof(float);
}

LinearCall describe(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation,
                    Tensor& y) {
  Product<float> p = first_product<float>(x, transpose(weight), y);
  normalize_strides(p.m, p.k, p.a_row_stride, p.a_column_stride);
  normalize_strides(p.k, p.n, p.b_row_stride, p.b_column_stride);
  return {.product = p,
          .x = blas_matrix(p.k, p.a_row_stride, p.a_column_stride),
          .weight = blas_matrix(p.n, p.b_row_stride, p.b_column_stride),
          .bias = bias.data<float>(),
          .epilogue = activation == Activation::relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS,
          .alignment = common_alignment(p, bias.data<float>())};
}

template <class T>
void set(const BlasLtMatmul& matmul, cublasLtMatmulDescAttributes_t attribute, const T& value) {
  CUDA_CHECK(cublasLtMatmulDescSetAttribute(matmul.get(), attribute, &value, sizeof(value)));
}

BlasLtMatmul make_matmul(const LinearCall& call) {
  const auto compute = allows_tf32() ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
  BlasLtMatmul matmul = make_owned<BlasLtMatmul>(
      [&](cublasLtMatmulDesc_t* made) { CUDA_CHECK(cublasLtMatmulDescCreate(made, compute, CUDA_R_32F)); });
  set(matmul, CUBLASLT_MATMUL_DESC_TRANSA, std::int32_t{call.weight.transposed ? CUBLAS_OP_T : CUBLAS_OP_N});
  set(matmul, CUBLASLT_MATMUL_DESC_TRANSB, std::int32_t{call.x.transposed ? CUBLAS_OP_T : CUBLAS_OP_N});
  set(matmul, CUBLASLT_MATMUL_DESC_EPILOGUE, static_cast<std::uint32_t>(call.epilogue));
  set(matmul, CUBLASLT_MATMUL_DESC_BIAS_POINTER, call.bias);
  return matmul;
}

/// The layout of a matrix used as [rows, columns], and stored so or transposed.
BlasLtLayout make_layout(std::int64_t rows, std::int64_t columns, const BlasMatrix& matrix) {
  if (matrix.transposed) std::swap(rows, columns);
  return make_owned<BlasLtLayout>([&](cublasLtMatrixLayout_t* made) {
    CUDA_CHECK(cublasLtMatrixLayoutCreate(made, CUDA_R_32F, static_cast<std::uint64_t>(rows),
                                          static_cast<std::uint64_t>(columns), matrix.leading_dimension));
  });
}

BlasLtPreference make_preference(const LinearCall& call, std::uint64_t workspace_bytes) {
  BlasLtPreference preference = make_owned<BlasLtPreference>(
      [](cublasLtMatmulPreference_t* made) { CUDA_CHECK(cublasLtMatmulPreferenceCreate(made)); });
  CUDA_CHECK(cublasLtMatmulPreferenceSetAttribute(preference.get(), CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                                  &workspace_bytes, sizeof(workspace_bytes)));
  for (const auto attribute :
       {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES}) {
    CUDA_CHECK(cublasLtMatmulPreferenceSetAttribute(preference.get(), attribute, &call.alignment,
                                                    sizeof(call.alignment)));
  }
  return preference;
}

/// The descriptors of a call.
struct LinearDescriptors {
  BlasLtMatmul matmul;
  BlasLtLayout weight, x, y;

  explicit LinearDescriptors(const LinearCall& call)
      : matmul(make_matmul(call)),
        weight(make_layout(call.product.n, call.product.k, call.weight)),
        x(make_layout(call.product.k, call.product.m, call.x)),
        y(make_layout(call.product.n, call.product.m,
                      {.leading_dimension = blas_int(call.product.n), .transposed = false})) {}
};

/// Asks the library for its best algorithm, which takes some 100 us. Empty if it has none.
std::optional<cublasLtMatmulAlgo_t> query_algorithm(Libraries& libraries, const LinearCall& call,
                                                    const LinearDescriptors& descriptors) {
  const BlasLtPreference preference = make_preference(call, libraries.workspace_bytes());
  cublasLtMatmulHeuristicResult_t best{};
  int found = 0;
  const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
      libraries.blas_lt(), descriptors.matmul.get(), descriptors.weight.get(), descriptors.x.get(),
      descriptors.y.get(), descriptors.y.get(), preference.get(), 1, &best, &found);
  if (status == CUBLAS_STATUS_NOT_SUPPORTED) return {};
  check(status, "cublasLtMatmulAlgoGetHeuristic");
  return found > 0 ? std::optional(best.algo) : std::nullopt;
}

/// The cached answer of query_algorithm().
const std::optional<cublasLtMatmulAlgo_t>& algorithm(Libraries& libraries, const LinearCall& call,
                                                     const LinearDescriptors& descriptors) {
  constexpr std::size_t kMaxEntries = 4096;  // so that ever new batch sizes do not fill the memory
  auto& known = libraries.linear_algorithms();
  const auto entry = known.find(call.key());
  if (entry != known.end()) return entry->second;
  if (known.size() >= kMaxEntries) known.clear();
  return known.emplace(call.key(), query_algorithm(libraries, call, descriptors)).first->second;
}

}  // namespace

bool lt_linear(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation, Tensor& y) {
  const OnDevice on(y.device());
  Libraries& libraries = on.state().libraries();
  const std::lock_guard lock(libraries.mutex());
  const LinearCall call = describe(x, weight, bias, activation, y);
  const LinearDescriptors descriptors(call);
  const std::optional<cublasLtMatmulAlgo_t>& chosen = algorithm(libraries, call, descriptors);
  if (!chosen) return false;
  const float one = 1, zero = 0;
  CUDA_CHECK(cublasLtMatmul(libraries.blas_lt(), descriptors.matmul.get(), &one, call.product.b,
                            descriptors.weight.get(), call.product.a, descriptors.x.get(), &zero,
                            call.product.y, descriptors.y.get(), call.product.y, descriptors.y.get(),
                            &*chosen, libraries.workspace(), libraries.workspace_bytes(), on.stream()));
  check_work("cublasLtMatmul", cudaSuccess, on.stream());
  return true;
}

}  // namespace tinytorch::cuda
