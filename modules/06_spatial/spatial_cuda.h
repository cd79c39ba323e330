#pragma once

#include <cuda_runtime.h>

#include "modules/06_spatial/spatial.h"

// What module 06 writes for CUDA: spatial_dev.cu defines this function.
namespace spatial {

void conv2d_cuda(const Conv& s, const float* x, const float* weight, const float* bias, float* y,
                 cudaStream_t stream);

}  // namespace spatial
