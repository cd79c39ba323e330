// Module 06: images.
//
// A dense layer has a weight for each pair of an input and an output. An image of 100 x 100 pixels would take
// ten thousand of them for each output, and what it learned of one corner it would not know of another. A
// convolution slides one small filter over the image.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 06

#include "modules/06_spatial/spatial.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace spatial {

/// How many positions a filter has along an axis of the image.
///
///     output_size(5, 3, 1, 0) = 3    output_size(5, 3, 2, 0) = 2    output_size(5, 3, 1, 1) = 5
///     output_size(6, 3, 2, 0) = 2
///
/// 1. The padding adds zeros on either side: the axis has size + 2 padding elements.
/// 2. The filter begins at 0, stride, 2 stride ..., as long as it ends inside.
int output_size(int size, int kernel, int stride, int padding) {
  // BEGIN SOLUTION output_size
  return (size + 2 * padding - kernel) / stride + 1;
  // END SOLUTION
}

/// y(n, f, i, j) = bias(f) + the sum over c, k and l of weight(f, c, k, l) x(n, c, i stride - padding + k, j
/// stride - padding + l).
///
/// 1. Seven loops: over the four indices of y, and the three of a filter.
/// 2. Outside the image x is 0: skip such terms. Their memory belongs to something else.
/// 3. Add up in double, and round once.
void conv2d(const Conv& s, const float* x, const float* weight, const float* bias, float* y) {
  // BEGIN SOLUTION conv2d
  for (int n = 0; n < s.batch; ++n) {
    for (int f = 0; f < s.filters; ++f) {
      for (int i = 0; i < s.out_height; ++i) {
        for (int j = 0; j < s.out_width; ++j) {
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
          y[((n * s.filters + f) * s.out_height + i) * s.out_width + j] = static_cast<float>(sum);
        }
      }
    }
  }
  // END SOLUTION
}

/// Writes what each position of the filter sees in the first image of x as a column of a matrix, columns
/// [channels kernel kernel, out_height out_width]: then the convolution is a product of matrices.
///
/// 1. Row (c, k, l), which is (c kernel + k) kernel + l, and column (i, j), which is i out_width + j, is
///    x(0, c, i stride - padding + k, j stride - padding + l).
/// 2. Outside the image it is 0, which has to be written.
void im2col(const Conv& s, const float* x, float* columns) {
  // BEGIN SOLUTION im2col
  float* to = columns;
  for (int c = 0; c < s.channels; ++c) {
    for (int k = 0; k < s.kernel; ++k) {
      for (int l = 0; l < s.kernel; ++l) {
        for (int i = 0; i < s.out_height; ++i) {
          for (int j = 0; j < s.out_width; ++j) {
            const int row = i * s.stride - s.padding + k, column = j * s.stride - s.padding + l;
            const bool inside = row >= 0 && row < s.height && column >= 0 && column < s.width;
            *to++ = inside ? x[(c * s.height + row) * s.width + column] : 0;
          }
        }
      }
    }
  }
  // END SOLUTION
}

/// The convolution of an image from its columns: y [filters, out_height out_width] = weight [filters,
/// channels kernel kernel] times columns, plus the bias of each filter.
void conv2d_of_columns(const Conv& s, const float* columns, const float* weight, const float* bias,
                       float* y) {
  // BEGIN SOLUTION conv2d_of_columns
  const int terms = s.channels * s.kernel * s.kernel, positions = s.out_height * s.out_width;
  for (int f = 0; f < s.filters; ++f) {
    std::vector<double> sums(static_cast<std::size_t>(positions), bias[f]);
    for (int t = 0; t < terms; ++t) {
      const double factor = weight[f * terms + t];
      for (int p = 0; p < positions; ++p)
        sums[static_cast<std::size_t>(p)] += factor * columns[t * positions + p];
    }
    for (int p = 0; p < positions; ++p)
      y[f * positions + p] = static_cast<float>(sums[static_cast<std::size_t>(p)]);
  }
  // END SOLUTION
}

