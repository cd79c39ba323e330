#pragma once

#include <cuda_runtime.h>

// What module 03 writes for CUDA: activations_dev.cu defines this function.
namespace activations {

void relu_cuda(const float* x, float* y, int n, cudaStream_t stream);

}  // namespace activations
