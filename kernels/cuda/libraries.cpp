#include "kernels/cuda/libraries.h"

#include <cstdlib>
#include <string_view>

#include "kernels/cuda/error.h"
#include "kernels/cuda/stream.h"

namespace tinytorch::cuda {

void check(cublasStatus_t status, const char* what) {
  if (status != CUBLAS_STATUS_SUCCESS) fail_cuda(what, cublasGetStatusString(status));
}

void check(cudnnStatus_t status, const char* what) {
  if (status != CUDNN_STATUS_SUCCESS) fail_cuda(what, cudnnGetErrorString(status));
}

bool allows_tf32() {
  static const bool allowed = [] {
    const char* const value = std::getenv("TINYTORCH_TF32");
    return value != nullptr && std::string_view(value) == "1";
  }();
  return allowed;
}

cublasHandle_t Libraries::blas() {
  if (!blas_) {
    BlasHandle handle = make_owned<BlasHandle>([](cublasHandle_t* made) { CUDA_CHECK(cublasCreate(made)); });
    CUDA_CHECK(cublasSetStream(handle.get(), stream_.handle()));
    CUDA_CHECK(cublasSetWorkspace(handle.get(), workspace(), workspace_bytes()));
    blas_ = std::move(handle);
  }
  return blas_.get();
}

cublasLtHandle_t Libraries::blas_lt() {
  if (!blas_lt_) {
    blas_lt_ = make_owned<BlasLtHandle>([](cublasLtHandle_t* made) { CUDA_CHECK(cublasLtCreate(made)); });
  }
  return blas_lt_.get();
}

cudnnHandle_t Libraries::dnn() {
  if (!dnn_) {
    DnnHandle handle = make_owned<DnnHandle>([](cudnnHandle_t* made) { CUDA_CHECK(cudnnCreate(made)); });
    CUDA_CHECK(cudnnSetStream(handle.get(), stream_.handle()));
    dnn_ = std::move(handle);
  }
  return dnn_.get();
}

void* Libraries::workspace() {
  if (!workspace_) workspace_ = std::make_unique<Storage>(stream_.device(), workspace_bytes());
  return workspace_->data();
}

std::size_t Libraries::workspace_bytes() {
  // What cuBLAS takes by itself: 32 MiB from Hopper on, else 4 MiB (its documentation of
  // cublasSetWorkspace()).
  constexpr std::size_t kMebibyte = std::size_t{1} << 20;
  cudaDeviceProp properties{};
  CUDA_CHECK(cudaGetDeviceProperties(&properties, stream_.device().index));
  return (properties.major >= 9 ? 32 : 4) * kMebibyte;
}

}  // namespace tinytorch::cuda