/// y = the largest element of each window, and indices = where it is in its image: row width + column. The
/// gradient needs it.
///
/// 1. A window begins at row i stride and column j stride, and has kernel rows and columns. It is inside the
/// image.
/// 2. Begin with the first element of the window, not with 0. Of equal elements take the first.
/// 3. A NaN counts as the largest, as it must not be lost.
void max_pool2d(const Pool& s, const float* x, float* y, std::int64_t* indices) {
  // BEGIN SOLUTION max_pool2d
  for (int n = 0; n < s.images; ++n) {
    const float* image = x + static_cast<std::ptrdiff_t>(n) * s.height * s.width;
    for (int i = 0; i < s.out_height; ++i) {
      for (int j = 0; j < s.out_width; ++j) {
        int best = i * s.stride * s.width + j * s.stride;
        for (int k = 0; k < s.kernel; ++k) {
          for (int l = 0; l < s.kernel; ++l) {
            const int index = (i * s.stride + k) * s.width + j * s.stride + l;
            if (image[index] > image[best] || (std::isnan(image[index]) && !std::isnan(image[best])))
              best = index;
          }
        }
        *y++ = image[best];
        *indices++ = best;
      }
    }
  }
  // END SOLUTION
}

/// The gradient of max_pool2d: each element of grad goes to the element that was the largest.
///
/// 1. dx begins with 0, and has all images' elements.
/// 2. Windows can overlap, and then one element is the largest of several: add.
void max_pool2d_gradient(const Pool& s, const float* grad, const std::int64_t* indices, float* dx) {
  // BEGIN SOLUTION max_pool2d_gradient
  const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(s.height) * s.width;
  std::fill(dx, dx + s.images * size, 0.0F);
  for (int n = 0; n < s.images; ++n) {
    for (int p = 0; p < s.out_height * s.out_width; ++p) dx[n * size + *indices++] += *grad++;
  }
  // END SOLUTION
}

/// The gradient of conv2d by its input: how the loss changes with each pixel, if it changes with y by grad.
///
/// 1. In conv2d, x(n, c, row, column) is multiplied by weight(f, c, k, l) and added to y(n, f, i, j). So
/// grad(n, f, i, j) times
///    weight(f, c, k, l) is a part of dx(n, c, row, column).
/// 2. The same loops as conv2d, which add to dx instead of reading x. Begin with 0, and add up in double.
void conv2d_input_gradient(const Conv& s, const float* grad, const float* weight, float* dx) {
  // BEGIN SOLUTION conv2d_input_gradient
  std::vector<double> sums(static_cast<std::size_t>(s.batch * s.channels * s.height * s.width), 0.0);
  for (int n = 0; n < s.batch; ++n) {
    for (int f = 0; f < s.filters; ++f) {
      for (int i = 0; i < s.out_height; ++i) {
        for (int j = 0; j < s.out_width; ++j) {
          const double g = grad[((n * s.filters + f) * s.out_height + i) * s.out_width + j];
          for (int c = 0; c < s.channels; ++c) {
            for (int k = 0; k < s.kernel; ++k) {
              for (int l = 0; l < s.kernel; ++l) {
                const int row = i * s.stride - s.padding + k, column = j * s.stride - s.padding + l;
                if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
                sums[static_cast<std::size_t>(((n * s.channels + c) * s.height + row) * s.width + column)] +=
                    g * weight[((f * s.channels + c) * s.kernel + k) * s.kernel + l];
              }
            }
          }
        }
      }
    }
  }
  std::transform(sums.begin(), sums.end(), dx, [](double sum) { return static_cast<float>(sum); });
  // END SOLUTION
}

/// The gradient of conv2d by its weight.
///
/// 1. By the same product, grad(n, f, i, j) times x(n, c, row, column) is a part of dweight(f, c, k, l).
/// 2. It is the sum over all images and all positions. Begin with 0, and add up in double.
void conv2d_weight_gradient(const Conv& s, const float* grad, const float* x, float* dweight) {
  // BEGIN SOLUTION conv2d_weight_gradient
  for (int f = 0; f < s.filters; ++f) {
    for (int c = 0; c < s.channels; ++c) {
      for (int k = 0; k < s.kernel; ++k) {
        for (int l = 0; l < s.kernel; ++l) {
          double sum = 0;
          for (int n = 0; n < s.batch; ++n) {
            for (int i = 0; i < s.out_height; ++i) {
              for (int j = 0; j < s.out_width; ++j) {
                const int row = i * s.stride - s.padding + k, column = j * s.stride - s.padding + l;
                if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
                sum += static_cast<double>(grad[((n * s.filters + f) * s.out_height + i) * s.out_width + j]) *
                       x[((n * s.channels + c) * s.height + row) * s.width + column];
              }
            }
          }
          dweight[((f * s.channels + c) * s.kernel + k) * s.kernel + l] = static_cast<float>(sum);
        }
      }
    }
  }
  // END SOLUTION
}

}  // namespace spatial
