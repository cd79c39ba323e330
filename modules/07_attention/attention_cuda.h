#pragma once

#include <cuda_runtime.h>

#include "modules/07_attention/attention.h"

// What module 07 writes for CUDA: attention_dev.cu defines this function.
namespace attention {

/// The largest value_width that attend_cuda takes.
inline constexpr int kMostValues = 64;

void attend_cuda(const Sizes& s, const float* q, const float* k, const float* v, float* y,
                 cudaStream_t stream);

}  // namespace attention
