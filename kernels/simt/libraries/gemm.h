#pragma once

#include <cublas_v2.h>

#include <cstddef>
#include <cstdint>

// The matrix product behind the stand-ins for cuBLAS and cuBLASLt, which check the arguments.
namespace simt {

/// The matrices X[i] of a batch, column-major, and whether op(X) is the transpose.
struct Operand {
  const void* data = nullptr;
  bool transposed = false;
  std::int64_t ld = 0;
  std::int64_t stride = 0;
};

/// D[i] = relu(alpha op(A[i]) op(B[i]) + beta C[i] + bias). op(A) is m x k, op(B) k x n, bias
/// has one value per row; it and relu are optional. C is not read if beta is 0.
struct Gemm {
  std::int64_t m = 0, n = 0, k = 0, batch = 1;
  bool f64 = false;   // double, not float
  bool tf32 = false;  // rounds A and B to TF32
  double alpha = 1, beta = 0;
  Operand a, b;
  const void* c = nullptr;
  std::int64_t ldc = 0, stride_c = 0;
  void* d = nullptr;
  std::int64_t ldd = 0, stride_d = 0;
  const void* bias = nullptr;
  bool relu = false;
  void* workspace = nullptr;
  std::size_t workspace_bytes = 0;
};

/// Computes the product in stream order. Products are added one after another in the type of the matrices, in
/// the order of k; what follows is rounded once.
cublasStatus_t run_gemm(cudaStream_t stream, const char* name, const Gemm& gemm);

/// The alignment that both libraries require of a workspace.
inline constexpr std::size_t kWorkspaceAlignment = 256;

inline bool is_aligned(const void* pointer, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(pointer) % alignment == 0;
}

/// Reads a host scalar, which has the type of the matrices.
inline double scalar(const void* value, bool f64) {
  return f64 ? *static_cast<const double*>(value) : double{*static_cast<const float*>(value)};
}

}  // namespace simt
