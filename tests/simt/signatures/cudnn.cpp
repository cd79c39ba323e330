#include <cudnn.h>

#include "signature.h"

#include <cstddef>

SIGNATURE(cudnnGetVersion, std::size_t());
SIGNATURE(cudnnGetErrorString, const char*(cudnnStatus_t));

SIGNATURE(cudnnCreate, cudnnStatus_t(cudnnHandle_t*));
SIGNATURE(cudnnDestroy, cudnnStatus_t(cudnnHandle_t));
SIGNATURE(cudnnSetStream, cudnnStatus_t(cudnnHandle_t, cudaStream_t));

SIGNATURE(cudnnCreateTensorDescriptor, cudnnStatus_t(cudnnTensorDescriptor_t*));
SIGNATURE(cudnnDestroyTensorDescriptor, cudnnStatus_t(cudnnTensorDescriptor_t));
SIGNATURE(cudnnSetTensorNdDescriptor,
          cudnnStatus_t(cudnnTensorDescriptor_t, cudnnDataType_t, int, const int*, const int*));

SIGNATURE(cudnnSoftmaxForward,
          cudnnStatus_t(cudnnHandle_t, cudnnSoftmaxAlgorithm_t, cudnnSoftmaxMode_t, const void*,
                        cudnnTensorDescriptor_t, const void*, const void*, cudnnTensorDescriptor_t, void*));
SIGNATURE(cudnnSoftmaxBackward,
          cudnnStatus_t(cudnnHandle_t, cudnnSoftmaxAlgorithm_t, cudnnSoftmaxMode_t, const void*,
                        cudnnTensorDescriptor_t, const void*, cudnnTensorDescriptor_t, const void*,
                        const void*, cudnnTensorDescriptor_t, void*));

VALUE(CUDNN_DIM_MAX, 8);

VALUE(CUDNN_STATUS_SUCCESS, 0);
VALUE(CUDNN_STATUS_NOT_INITIALIZED, 1001);
VALUE(CUDNN_STATUS_BAD_PARAM, 2000);
VALUE(CUDNN_STATUS_NOT_SUPPORTED, 3000);
VALUE(CUDNN_STATUS_INTERNAL_ERROR, 4000);
VALUE(CUDNN_STATUS_EXECUTION_FAILED, 5000);

VALUE(CUDNN_DATA_FLOAT, 0);
VALUE(CUDNN_DATA_DOUBLE, 1);

VALUE(CUDNN_SOFTMAX_ACCURATE, 1);
VALUE(CUDNN_SOFTMAX_LOG, 2);
VALUE(CUDNN_SOFTMAX_MODE_INSTANCE, 0);
VALUE(CUDNN_SOFTMAX_MODE_CHANNEL, 1);
