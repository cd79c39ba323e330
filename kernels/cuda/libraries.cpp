#include "kernels/cuda/libraries.h"

#include <array>
#include <limits>

#include "core/allocator.h"
#include "core/error.h"
#include "core/internal/format.h"
#include "kernels/cuda/error.h"
#include "kernels/cuda/stream.h"

namespace tinytorch::cuda {

void check(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_ALLOC_FAILED) fail_cuda_memory(what, cublasGetStatusString(status));
  if (status != CUBLAS_STATUS_SUCCESS) fail_cuda(what, cublasGetStatusString(status));
}

void check(cudnnStatus_t status, const char* what) {
  if (status == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
      status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED)
    fail_cuda_memory(what, cudnnGetErrorString(status));
  if (status != CUDNN_STATUS_SUCCESS) fail_cuda(what, cudnnGetErrorString(status));
}

int to_int(std::int64_t length, const char* library) {
  if (length > std::numeric_limits<int>::max())
    fail_cuda(library, fmt::format("a length of {} exceeds its limit of 2^31 - 1", length));
  return static_cast<int>(length);
}

cudnnDataType_t dnn_type(DType dtype) { return dtype == DType::f64 ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT; }

DnnTensor dnn_tensor(DType dtype, const Shape& shape, const Strides& strides) {
  DnnTensor tensor = make_owned<DnnTensor>(
      [](cudnnTensorDescriptor_t* made) { CUDA_CHECK(cudnnCreateTensorDescriptor(made)); });
  std::array<int, 4> length, stride;
  for (int axis = 0; axis < 4; ++axis) {
    length[static_cast<std::size_t>(axis)] = to_int(shape[axis], "cuDNN");
    stride[static_cast<std::size_t>(axis)] = to_int(strides[axis], "cuDNN");
  }
  CUDA_CHECK(cudnnSetTensorNdDescriptor(tensor.get(), dnn_type(dtype), 4, length.data(), stride.data()));
  return tensor;
}

namespace {

/// cuBLAS's own default: 32 MiB from Hopper on, else 4 MiB (documentation of cublasSetWorkspace()).
std::size_t default_workspace_bytes(int device_index) {
  constexpr std::size_t kMebibyte = std::size_t{1} << 20;
  int major = 0;
  CUDA_CHECK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device_index));
  return (major >= 9 ? 32 : 4) * kMebibyte;
}

}  // namespace

Libraries::Libraries(CudaStream& stream)
    : stream_(stream), workspace_bytes_(default_workspace_bytes(stream.device().index)) {}

template <class Create>
auto Libraries::retry_with_freed_cache(const Create& create) {
  try {
    return create();
  } catch (const Error&) {
    release_cached_memory(stream_.device());
    return create();
  }
}

cublasHandle_t Libraries::blas() {
  if (!blas_) {
    BlasHandle handle = retry_with_freed_cache(
        [] { return make_owned<BlasHandle>([](cublasHandle_t* made) { CUDA_CHECK(cublasCreate(made)); }); });
    CUDA_CHECK(cublasSetStream(handle.get(), stream_.handle()));
    CUDA_CHECK(cublasSetWorkspace(handle.get(), workspace(), workspace_bytes()));
    blas_ = std::move(handle);
  }
  return blas_.get();
}

cublasLtHandle_t Libraries::blas_lt() {
  if (!blas_lt_) {
    blas_lt_ = retry_with_freed_cache([] {
      return make_owned<BlasLtHandle>([](cublasLtHandle_t* made) { CUDA_CHECK(cublasLtCreate(made)); });
    });
  }
  return blas_lt_.get();
}

cudnnHandle_t Libraries::dnn() {
  if (!dnn_) {
    DnnHandle handle = retry_with_freed_cache(
        [] { return make_owned<DnnHandle>([](cudnnHandle_t* made) { CUDA_CHECK(cudnnCreate(made)); }); });
    CUDA_CHECK(cudnnSetStream(handle.get(), stream_.handle()));
    dnn_ = std::move(handle);
  }
  return dnn_.get();
}

void* Libraries::workspace() {
  if (!workspace_) workspace_ = std::make_unique<Storage>(stream_.device(), workspace_bytes());
  return workspace_->data();
}

}  // namespace tinytorch::cuda
