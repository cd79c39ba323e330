// Module 07, on a GPU: attention with a running softmax, one thread for each query.

#include "modules/07_attention/attention_cuda.h"

#include <cmath>

#include "modules/course/device_todo.h"

using tinytorch::course::todo;

namespace attention {

/// y = attention of q, k and v, as attend_online in attention_dev.cpp. s.value_width is at most kMostValues.
///
/// 1. The thread's query; a thread beyond the last does nothing.
/// 2. The running largest score and sum are variables, the running values an array of the thread: double
/// values[kMostValues].
/// 3. At the end, write values / sum, or zeros if the query saw no key.
__global__ void attend_kernel(Sizes s, const float* q, const float* k, const float* v, float* y) {
  // BEGIN SOLUTION attend_cuda
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= s.queries) return;
  double largest = -INFINITY, sum = 0, values[kMostValues] = {};
  for (int j = 0; j < s.keys && (!s.causal || j <= i + s.offset); ++j) {
    double score = 0;
    for (int l = 0; l < s.width; ++l) score += static_cast<double>(q[i * s.width + l]) * k[j * s.width + l];
    score *= s.scale;
    const double larger = score > largest ? score : largest;
    const double shrink = exp(largest - larger), weight = exp(score - larger);
    largest = larger;
    sum = sum * shrink + weight;
    for (int l = 0; l < s.value_width; ++l)
      values[l] = values[l] * shrink + weight * v[j * s.value_width + l];
  }
  for (int l = 0; l < s.value_width; ++l)
    y[i * s.value_width + l] = sum == 0 ? 0.0F : static_cast<float>(values[l] / sum);
  // END SOLUTION
}

/// Launches attend_kernel on the stream, in blocks of 64 threads, with a thread for each query.
void attend_cuda(const Sizes& s, const float* q, const float* k, const float* v, float* y,
                 cudaStream_t stream) {
  // BEGIN SOLUTION attend_cuda
  attend_kernel<<<(s.queries + 63) / 64, 64, 0, stream>>>(s, q, k, v, y);
  // END SOLUTION
}

}  // namespace attention
