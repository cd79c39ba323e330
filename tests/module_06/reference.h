#pragma once

#include <cstddef>
#include <vector>

#include "modules/06_spatial/spatial.h"

// A convolution that is written otherwise than the lesson's, to compare with.
namespace spatial {

using Floats = std::vector<float>;

inline Conv conv(int batch, int channels, int height, int width, int filters, int kernel, int stride = 1,
                 int padding = 0) {
  return {.batch = batch,
          .channels = channels,
          .height = height,
          .width = width,
          .filters = filters,
          .kernel = kernel,
          .stride = stride,
          .padding = padding,
          .out_height = (height + 2 * padding - kernel) / stride + 1,
          .out_width = (width + 2 * padding - kernel) / stride + 1};
}

inline std::size_t size_of_x(const Conv& s) {
  return static_cast<std::size_t>(s.batch * s.channels * s.height * s.width);
}
inline std::size_t size_of_weight(const Conv& s) {
  return static_cast<std::size_t>(s.filters * s.channels * s.kernel * s.kernel);
}
inline std::size_t size_of_y(const Conv& s) {
  return static_cast<std::size_t>(s.batch * s.filters * s.out_height * s.out_width);
}

/// Small integers, so that results are exact.
inline Floats numbers(std::size_t size, unsigned seed) {
  Floats values(size);
  for (float& each : values) {
    seed = seed * 1664525 + 1013904223;
    each = static_cast<float>(seed >> 28) - 8;
  }
  return values;
}

/// Calls term(index in y, index in weight, index in x) for each product of the convolution.
template <class F>
void for_each_product(const Conv& s, const F& term) {
  for (int n = 0; n < s.batch; ++n)
    for (int c = 0; c < s.channels; ++c)
      for (int row = 0; row < s.height; ++row)
        for (int column = 0; column < s.width; ++column)
          for (int k = 0; k < s.kernel; ++k)
            for (int l = 0; l < s.kernel; ++l) {
              const int down = row + s.padding - k, right = column + s.padding - l;
              if (down % s.stride != 0 || right % s.stride != 0 || down < 0 || right < 0) continue;
              const int i = down / s.stride, j = right / s.stride;
              if (i >= s.out_height || j >= s.out_width) continue;
              for (int f = 0; f < s.filters; ++f)
                term(static_cast<std::size_t>(((n * s.filters + f) * s.out_height + i) * s.out_width + j),
                     static_cast<std::size_t>(((f * s.channels + c) * s.kernel + k) * s.kernel + l),
                     static_cast<std::size_t>(((n * s.channels + c) * s.height + row) * s.width + column));
            }
}

inline Floats reference(const Conv& s, const Floats& x, const Floats& weight, const Floats& bias) {
  Floats y(size_of_y(s));
  const std::size_t positions = static_cast<std::size_t>(s.out_height * s.out_width);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = bias[i / positions % bias.size()];
  for_each_product(s, [&](std::size_t of_y, std::size_t of_weight, std::size_t of_x) {
    y[of_y] += weight[of_weight] * x[of_x];
  });
  return y;
}

}  // namespace spatial
