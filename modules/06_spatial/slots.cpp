// Puts what module 06 wrote into the slots of the framework.
#include <tinytorch/tinytorch.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "core/ops/convolution_kernels.h"
#include "core/ops/pooling_kernels.h"
#include "modules/06_spatial/spatial.h"

using namespace tinytorch;

namespace {

int size(const Tensor& x, int axis) { return static_cast<int>(x.size(axis)); }

bool is_square(const Pair& pair) { return pair.height == pair.width; }

/// Whether the student's functions, which know floats, square filters and one group, compute this.
bool is_plain(const Tensor& x, const Tensor& weight, const Tensor& y, const Conv2dOptions& options) {
  return x.dtype() == DType::f32 && x.is_contiguous() && y.is_contiguous() &&
         weight.size(2) == weight.size(3) && is_square(options.stride) && is_square(options.padding) &&
         options.dilation == Pair(1) && options.groups == 1 && x.numel() < std::numeric_limits<int>::max() &&
         y.numel() < std::numeric_limits<int>::max();
}

spatial::Conv sizes(const Tensor& x, const Tensor& weight, const Tensor& y, const Conv2dOptions& options) {
  return {.batch = size(x, 0),
          .channels = size(x, 1),
          .height = size(x, 2),
          .width = size(x, 3),
          .filters = size(weight, 0),
          .kernel = size(weight, 2),
          .stride = static_cast<int>(options.stride.height),
          .padding = static_cast<int>(options.padding.height),
          .out_height = size(y, 2),
          .out_width = size(y, 3)};
}

decltype(kernels::conv2d)::Function other_conv2d = nullptr;
void conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
            Tensor& y) {
  if (!is_plain(x, weight, y, options)) return other_conv2d(x, weight, bias, options, y);
  const std::vector<float> none(static_cast<std::size_t>(weight.size(0)), 0);
  spatial::conv2d(sizes(x, weight, y, options), x.data<float>(), weight.data<float>(),
                  bias.defined() ? bias.data<float>() : none.data(), y.data<float>());
}

decltype(kernels::conv2d_input_gradient)::Function other_input_gradient = nullptr;
void input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options, Tensor& dx) {
  if (!is_plain(dx, weight, grad, options)) return other_input_gradient(grad, weight, options, dx);
  spatial::conv2d_input_gradient(sizes(dx, weight, grad, options), grad.data<float>(), weight.data<float>(),
                                 dx.data<float>());
}

decltype(kernels::conv2d_weight_gradient)::Function other_weight_gradient = nullptr;
void weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw) {
  if (!is_plain(x, dw, grad, options)) return other_weight_gradient(grad, x, options, dw);
  spatial::conv2d_weight_gradient(sizes(x, dw, grad, options), grad.data<float>(), x.data<float>(),
                                  dw.data<float>());
}

decltype(kernels::max_pool2d)::Function other_max_pool2d = nullptr;
void max_pool2d(const Tensor& x, const Window& window, Tensor& indices, Tensor& y) {
  const bool is_plain = x.dtype() == DType::f32 && x.is_contiguous() && is_square(window.kernel) &&
                        is_square(window.stride) && window.padding == Pair(0) && window.dilation == Pair(1) &&
                        y.is_contiguous() && x.size(2) * x.size(3) < std::numeric_limits<int>::max() &&
                        // With ceil_mode the last window may reach beyond the image.
                        (y.size(2) - 1) * window.stride.height + window.kernel.height <= x.size(2) &&
                        (y.size(3) - 1) * window.stride.width + window.kernel.width <= x.size(3);
  if (!is_plain) return other_max_pool2d(x, window, indices, y);
  std::vector<std::int64_t> own(indices.defined() ? 0 : static_cast<std::size_t>(y.numel()));
  const spatial::Pool s{.images = size(x, 0) * size(x, 1),
                        .height = size(x, 2),
                        .width = size(x, 3),
                        .kernel = static_cast<int>(window.kernel.height),
                        .stride = static_cast<int>(window.stride.height),
                        .out_height = size(y, 2),
                        .out_width = size(y, 3)};
  spatial::max_pool2d(s, x.data<float>(), y.data<float>(),
                      indices.defined() ? indices.data<std::int64_t>() : own.data());
}

decltype(kernels::max_pool2d_gradient)::Function other_pool_gradient = nullptr;
void pool_gradient(const Tensor& grad, const Tensor& indices, const Window& window, Tensor& dx) {
  if (dx.dtype() != DType::f32 || !dx.is_contiguous()) return other_pool_gradient(grad, indices, window, dx);
  const spatial::Pool s{.images = size(dx, 0) * size(dx, 1),
                        .height = size(dx, 2),
                        .width = size(dx, 3),
                        .kernel = static_cast<int>(window.kernel.height),
                        .stride = static_cast<int>(window.stride.height),
                        .out_height = size(grad, 2),
                        .out_width = size(grad, 3)};
  spatial::max_pool2d_gradient(s, grad.data<float>(), indices.data<std::int64_t>(), dx.data<float>());
}

}  // namespace

extern "C" void tinytorch_plugin() {
  other_conv2d = kernels::conv2d.replace(DeviceType::cpu, conv2d);
  other_input_gradient = kernels::conv2d_input_gradient.replace(DeviceType::cpu, input_gradient);
  other_weight_gradient = kernels::conv2d_weight_gradient.replace(DeviceType::cpu, weight_gradient);
  other_max_pool2d = kernels::max_pool2d.replace(DeviceType::cpu, max_pool2d);
  other_pool_gradient = kernels::max_pool2d_gradient.replace(DeviceType::cpu, pool_gradient);
}
