#pragma once

#include <cudnn.h>

#include "handles.h"

#include <algorithm>
#include <cstdint>

// The objects behind cuDNN's handles, and the checks that its functions share.

struct cudnnContext {
  cudaStream_t stream = nullptr;
};

struct cudnnTensorStruct {
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  int rank = 0;  // 0: not set yet
  int dims[CUDNN_DIM_MAX] = {};
  int strides[CUDNN_DIM_MAX] = {};
};

namespace simt {

inline bool is_set(cudnnTensorDescriptor_t desc) { return is_live(desc) && desc->rank > 0; }

// Whether several elements share an address: they would be written in no defined order.
inline bool repeats_elements(const cudnnTensorStruct& desc) {
  for (int i = 0; i < desc.rank; ++i)
    if (desc.dims[i] > 1 && desc.strides[i] == 0) return true;
  return false;
}

// Reads alpha or beta, which have the type of the tensors.
inline double scalar(const void* value, cudnnDataType_t type) {
  return type == CUDNN_DATA_DOUBLE ? *static_cast<const double*>(value)
                                   : double{*static_cast<const float*>(value)};
}

}  // namespace simt
