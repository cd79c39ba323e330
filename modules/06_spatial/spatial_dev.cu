// Module 06, on a GPU: a convolution, one thread for each element of the result.

#include "modules/06_spatial/spatial_cuda.h"

#include "modules/course/device_todo.h"

using tinytorch::course::todo;

namespace spatial {

/// y = the convolution of x with the weight, plus the bias, as conv2d in spatial_dev.cpp. A thread has an
/// index in y, counted through all its axes: ((n filters + f) out_height + i) out_width + j.
///
/// 1. The thread's index; a thread beyond the end of y does nothing.
/// 2. j is the index modulo out_width; the quotient has i in the same way, then f and n.
/// 3. The three loops over the filter, in double.
__global__ void conv2d_kernel(Conv s, const float* x, const float* weight, const float* bias, float* y) {
  // BEGIN SOLUTION conv2d_cuda
  const int index = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (index >= s.batch * s.filters * s.out_height * s.out_width) return;
  const int j = index % s.out_width, i = index / s.out_width % s.out_height;
  const int f = index / s.out_width / s.out_height % s.filters,
            n = index / s.out_width / s.out_height / s.filters;
  double sum = bias[f];
  for (int c = 0; c < s.channels; ++c) {
    for (int k = 0; k < s.kernel; ++k) {
      for (int l = 0; l < s.kernel; ++l) {
        const int row = i * s.stride - s.padding + k, column = j * s.stride - s.padding + l;
        if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
        sum += static_cast<double>(weight[((f * s.channels + c) * s.kernel + k) * s.kernel + l]) *
               x[((n * s.channels + c) * s.height + row) * s.width + column];
      }
    }
  }
  y[index] = static_cast<float>(sum);
  // END SOLUTION
}

/// Launches conv2d_kernel on the stream, in blocks of 128 threads, with a thread for each element of y.
void conv2d_cuda(const Conv& s, const float* x, const float* weight, const float* bias, float* y,
                 cudaStream_t stream) {
  // BEGIN SOLUTION conv2d_cuda
  const int size = s.batch * s.filters * s.out_height * s.out_width, threads = 128;
  conv2d_kernel<<<(size + threads - 1) / threads, threads, 0, stream>>>(s, x, weight, bias, y);
  // END SOLUTION
}

}  // namespace spatial
