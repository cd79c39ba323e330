#pragma once

#include <cublasLt.h>
#include <cublas_v2.h>
#include <cudnn.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
#include <type_traits>

#include "core/dims.h"
#include "core/dtype.h"
#include "core/storage.h"

namespace tinytorch::cuda {

class CudaStream;

/// Deletes a library's object with the library's function `destroy`.
template <auto destroy>
struct Destroyer {
  template <class T>
  void operator()(T* owned) const noexcept {
    // A deleter must not throw, and the calls that used the object reported its errors.
    static_cast<void>(destroy(owned));
  }
};
template <class Handle, auto destroy>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroyer<destroy>>;

using BlasHandle = Owned<cublasHandle_t, cublasDestroy>;
using BlasLtHandle = Owned<cublasLtHandle_t, cublasLtDestroy>;
using BlasLtMatmul = Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
using BlasLtLayout = Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>;
using BlasLtPreference = Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>;
using DnnHandle = Owned<cudnnHandle_t, cudnnDestroy>;
using DnnTensor = Owned<cudnnTensorDescriptor_t, cudnnDestroyTensorDescriptor>;

/// @param what  the call
/// @throws MemoryError  the library could not allocate memory
/// @throws CudaError    the library reported another error
void check(cublasStatus_t status, const char* what);
void check(cudnnStatus_t status, const char* what);

/// @throws CudaError  `length` exceeds the int of the interface of `library`
int to_int(std::int64_t length, const char* library);

/// Calls create(&handle) and takes ownership of the handle.
template <class Owner, class Create>
Owner make_owned(const Create& create) {
  typename Owner::pointer handle = nullptr;
  create(&handle);
  return Owner(handle);
}

/// cuDNN's name for f32 or f64.
cudnnDataType_t dnn_type(DType dtype);

/// The cuDNN descriptor of a tensor of four axes.
DnnTensor dnn_tensor(DType dtype, const Shape& shape, const Strides& strides);

/// The handles of cuBLAS, cuBLASLt and cuDNN for one stream, each created on first use. A handle takes one
/// call at a time: hold the lock from its first use to its last.
class Libraries {
 public:
  explicit Libraries(CudaStream& stream);

  std::mutex& mutex() { return mutex_; }
  cublasHandle_t blas();
  cublasLtHandle_t blas_lt();
  cudnnHandle_t dnn();

  /// Scratch memory shared by the calls of the stream, which run one after another.
  void* workspace();
  std::size_t workspace_bytes() const { return workspace_bytes_; }

  /// m, n, k, the leading dimensions and transpositions of x and the weight, the epilogue, the alignment.
  using LinearKey = std::tuple<int, int, int, int, int, bool, bool, int, unsigned>;
  /// The algorithms that cuBLASLt chose; empty where it has none.
  std::map<LinearKey, std::optional<cublasLtMatmulAlgo_t>>& linear_algorithms() { return linear_algorithms_; }

 private:
  /// Calls create(); if that fails, frees the allocator's cached memory and calls it again.
  template <class Create>
  auto retry_with_freed_cache(const Create& create);

  CudaStream& stream_;
  std::size_t workspace_bytes_;
  std::mutex mutex_;
  std::unique_ptr<Storage> workspace_;
  BlasHandle blas_;
  BlasLtHandle blas_lt_;
  DnnHandle dnn_;
  std::map<LinearKey, std::optional<cublasLtMatmulAlgo_t>> linear_algorithms_;
};

}  // namespace tinytorch::cuda
