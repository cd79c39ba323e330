#include "autograd/internal/pooling.h"
#include "autograd/internal/resampling.h"
#include "core/ops/pooling_kernels.h"
#include "core/ops/resampling_kernels.h"

#include <algorithm>
#include <cmath>

#include "core/ops/copy.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// A window along one axis: the indices of its elements within the image, and their number with the padding.
struct Extent {
  std::vector<std::int64_t> elements;
  std::int64_t padded = 0;
};

struct Axis {
  std::int64_t length, kernel, stride, padding, dilation;
  bool ceil;

  /// The number of windows.
  std::int64_t windows() const {
    const double strides =
        static_cast<double>(length + 2 * padding - dilation * (kernel - 1) - 1) / static_cast<double>(stride);
    auto windows = static_cast<std::int64_t>(ceil ? std::ceil(strides) : std::floor(strides)) + 1;
    if (ceil && (windows - 1) * stride >= length + padding) --windows;
    return windows;
  }
  Extent window(std::int64_t i) const {
    Extent extent;
    for (std::int64_t k = 0; k < kernel; ++k) {
      const std::int64_t element = i * stride - padding + k * dilation;
      if (element >= 0 && element < length) extent.elements.push_back(element);
      if (element < length + padding) ++extent.padded;
    }
    return extent;
  }
};

struct Axes2d {
  Axis height, width;
};

Axes2d axes_of(const Shape& x, const Pair& kernel, const MaxPool2dOptions& o) {
  const auto or_kernel = [](std::int64_t stride, std::int64_t length) {
    return stride == 0 ? length : stride;
  };
  return {{x[2], kernel.height, or_kernel(o.stride.height, kernel.height), o.padding.height,
           o.dilation.height, o.ceil_mode},
          {x[3], kernel.width, or_kernel(o.stride.width, kernel.width), o.padding.width, o.dilation.width,
           o.ceil_mode}};
}

Shape pooled_shape(const Shape& x, const Axes2d& axes) {
  return {x[0], x[1], axes.height.windows(), axes.width.windows()};
}

/// The result of a pooling: f(n, c, rows, columns) of each window.
template <class F>
Array pooled(const Array& x, const Axes2d& axes, const F& f) {
  return generate(pooled_shape(x.shape, axes), [&](const Dims& at) {
    return f(at[0], at[1], axes.height.window(at[2]), axes.width.window(at[3]));
  });
}

/// The index within the image, row * width + column, of a window's first largest element or first NaN; -1 for
/// an empty window.
double max_index(const Array& x, std::int64_t n, std::int64_t c, const Extent& rows, const Extent& columns) {
  double best = 0;
  std::int64_t index = -1;
  for (const std::int64_t i : rows.elements) {
    for (const std::int64_t j : columns.elements) {
      const double value = x({n, c, i, j});
      if (index < 0 || value > best || (std::isnan(value) && !std::isnan(best))) {
        best = value;
        index = i * x.shape[3] + j;
      }
    }
  }
  return static_cast<double>(index);
}

/// max_index() of each window.
Array max_indices(const Array& x, const Axes2d& axes) {
  return pooled(x, axes, [&](std::int64_t n, std::int64_t c, const Extent& rows, const Extent& columns) {
    return max_index(x, n, c, rows, columns);
  });
}

/// The elements of x at max_indices(), `empty` for an empty window.
Array elements_at(const Array& x, const Array& indices, double empty) {
  return generate(indices.shape, [&](const Dims& at) {
    const auto index = static_cast<std::int64_t>(indices(at));
    return index < 0 ? empty : x({at[0], at[1], index / x.shape[3], index % x.shape[3]});
  });
}

/// Adds each element of grad to the element at its index.
Array scattered(const Array& grad, const Array& indices, const Shape& shape) {
  Array dx = generate(shape, [](const Dims&) { return 0.0; });
  const std::int64_t pooled = grad.shape[2] * grad.shape[3], pixels = shape[2] * shape[3];
  for (std::size_t i = 0; i < grad.values.size(); ++i) {
    const auto plane = static_cast<std::int64_t>(i) / pooled,
               index = static_cast<std::int64_t>(indices.values[i]);
    if (index >= 0) dx.values[static_cast<std::size_t>(plane * pixels + index)] += grad.values[i];
  }
  return dx;
}

