// Puts what module 04 wrote into the slots of the framework.
#include <tinytorch/tinytorch.h>

#include "core/ops/matmul_kernels.h"
#include "modules/04_layers/layers.h"

using namespace tinytorch;

namespace {

decltype(kernels::matmul)::Function other_matmul = nullptr;
void matmul_of_floats(const Tensor& a, const Tensor& b, Tensor& y) {
  if (y.dtype() != DType::f32) return other_matmul(a, b, y);
  const Tensor left = contiguous(a), right = contiguous(b);
  const auto m = static_cast<std::size_t>(y.size(-2)), n = static_cast<std::size_t>(y.size(-1)),
             k = static_cast<std::size_t>(a.size(-1));
  const std::size_t matrices = static_cast<std::size_t>(y.numel()) / (m * n);
  for (std::size_t i = 0; i < matrices; ++i) {
    layers::matmul_blocked(left.data<float>() + i * m * k, right.data<float>() + i * k * n,
                           y.data<float>() + i * m * n, m, k, n);
  }
}

/// With an activation, the framework's own.
decltype(kernels::linear)::Function other_linear = nullptr;
void dense_of_floats(const Tensor& x, const Tensor& weight, const Tensor& bias, const Activation& activation,
                     Tensor& y) {
  if (y.dtype() != DType::f32 || activation != Activation::none)
    return other_linear(x, weight, bias, activation, y);
  layers::dense(x.data<float>(), weight.data<float>(), bias.data<float>(), y.data<float>(),
                static_cast<std::size_t>(x.size(0)), static_cast<std::size_t>(x.size(1)),
                static_cast<std::size_t>(weight.size(0)));
}

}  // namespace

extern "C" void tinytorch_plugin() {
  other_matmul = kernels::matmul.replace(DeviceType::cpu, matmul_of_floats);
  other_linear = kernels::linear.replace(DeviceType::cpu, dense_of_floats);
  nn::hooks::xavier_bound.replace([](double fan_in, double fan_out) {
    return layers::xavier_bound(static_cast<std::size_t>(fan_in), static_cast<std::size_t>(fan_out));
  });
  nn::hooks::he_deviation.replace(
      [](double fan_in) { return layers::he_deviation(static_cast<std::size_t>(fan_in)); });
}
