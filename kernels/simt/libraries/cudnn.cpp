#include "cudnn_objects.h"

#include <algorithm>
#include <cstdint>

// Parameters have the names of NVIDIA's documentation.
// NOLINTBEGIN(readability-identifier-naming)

std::size_t cudnnGetVersion() { return CUDNN_VERSION; }

const char* cudnnGetErrorString(cudnnStatus_t status) {
  switch (status) {
    case CUDNN_STATUS_SUCCESS:
      return "CUDNN_STATUS_SUCCESS";
    case CUDNN_STATUS_NOT_INITIALIZED:
      return "CUDNN_STATUS_NOT_INITIALIZED";
    case CUDNN_STATUS_BAD_PARAM:
      return "CUDNN_STATUS_BAD_PARAM";
    case CUDNN_STATUS_NOT_SUPPORTED:
      return "CUDNN_STATUS_NOT_SUPPORTED";
    case CUDNN_STATUS_INTERNAL_ERROR:
      return "CUDNN_STATUS_INTERNAL_ERROR";
    case CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED:
      return "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED";
    case CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED:
      return "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED";
    case CUDNN_STATUS_EXECUTION_FAILED:
      return "CUDNN_STATUS_EXECUTION_FAILED";
  }
  return "CUDNN_UNKNOWN_STATUS";
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  if (handle == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *handle = simt::handles<cudnnContext>().create();
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  const bool destroyed = simt::handles<cudnnContext>().destroy(handle);
  return destroyed ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_NOT_INITIALIZED;
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t streamId) {
  if (!simt::is_live(handle)) return CUDNN_STATUS_NOT_INITIALIZED;
  handle->stream = streamId;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* tensorDesc) {
  if (tensorDesc == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *tensorDesc = simt::handles<cudnnTensorStruct>().create();
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t tensorDesc) {
  return simt::handles<cudnnTensorStruct>().destroy(tensorDesc) ? CUDNN_STATUS_SUCCESS
                                                                : CUDNN_STATUS_BAD_PARAM;
}

namespace {

// "The total size of the tensor descriptor exceeds the maximum limit of 2 Giga-elements."
bool is_too_large(int rank, const int dims[]) {
  std::int64_t elements = 1;
  for (int i = 0; i < rank; ++i)
    if ((elements *= dims[i]) >= std::int64_t{1} << 31) return true;
  return false;
}

}  // namespace

cudnnStatus_t cudnnSetTensorNdDescriptor(cudnnTensorDescriptor_t tensorDesc, cudnnDataType_t dataType,
                                         int nbDims, const int dimA[], const int strideA[]) {
  if (!simt::is_live(tensorDesc) || dimA == nullptr || strideA == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (dataType != CUDNN_DATA_FLOAT && dataType != CUDNN_DATA_DOUBLE) return CUDNN_STATUS_BAD_PARAM;
  if (nbDims < 4 || nbDims > CUDNN_DIM_MAX) return CUDNN_STATUS_NOT_SUPPORTED;
  for (int i = 0; i < nbDims; ++i)
    if (dimA[i] <= 0 || strideA[i] < 0) return CUDNN_STATUS_BAD_PARAM;
  if (is_too_large(nbDims, dimA)) return CUDNN_STATUS_NOT_SUPPORTED;
  *tensorDesc = {};
  tensorDesc->type = dataType;
  tensorDesc->rank = nbDims;
  std::copy_n(dimA, nbDims, tensorDesc->dims);
  std::copy_n(strideA, nbDims, tensorDesc->strides);
  return CUDNN_STATUS_SUCCESS;
}

// NOLINTEND(readability-identifier-naming)