/// The same elements in the channels-last memory format.
Tensor channels_last(const Tensor& x) { return permute(contiguous(permute(x, {0, 2, 3, 1})), {0, 3, 1, 2}); }

/// The rows of max_pool2d and of the ops in its first and second derivative, for one window.
void max_pool_rows(const std::string& name, const Pair& kernel, const MaxPool2dOptions& options,
                   const std::vector<Shape>& shapes) {
  const Domain values = real(-3, 3);
  row("max_pool2d" + name)
      .inputs(real(-3, 3).including({inf, -inf, nan, 0.0}))
      .shapes(shapes)
      .covers(kernels::max_pool2d)
      .reference([=](const Array& x) {
        return elements_at(x, max_indices(x, axes_of(x.shape, kernel, options)), -inf);
      })
      .exactly()
      .gradient(except_at_ties)
      .calls([=](const auto& x) { return max_pool2d(x, kernel, options); });
  row("max_pool2d_with_indices" + name)
      .inputs(real(-3, 3).including({inf, -inf, nan, 0.0}))
      .result_dtype(DType::i64)
      .shapes(shapes)
      .reference([=](const Array& x) { return max_indices(x, axes_of(x.shape, kernel, options)); })
      .gradient(not_differentiable)
      .calls([=](const auto& x) { return max_pool2d_with_indices(x, kernel, options).indices; });
  std::vector<std::vector<Shape>> with_gradient, twice;
  for (const Shape& x : shapes) {
    with_gradient.push_back({pooled_shape(x, axes_of(x, kernel, options)), x});
    twice.push_back({x, x});
  }
  // The indices are those of the last operand's maxima.
  row("max_pool2d_gradient" + name)
      .inputs(values, values.constant())
      .operand_shapes(with_gradient)
      .covers(kernels::max_pool2d_gradient)
      .reference([=](const Array& grad, const Array& x) {
        return scattered(grad, max_indices(x, axes_of(x.shape, kernel, options)), x.shape);
      })
      .gradient(differentiable)
      .calls([=](const auto& grad, const auto& x) {
        const Tensor indices = max_pool2d_with_indices(x, kernel, options).indices;
        return tinytorch::detail::max_pool2d_gradient(grad, indices, x.shape(), kernel, options);
      });
  row("max_pool2d_at" + name)
      .inputs(values, values.constant())
      .operand_shapes(twice)
      .covers(kernels::max_pool2d_at)
      .reference([=](const Array& u, const Array& x) {
        return elements_at(u, max_indices(x, axes_of(x.shape, kernel, options)), 0);
      })
      .exactly()
      .gradient(differentiable)
      .calls([=](const auto& u, const auto& x) {
        const Tensor indices = max_pool2d_with_indices(x, kernel, options).indices;
        return tinytorch::detail::max_pool2d_at(u, indices, kernel, options);
      });
}

void avg_pool_rows(const std::string& name, const Pair& kernel, const AvgPool2dOptions& options,
                   const std::vector<Shape>& shapes) {
  const auto axes = [=](const Shape& x) {
    return axes_of(x, kernel,
                   {.stride = options.stride, .padding = options.padding, .ceil_mode = options.ceil_mode});
  };
  const auto weight = [=](const Extent& rows, const Extent& columns) {
    const std::size_t inside = rows.elements.size() * columns.elements.size();
    return 1 / (options.count_include_pad ? static_cast<double>(rows.padded * columns.padded)
                                          : static_cast<double>(inside));
  };
  row("avg_pool2d" + name)
      .inputs(real(-3, 3))
      .shapes(shapes)
      .covers(kernels::resample2d)
      .reference([=](const Array& x) {
        return pooled(x, axes(x.shape),
                      [&](std::int64_t n, std::int64_t c, const Extent& rows, const Extent& columns) {
                        double sum = 0;
                        for (const std::int64_t i : rows.elements)
                          for (const std::int64_t j : columns.elements) sum += x({n, c, i, j});
                        return sum * weight(rows, columns);
                      });
      })
      .gradient(differentiable)
      .calls([=](const auto& x) { return avg_pool2d(x, kernel, options); });
  std::vector<std::vector<Shape>> with_gradient;
  for (const Shape& x : shapes) with_gradient.push_back({pooled_shape(x, axes(x)), x});
  row("avg_pool2d_gradient" + name)
      .inputs(real(-3, 3), real(-3, 3).constant())
      .operand_shapes(with_gradient)
      .covers(kernels::resample2d_gradient)
      .reference([=](const Array& grad, const Array& x) {
        Array dx = generate(x.shape, [](const Dims&) { return 0.0; });
        const Axes2d along = axes(x.shape);
        for (std::size_t element = 0; element < grad.values.size(); ++element) {
          const auto at = static_cast<std::int64_t>(element);
          const std::int64_t width = grad.shape[3], plane = at / width / grad.shape[2];
          const Extent rows = along.height.window(at / width % grad.shape[2]),
                       columns = along.width.window(at % width);
          for (const std::int64_t i : rows.elements)
            for (const std::int64_t j : columns.elements)
              dx.values[static_cast<std::size_t>((plane * x.shape[2] + i) * x.shape[3] + j)] +=
                  grad.values[element] * weight(rows, columns);
        }
        return dx;
      })
      .gradient(differentiable)
      .calls([=](const auto& grad, const auto& x) {
        return tinytorch::resample2d_gradient(
            grad, tinytorch::detail::avg_pool2d_sampling(value_of(x), kernel, options));
      });
}

