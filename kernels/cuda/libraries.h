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

/// Owns what a library made: `destroy` is the library's function for it.
template <auto destroy>
struct Destroyer {
  template <class T>
  void operator()(T* owned) const noexcept {
    // A destroyer must not throw, and who used the object heard of its errors.
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

/// @throws CudaError  the library reported an error; `what` is the call
void check(cublasStatus_t status, const char* what);
void check(cudnnStatus_t status, const char* what);

/// @throws CudaError  a length is above what the interface of `library` can say
int to_int(std::int64_t length, const char* library);

/// Calls create(&handle) and takes the handle.
template <class Owner, class Create>
Owner make_owned(const Create& create) {
  typename Owner::pointer handle = nullptr;
  create(&handle);
  return Owner(handle);
}

/// What cuDNN calls f32 or f64.
cudnnDataType_t dnn_type(DType dtype);

/// What cuDNN is told of a tensor of four axes.
DnnTensor dnn_tensor(DType dtype, const Shape& shape, const Strides& strides);

/// What cuBLAS, cuBLASLt and cuDNN need to work in one stream, each made on first use. A library's handle
/// takes one call at a time: hold the lock from the first use of a handle to the last.
class Libraries {
 public:
  explicit Libraries(CudaStream& stream);

  std::mutex& mutex() { return mutex_; }
  cublasHandle_t blas();
  cublasLtHandle_t blas_lt();
  cudnnHandle_t dnn();

  /// Scratch memory that the calls of the stream share, as they run one after another.
  void* workspace();
  std::size_t workspace_bytes() const { return workspace_bytes_; }

  /// m, n, k, the leading dimensions and transpositions of x and the weight, the epilogue, the alignment.
  using LinearKey = std::tuple<int, int, int, int, int, bool, bool, int, unsigned>;
  /// The ways that cuBLASLt chose; nothing where it knew none.
  std::map<LinearKey, std::optional<cublasLtMatmulAlgo_t>>& linear_algorithms() { return linear_algorithms_; }

 private:
  /// create(), and if that fails once more, with the memory that the allocator only keeps for later.
  template <class Create>
  auto with_room(const Create& create);

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
