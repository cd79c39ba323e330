#include "core/ops/convolution.h"
#include "core/ops/convolution_kernels.h"

#include "core/ops/copy.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

using Shapes = std::vector<std::vector<Shape>>;

std::int64_t result_length(std::int64_t length, std::int64_t kernel, std::int64_t stride,
                           std::int64_t padding, std::int64_t dilation) {
  return (length + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

Shape result_shape(const Shape& x, const Shape& w, const Conv2dOptions& o) {
  return {x[0], w[0], result_length(x[2], w[2], o.stride.height, o.padding.height, o.dilation.height),
          result_length(x[3], w[3], o.stride.width, o.padding.width, o.dilation.width)};
}

std::size_t offset_in(const Shape& shape, std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
  return static_cast<std::size_t>(((a * shape[1] + b) * shape[2] + c) * shape[3] + d);
}

/// Calls visit(offset in x, offset in w, offset in y) for each product that a convolution sums.
template <class Visit>
void for_each_product(const Shape& x, const Shape& w, const Shape& y, const Conv2dOptions& o, Visit visit) {
  for (std::int64_t n = 0; n < y[0]; ++n)
    for (std::int64_t f = 0; f < y[1]; ++f)
      for (std::int64_t i = 0; i < y[2]; ++i)
        for (std::int64_t j = 0; j < y[3]; ++j)
          for (std::int64_t c = 0; c < w[1]; ++c)
            for (std::int64_t k = 0; k < w[2]; ++k)
              for (std::int64_t l = 0; l < w[3]; ++l) {
                const std::int64_t row = i * o.stride.height - o.padding.height + k * o.dilation.height;
                const std::int64_t column = j * o.stride.width - o.padding.width + l * o.dilation.width;
                if (row < 0 || row >= x[2] || column < 0 || column >= x[3]) continue;
                const std::int64_t channel = f / (w[0] / o.groups) * w[1] + c;
                visit(offset_in(x, n, channel, row, column), offset_in(w, f, c, k, l),
                      offset_in(y, n, f, i, j));
              }
}

Array zeros_of(const Shape& shape) {
  return generate(shape, [](const Dims&) { return 0.0; });
}

Array convolution(const Array& x, const Array& w, const Array* bias, const Conv2dOptions& options) {
  Array y = generate(result_shape(x.shape, w.shape, options), [&](const Dims& at) {
    return bias != nullptr ? bias->values[static_cast<std::size_t>(at[1])] : 0.0;
  });
  for_each_product(x.shape, w.shape, y.shape, options,
                   [&](std::size_t in_x, std::size_t in_w, std::size_t in_y) {
                     y.values[in_y] += x.values[in_x] * w.values[in_w];
                   });
  return y;
}

Array input_gradient(const Array& grad, const Array& w, const Shape& x, const Conv2dOptions& options) {
  Array dx = zeros_of(x);
  for_each_product(x, w.shape, grad.shape, options,
                   [&](std::size_t in_x, std::size_t in_w, std::size_t in_y) {
                     dx.values[in_x] += grad.values[in_y] * w.values[in_w];
                   });
  return dx;
}

Array weight_gradient(const Array& grad, const Array& x, const Shape& w, const Conv2dOptions& options) {
  Array dw = zeros_of(w);
  for_each_product(x.shape, w, grad.shape, options,
                   [&](std::size_t in_x, std::size_t in_w, std::size_t in_y) {
                     dw.values[in_w] += grad.values[in_y] * x.values[in_x];
                   });
  return dw;
}

const Domain kValues = real(-2, 2);
// Libraries may add hundreds of terms one after another.
const Tolerance kF32{1e-5, 1e-4}, kF64{1e-12, 1e-12};

/// The same elements in the channels-last memory format, or row-major.
template <class T>
T with_format(const T& x, bool channels_last) {
  if (!channels_last) return x;
  return permute(T(contiguous(value_of(permute(x, {0, 2, 3, 1})))), {0, 3, 1, 2});
}

/// The rows of conv2d and its two gradients for some options.
void rows_of(const std::string& name, const Conv2dOptions& options, const Shapes& x_and_weight) {
  Shapes with_bias, with_weight, with_x;
  for (const std::vector<Shape>& shapes : x_and_weight) {
    const Shape &x = shapes[0], &w = shapes[1], y = result_shape(x, w, options);
    with_bias.push_back({x, w, {w[0]}});
    with_weight.push_back({y, w, x});
    with_x.push_back({y, x, w});
  }
  row("conv2d" + name)
      .inputs(kValues, kValues, kValues)
      .operand_shapes(with_bias)
      .covers(kernels::conv2d)
      .reference([options](const Array& x, const Array& w, const Array& bias) {
        return convolution(x, w, &bias, options);
      })
      .tolerances(kF32, kF64)
      .gradient(differentiable)
      .calls(
          [options](const auto& x, const auto& w, const auto& bias) { return conv2d(x, w, bias, options); });
  // The third operand only provides its shape.
  row("conv2d_input_gradient" + name)
      .inputs(kValues, kValues, kValues.constant())
      .operand_shapes(with_weight)
      .covers(kernels::conv2d_input_gradient)
      .reference([options](const Array& grad, const Array& w, const Array& x) {
        return input_gradient(grad, w, x.shape, options);
      })
      .tolerances(kF32, kF64)
      .gradient(differentiable)
      .calls([options](const auto& grad, const auto& w, const auto& x) {
        return conv2d_input_gradient(grad, w, x.shape(), options);
      });
  row("conv2d_weight_gradient" + name)
      .inputs(kValues, kValues, kValues.constant())
      .operand_shapes(with_x)
      .covers(kernels::conv2d_weight_gradient)
      .reference([options](const Array& grad, const Array& x, const Array& w) {
        return weight_gradient(grad, x, w.shape, options);
      })
      .tolerances(kF32, kF64)
      .gradient(differentiable)
      .calls([options](const auto& grad, const auto& x, const auto& w) {
        return conv2d_weight_gradient(grad, x, w.shape(), options);
      });
}

void transposed_row(const std::string& name, const ConvTranspose2dOptions& options, const Shapes& shapes) {
  row("conv_transpose2d" + name)
      .inputs(kValues, kValues, kValues)
      .operand_shapes(shapes)
      .reference([options](const Array& x, const Array& w, const Array& bias) {
        const auto length = [](std::int64_t n, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                               std::int64_t extra, std::int64_t dilation) {
          return (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1;
        };
        const Shape shape{x.shape[0], w.shape[1] * options.groups,
                          length(x.shape[2], w.shape[2], options.stride.height, options.padding.height,
                                 options.output_padding.height, options.dilation.height),
                          length(x.shape[3], w.shape[3], options.stride.width, options.padding.width,
                                 options.output_padding.width, options.dilation.width)};
        const Array y =
            input_gradient(x, w, shape, {options.stride, options.padding, options.dilation, options.groups});
        return generate(shape,
                        [&](const Dims& at) { return y(at) + bias.values[static_cast<std::size_t>(at[1])]; });
      })
      .tolerances(kF32, kF64)
      .gradient(differentiable)
      .calls([options](const auto& x, const auto& w, const auto& bias) {
        return conv_transpose2d(x, w, bias, options);
      });
}

}  // namespace

void convolution_rows() {
  rows_of("", {},
          {{{1, 2, 3, 3}, {2, 2, 2, 2}},
           {{2, 1, 1, 1}, {3, 1, 1, 1}},
           {{1, 3, 3, 2}, {4, 3, 1, 1}},
           {{0, 2, 3, 3}, {4, 2, 3, 3}},
           {{2, 0, 3, 3}, {4, 0, 3, 3}},
           {{2, 3, 8, 9}, {5, 3, 3, 2}},
           {{3, 17, 12, 11}, {33, 17, 3, 3}},
           {{1, 64, 9, 9}, {32, 64, 1, 1}},
           // Long sums of elements of a filter, of filters, of positions.
           {{2, 351, 4, 3}, {2, 351, 3, 2}},
           {{1, 2, 4, 3}, {351, 2, 3, 2}},
           {{3, 2, 31, 29}, {3, 2, 3, 2}}});
  rows_of("_strided", {.stride = {2, 3}, .padding = {1, 2}},
          {{{1, 2, 4, 3}, {1, 2, 3, 2}}, {{2, 3, 11, 12}, {8, 3, 3, 3}}, {{1, 16, 15, 16}, {16, 16, 4, 5}}});
  rows_of("_dilated", {.padding = 1, .dilation = {2, 3}},
          {{{1, 1, 3, 4}, {2, 1, 2, 2}}, {{2, 8, 10, 12}, {16, 8, 3, 3}}});
  rows_of("_in_groups", {.padding = 1, .groups = 2},
          {{{1, 4, 2, 2}, {2, 2, 2, 2}}, {{2, 6, 7, 8}, {10, 3, 3, 3}}, {{2, 32, 7, 8}, {32, 16, 3, 3}}});
  rows_of("_depthwise", {.stride = 2, .padding = 1, .groups = 3},
          {{{1, 3, 2, 3}, {3, 1, 2, 2}}, {{2, 3, 9, 9}, {6, 1, 3, 3}}});
  rows_of("_padded_beyond_the_kernel", {.stride = {1, 2}, .padding = {3, 4}},
          {{{1, 1, 1, 1}, {1, 1, 3, 3}}, {{2, 3, 5, 6}, {8, 3, 3, 2}}});
  rows_of("_of_seven_by_seven", {.stride = 2, .padding = 3},
          {{{1, 1, 4, 4}, {1, 1, 4, 4}}, {{2, 3, 22, 23}, {16, 3, 7, 7}}});

  row("conv2d_channels_last")
      .inputs(kValues, kValues, kValues)
      .operand_shapes({{{1, 2, 3, 3}, {2, 2, 2, 2}, {2}},
                       {{2, 3, 8, 9}, {5, 3, 3, 2}, {5}},
                       {{1, 1, 4, 5}, {16, 1, 3, 3}, {16}},
                       {{2, 16, 4, 5}, {1, 16, 3, 3}, {1}},
                       {{2, 32, 9, 10}, {48, 32, 3, 3}, {48}}})
      .covers(kernels::conv2d)
      .reference(
          [](const Array& x, const Array& w, const Array& bias) { return convolution(x, w, &bias, {}); })
      .tolerances(kF32, kF64)
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& w, const Tensor& bias) {
        return conv2d(with_format(x, true), w, bias);
      });
  row("conv2d_without_bias")
      .inputs(kValues, kValues)
      .operand_shapes({{{1, 2, 3, 3}, {2, 2, 2, 2}}, {{2, 3, 8, 9}, {5, 3, 3, 2}}})
      .reference([](const Array& x, const Array& w) { return convolution(x, w, nullptr, {}); })
      .tolerances(kF32, kF64)
      .gradient(differentiable)
      .calls([](const auto& x, const auto& w) { return conv2d(x, w); });
  row("conv2d_input_gradient_channels_last")
      .inputs(kValues, kValues)
      .operand_shapes({{{2, 5, 6, 7}, {5, 3, 3, 3}}, {{2, 32, 6, 7}, {32, 1, 3, 3}}})
      .reference([](const Array& grad, const Array& w) {
        return input_gradient(grad, w, {2, w.shape[1], 8, 9}, {});
      })
      .tolerances(kF32, kF64)
      .gradient(not_differentiable)
      .calls([](const Tensor& grad, const Tensor& w) {
        return conv2d_input_gradient(with_format(grad, true), w, {2, w.shape()[1], 8, 9});
      });
  row("conv2d_weight_gradient_channels_last")
      .inputs(kValues, kValues)
      .operand_shapes({{{2, 5, 6, 7}, {2, 3, 8, 9}}, {{2, 1, 6, 7}, {2, 32, 8, 9}}})
      .reference([](const Array& grad, const Array& x) {
        return weight_gradient(grad, x, {grad.shape[1], x.shape[1], 3, 3}, {});
      })
      .tolerances(kF32, kF64)
      .gradient(not_differentiable)
      .calls([](const Tensor& grad, const Tensor& x) {
        return conv2d_weight_gradient(grad, with_format(x, true), {grad.shape()[1], x.shape()[1], 3, 3});
      });

  transposed_row("", {}, {{{1, 2, 2, 2}, {2, 3, 2, 2}, {3}}, {{2, 5, 6, 7}, {5, 4, 3, 3}, {4}}});
  transposed_row("_strided", {.stride = {2, 3}, .padding = 1, .output_padding = {1, 2}},
                 {{{1, 2, 2, 2}, {2, 1, 3, 3}, {1}}, {{2, 5, 6, 7}, {5, 4, 3, 3}, {4}}});
  transposed_row("_padded_up_to_its_dilation", {.padding = 1, .output_padding = {1, 3}, .dilation = {2, 4}},
                 {{{1, 2, 3, 2}, {2, 1, 2, 2}, {1}}});
  transposed_row("_in_groups", {.stride = 2, .dilation = 2, .groups = 2},
                 {{{1, 2, 2, 2}, {2, 1, 2, 2}, {2}}, {{2, 4, 6, 7}, {4, 4, 3, 3}, {8}}});

  const Conv1dOptions along{.stride = 2, .padding = 3, .dilation = 2, .groups = 2};
  row("conv1d")
      .inputs(kValues, kValues, kValues)
      .operand_shapes(
          {{{1, 2, 5}, {2, 1, 3}, {2}}, {{3, 8, 20}, {6, 4, 5}, {6}}, {{0, 2, 5}, {2, 1, 3}, {2}}})
      .reference([along](const Array& x, const Array& w, const Array& bias) {
        const Array images{{x.shape[0], x.shape[1], 1, x.shape[2]}, x.values};
        const Array filters{{w.shape[0], w.shape[1], 1, w.shape[2]}, w.values};
        Array y = convolution(images, filters, &bias,
                              {.stride = {1, along.stride},
                               .padding = {0, along.padding},
                               .dilation = {1, along.dilation},
                               .groups = along.groups});
        y.shape.erase(2);
        return y;
      })
      .tolerances(kF32, kF64)
      .gradient(differentiable)
      .calls([along](const auto& x, const auto& w, const auto& bias) { return conv1d(x, w, bias, along); });

  const auto filter_operations = [](const Shape& y, const Shape& w) {
    return 2.0 * static_cast<double>(checked_numel("conv2d", y) * w[1] * w[2] * w[3]);
  };
  const auto time_conv2d = [&](const std::string& variant, const Shape& x, const Shape& w, const Shape& y) {
    time_row("conv2d" + variant, {.shapes = {x, w, {w[0]}}, .operations = filter_operations(y, w)});
  };
  time_conv2d("", {32, 64, 34, 34}, {64, 64, 3, 3}, {32, 64, 32, 32});
  time_conv2d("", {32, 64, 32, 32}, {256, 64, 1, 1}, {32, 256, 32, 32});
  time_conv2d("", {1, 64, 34, 34}, {64, 64, 3, 3}, {1, 64, 32, 32});
  time_conv2d("", {1, 1, 4, 8}, {1, 1, 3, 3}, {1, 1, 2, 6});
  time_conv2d("_of_seven_by_seven", {8, 3, 224, 224}, {64, 3, 7, 7}, {8, 64, 112, 112});
  time_conv2d("_in_groups", {32, 64, 32, 32}, {64, 32, 3, 3}, {32, 64, 32, 32});
  time_row("conv2d_channels_last", {.shapes = {{32, 64, 34, 34}, {64, 64, 3, 3}, {64}},
                                    .operations = filter_operations({32, 64, 32, 32}, {64, 64, 3, 3})});
  const Shape x{32, 64, 34, 34}, w{64, 64, 3, 3}, y{32, 64, 32, 32};
  time_row("conv2d_input_gradient", {.shapes = {y, w, x}, .operations = filter_operations(y, w)});
  time_row("conv2d_weight_gradient", {.shapes = {y, x, w}, .operations = filter_operations(y, w)});
  time_row("conv_transpose2d", {.shapes = {{16, 64, 32, 32}, {64, 64, 3, 3}, {64}},
                                .operations = filter_operations({16, 64, 32, 32}, {64, 64, 3, 3})});
  time_row("conv1d", {{{32, 64, 512}, {64, 32, 3}, {64}}});
}

}  // namespace tinytorch::conformance