/// The elements of bin i of n along an axis of this length.
Extent adaptive_bin(std::int64_t i, std::int64_t n, std::int64_t length) {
  Extent bin;
  for (std::int64_t element = i * length / n; element < ((i + 1) * length + n - 1) / n; ++element)
    bin.elements.push_back(element);
  return bin;
}

/// f(n, c, rows, columns) of each bin of an adaptive pooling.
template <class F>
Array adaptive(const Array& x, const Pair& size, const F& f) {
  return generate({x.shape[0], x.shape[1], size.height, size.width}, [&](const Dims& at) {
    return f(at[0], at[1], adaptive_bin(at[2], size.height, x.shape[2]),
             adaptive_bin(at[3], size.width, x.shape[3]));
  });
}

Array adaptive_average(const Array& x, const Pair& size) {
  return adaptive(x, size, [&](std::int64_t n, std::int64_t c, const Extent& rows, const Extent& columns) {
    double sum = 0;
    for (const std::int64_t i : rows.elements)
      for (const std::int64_t j : columns.elements) sum += x({n, c, i, j});
    return sum / static_cast<double>(rows.elements.size() * columns.elements.size());
  });
}

Array adaptive_max_indices(const Array& x, const Pair& size) {
  return adaptive(x, size, [&](std::int64_t n, std::int64_t c, const Extent& rows, const Extent& columns) {
    return max_index(x, n, c, rows, columns);
  });
}

void adaptive_row(const std::string& name, const Pair& size, const std::vector<Shape>& shapes) {
  row("adaptive_avg_pool2d" + name)
      .inputs(real(-3, 3))
      .shapes(shapes)
      .reference([=](const Array& x) { return adaptive_average(x, size); })
      .gradient(differentiable)
      .calls([=](const auto& x) { return adaptive_avg_pool2d(x, size); });
}

void adaptive_max_rows(const std::string& name, const Pair& size, const std::vector<Shape>& shapes) {
  const Domain values = real(-3, 3).including({inf, -inf, nan, 0.0, 1.0});
  row("adaptive_max_pool2d" + name)
      .inputs(values)
      .shapes(shapes)
      .reference([=](const Array& x) { return elements_at(x, adaptive_max_indices(x, size), nan); })
      .exactly()
      .gradient(except_at_ties)
      .calls([=](const auto& x) { return adaptive_max_pool2d(x, size); });
  row("adaptive_max_pool2d_with_indices" + name)
      .covers(kernels::adaptive_max_pool2d)
      .inputs(values)
      .result_dtype(DType::i64)
      .shapes(shapes)
      .reference([=](const Array& x) { return adaptive_max_indices(x, size); })
      .gradient(not_differentiable)
      .calls([=](const auto& x) { return adaptive_max_pool2d_with_indices(x, size).indices; });
  row("adaptive_max_pool2d_with_indices_values" + name)
      .inputs(values)
      .shapes(shapes)
      .reference([=](const Array& x) { return elements_at(x, adaptive_max_indices(x, size), nan); })
      .exactly()
      .gradient(except_at_ties)
      .calls([=](const auto& x) { return adaptive_max_pool2d_with_indices(x, size).values; });
}

