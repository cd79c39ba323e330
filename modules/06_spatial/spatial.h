#pragma once

#include <cstddef>
#include <cstdint>

// What module 06 writes: spatial_dev.cpp defines the functions. Arrays are contiguous, in the order of their
// axes.
namespace spatial {

/// The sizes of a convolution of images x [batch, channels, height, width] with filters, weight [filters,
/// channels, kernel, kernel], to y [batch, filters, out_height, out_width].
struct Conv {
  int batch, channels, height, width, filters, kernel, stride = 1, padding = 0;
  int out_height, out_width;
};

/// The sizes of a pooling of images x [images, height, width] to y [images, out_height, out_width], without
/// padding.
struct Pool {
  int images, height, width, kernel, stride;
  int out_height, out_width;
};

int output_size(int size, int kernel, int stride, int padding);
void conv2d(const Conv& s, const float* x, const float* weight, const float* bias, float* y);
void im2col(const Conv& s, const float* x, float* columns);
void conv2d_of_columns(const Conv& s, const float* columns, const float* weight, const float* bias, float* y);
void max_pool2d(const Pool& s, const float* x, float* y, std::int64_t* indices);
void max_pool2d_gradient(const Pool& s, const float* grad, const std::int64_t* indices, float* dx);
void conv2d_input_gradient(const Conv& s, const float* grad, const float* weight, float* dx);
void conv2d_weight_gradient(const Conv& s, const float* grad, const float* x, float* dweight);

}  // namespace spatial
