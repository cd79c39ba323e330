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

SIGNATURE(cudnnCreateFilterDescriptor, cudnnStatus_t(cudnnFilterDescriptor_t*));
SIGNATURE(cudnnDestroyFilterDescriptor, cudnnStatus_t(cudnnFilterDescriptor_t));
SIGNATURE(cudnnSetFilterNdDescriptor,
          cudnnStatus_t(cudnnFilterDescriptor_t, cudnnDataType_t, cudnnTensorFormat_t, int, const int*));
SIGNATURE(cudnnCreateConvolutionDescriptor, cudnnStatus_t(cudnnConvolutionDescriptor_t*));
SIGNATURE(cudnnDestroyConvolutionDescriptor, cudnnStatus_t(cudnnConvolutionDescriptor_t));
SIGNATURE(cudnnSetConvolutionNdDescriptor,
          cudnnStatus_t(cudnnConvolutionDescriptor_t, int, const int*, const int*, const int*,
                        cudnnConvolutionMode_t, cudnnDataType_t));
SIGNATURE(cudnnSetConvolutionGroupCount, cudnnStatus_t(cudnnConvolutionDescriptor_t, int));
SIGNATURE(cudnnSetConvolutionMathType, cudnnStatus_t(cudnnConvolutionDescriptor_t, cudnnMathType_t));

SIGNATURE(cudnnGetConvolutionForwardWorkspaceSize,
          cudnnStatus_t(cudnnHandle_t, cudnnTensorDescriptor_t, cudnnFilterDescriptor_t,
                        cudnnConvolutionDescriptor_t, cudnnTensorDescriptor_t, cudnnConvolutionFwdAlgo_t,
                        std::size_t*));
SIGNATURE(cudnnConvolutionForward,
          cudnnStatus_t(cudnnHandle_t, const void*, cudnnTensorDescriptor_t, const void*,
                        cudnnFilterDescriptor_t, const void*, cudnnConvolutionDescriptor_t,
                        cudnnConvolutionFwdAlgo_t, void*, std::size_t, const void*, cudnnTensorDescriptor_t,
                        void*));
SIGNATURE(cudnnGetConvolutionBackwardDataWorkspaceSize,
          cudnnStatus_t(cudnnHandle_t, cudnnFilterDescriptor_t, cudnnTensorDescriptor_t,
                        cudnnConvolutionDescriptor_t, cudnnTensorDescriptor_t, cudnnConvolutionBwdDataAlgo_t,
                        std::size_t*));
SIGNATURE(cudnnConvolutionBackwardData,
          cudnnStatus_t(cudnnHandle_t, const void*, cudnnFilterDescriptor_t, const void*,
                        cudnnTensorDescriptor_t, const void*, cudnnConvolutionDescriptor_t,
                        cudnnConvolutionBwdDataAlgo_t, void*, std::size_t, const void*,
                        cudnnTensorDescriptor_t, void*));
SIGNATURE(cudnnGetConvolutionBackwardFilterWorkspaceSize,
          cudnnStatus_t(cudnnHandle_t, cudnnTensorDescriptor_t, cudnnTensorDescriptor_t,
                        cudnnConvolutionDescriptor_t, cudnnFilterDescriptor_t,
                        cudnnConvolutionBwdFilterAlgo_t, std::size_t*));
SIGNATURE(cudnnConvolutionBackwardFilter,
          cudnnStatus_t(cudnnHandle_t, const void*, cudnnTensorDescriptor_t, const void*,
                        cudnnTensorDescriptor_t, const void*, cudnnConvolutionDescriptor_t,
                        cudnnConvolutionBwdFilterAlgo_t, void*, std::size_t, const void*,
                        cudnnFilterDescriptor_t, void*));

VALUE(CUDNN_DIM_MAX, 8);

VALUE(CUDNN_STATUS_SUCCESS, 0);
VALUE(CUDNN_STATUS_NOT_INITIALIZED, 1001);
VALUE(CUDNN_STATUS_BAD_PARAM, 2000);
VALUE(CUDNN_STATUS_NOT_SUPPORTED, 3000);
VALUE(CUDNN_STATUS_INTERNAL_ERROR, 4000);
VALUE(CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED, 4003);
VALUE(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED, 4004);
VALUE(CUDNN_STATUS_EXECUTION_FAILED, 5000);

VALUE(CUDNN_DATA_FLOAT, 0);
VALUE(CUDNN_DATA_DOUBLE, 1);

VALUE(CUDNN_TENSOR_NCHW, 0);
VALUE(CUDNN_TENSOR_NHWC, 1);
VALUE(CUDNN_DEFAULT_MATH, 0);
VALUE(CUDNN_FMA_MATH, 3);
VALUE(CUDNN_CONVOLUTION, 0);
VALUE(CUDNN_CROSS_CORRELATION, 1);
VALUE(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0);
VALUE(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, 1);
VALUE(CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, 1);
VALUE(CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, 1);