/// x [batch, channels, length] as images of height 1.
Array as_images(const Array& x) { return {{x.shape[0], x.shape[1], 1, x.shape[2]}, x.values}; }
/// The inverse of as_images().
Array as_sequences(Array x) {
  x.shape.erase(2);
  return x;
}

void one_dimensional_rows() {
  row("max_pool1d")
      .inputs(real(-3, 3))
      .shapes({{1, 2, 7}, {2, 3, 40}, {0, 2, 7}})
      .reference([](const Array& x) {
        const Axes2d axes{{1, 1, 1, 0, 1, false}, {x.shape[2], 3, 2, 1, 2, true}};
        const Array images = as_images(x);
        return as_sequences(elements_at(images, max_indices(images, axes), -inf));
      })
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& x) {
        return max_pool1d(x, 3, {.stride = 2, .padding = 1, .dilation = 2, .ceil_mode = true});
      });
  row("adaptive_max_pool1d")
      .inputs(real(-3, 3))
      .shapes({{1, 2, 7}, {2, 3, 40}, {0, 2, 7}, {1, 2, 3}})
      .reference([](const Array& x) {
        const Array images = as_images(x);
        return as_sequences(elements_at(images, adaptive_max_indices(images, {1, 5}), nan));
      })
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return adaptive_max_pool1d(x, 5); });
  row("avg_pool1d")
      .inputs(real(-3, 3))
      .shapes({{1, 2, 7}, {2, 3, 40}, {0, 2, 7}})
      .reference([](const Array& x) {
        const Axes2d axes{{1, 1, 1, 0, 1, false}, {x.shape[2], 4, 2, 1, 1, false}};
        const Array images = as_images(x);
        return as_sequences(
            pooled(images, axes, [&](std::int64_t n, std::int64_t c, const Extent&, const Extent& columns) {
              double sum = 0;
              for (const std::int64_t j : columns.elements) sum += images({n, c, 0, j});
              return sum / static_cast<double>(columns.elements.size());
            }));
      })
      .gradient(differentiable)
      .calls([](const auto& x) {
        return avg_pool1d(x, 4, {.stride = 2, .padding = 1, .count_include_pad = false});
      });
}

}  // namespace

void pooling_rows() {
  max_pool_rows("", 2, {},
                {{1, 1, 4, 5}, {2, 2, 2, 2}, {0, 3, 4, 4}, {3, 0, 4, 4}, {2, 3, 17, 300}, {3, 70, 9, 8}});
  max_pool_rows("_overlapping", {3, 2}, {.stride = {2, 1}, .padding = {1, 1}},
                {{1, 2, 3, 4}, {2, 3, 12, 13}});
  max_pool_rows("_dilated", 2, {.stride = {1, 2}, .padding = 1, .dilation = {2, 3}},
                {{1, 1, 4, 6}, {2, 5, 11, 12}});
  max_pool_rows("_with_long_rows", {2, 17}, {.stride = {1, 9}, .padding = {1, 8}, .dilation = {2, 1}},
                {{1, 1, 2, 12}, {2, 3, 5, 90}});
  max_pool_rows("_rounded_up", 3, {.stride = 2, .ceil_mode = true}, {{1, 1, 4, 4}, {2, 3, 9, 10}});
  avg_pool_rows("", 2, {}, {{1, 1, 4, 5}, {2, 2, 2, 2}, {0, 3, 4, 4}, {2, 3, 17, 130}, {3, 70, 9, 8}});
  avg_pool_rows("_overlapping", {3, 2}, {.stride = {2, 1}, .padding = {1, 1}},
                {{1, 2, 3, 4}, {2, 3, 12, 13}});
  avg_pool_rows("_without_padding_in_the_mean", 3, {.stride = 2, .padding = 1, .count_include_pad = false},
                {{1, 1, 4, 4}, {2, 3, 12, 13}});
  avg_pool_rows("_rounded_up", 3, {.stride = 2, .padding = 1, .ceil_mode = true},
                {{1, 1, 4, 4}, {2, 3, 12, 13}});
  adaptive_row("", {3, 2}, {{1, 1, 4, 5}, {2, 2, 2, 3}, {0, 3, 4, 4}, {2, 3, 14, 16}});
  adaptive_row("_to_one_pixel", 1, {{1, 2, 3, 4}, {2, 3, 14, 16}});
  adaptive_max_rows("", {3, 2}, {{1, 1, 4, 5}, {2, 2, 2, 3}, {0, 3, 4, 4}, {2, 3, 14, 16}, {1, 2, 3, 4}});
  adaptive_max_rows("_overlapping", {7, 9}, {{1, 1, 3, 4}, {1, 2, 10, 12}, {2, 3, 4, 13}});
  adaptive_max_rows("_to_one_pixel", 1, {{1, 2, 3, 4}, {2, 3, 14, 16}, {1, 2, 3, 70}});
  one_dimensional_rows();

  const MaxPool2dOptions overlapping{.stride = 2, .padding = 1};
  row("max_pool2d_channels_last")
      .inputs(real(-3, 3))
      .shapes({{2, 3, 5, 6}, {3, 70, 9, 8}})
      .reference([=](const Array& x) {
        return elements_at(x, max_indices(x, axes_of(x.shape, 3, overlapping)), -inf);
      })
      .exactly()
      .gradient(not_differentiable)
      .calls([=](const Tensor& x) { return max_pool2d(channels_last(x), 3, overlapping); });
  row("max_pool2d_gradient_channels_last")
      .inputs(real(-3, 3), real(-3, 3))
      .operand_shapes({{{2, 3, 3, 3}, {2, 3, 5, 6}}, {{3, 70, 5, 4}, {3, 70, 9, 8}}})
      .reference([=](const Array& grad, const Array& x) {
        return scattered(grad, max_indices(x, axes_of(x.shape, 3, overlapping)), x.shape);
      })
      .gradient(not_differentiable)
      .calls([=](const Tensor& grad, const Tensor& x) {
        const Tensor indices = max_pool2d_with_indices(x, 3, overlapping).indices;
        return tinytorch::detail::max_pool2d_gradient(channels_last(grad), indices, x.shape(), 3,
                                                      overlapping);
      });
  row("max_pool2d_at_channels_last")
      .inputs(real(-3, 3), real(-3, 3))
      .operand_shapes({{{2, 3, 5, 6}, {2, 3, 5, 6}}, {{3, 70, 9, 8}, {3, 70, 9, 8}}})
      .reference([=](const Array& u, const Array& x) {
        return elements_at(u, max_indices(x, axes_of(x.shape, 3, overlapping)), 0);
      })
      .exactly()
      .gradient(not_differentiable)
      .calls([=](const Tensor& u, const Tensor& x) {
        const Tensor indices = max_pool2d_with_indices(x, 3, overlapping).indices;
        return tinytorch::detail::max_pool2d_at(channels_last(u), indices, 3, overlapping);
      });
  row("avg_pool2d_channels_last")
      .inputs(real(-3, 3))
      .shapes({{2, 3, 5, 6}, {3, 70, 9, 8}})
      .reference([](const Array& x) {
        return adaptive_average(x, {2, 3});
      })
      .gradient(not_differentiable)
      .calls([](const Tensor& x) {
        return adaptive_avg_pool2d(channels_last(x), {2, 3});
      });

  for (const char* name : {"max_pool2d", "max_pool2d_overlapping", "avg_pool2d", "avg_pool2d_overlapping",
                           "adaptive_avg_pool2d_to_one_pixel", "adaptive_max_pool2d_to_one_pixel"}) {
    time_row(name, {{{32, 64, 32, 32}}});
  }
  time_row("max_pool2d_with_indices", {{{32, 64, 32, 32}}});
  time_row("max_pool2d_gradient", {{{32, 64, 16, 16}, {32, 64, 32, 32}}});
  time_row("max_pool2d_at", {{{32, 64, 32, 32}, {32, 64, 32, 32}}});
  time_row("avg_pool2d_gradient", {{{32, 64, 16, 16}, {32, 64, 32, 32}}});
  time_row("adaptive_max_pool2d_with_indices_to_one_pixel", {{{32, 64, 32, 32}}});
  time_row("max_pool1d", {{{32, 64, 1024}}});
  time_row("adaptive_max_pool1d", {{{32, 64, 1024}}});
  time_row("avg_pool1d", {{{32, 64, 1024}}});
}

}  // namespace tinytorch::conformance
