#include "core/ops/activation_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/activation.h"

namespace tinytorch::cuda {

void register_activation() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::relu.set(kCuda, unary<math::Relu, FloatingTypes>);
  kernels::sigmoid.set(kCuda, unary<math::Sigmoid, FloatingTypes>);
  kernels::silu.set(kCuda, unary<math::Silu, FloatingTypes>);
  kernels::silu_gradient.set(kCuda, binary<math::SiluGradient, FloatingTypes>);
  kernels::gelu.set(kCuda, unary<math::Gelu, FloatingTypes>);
  kernels::gelu_gradient.set(kCuda, binary<math::GeluGradient, FloatingTypes>);
  kernels::gelu_tanh.set(kCuda, unary<math::GeluTanh, FloatingTypes>);
  kernels::gelu_tanh_gradient.set(kCuda, binary<math::GeluTanhGradient, FloatingTypes>);
  kernels::hardswish.set(kCuda, unary<math::Hardswish, FloatingTypes>);
  kernels::leaky_relu.set(kCuda, unary_with<math::LeakyRelu>);
  kernels::elu.set(kCuda, unary_with<math::Elu>);
  kernels::softplus.set(kCuda, unary_with<math::Softplus>);
}

}  // namespace tinytorch::cuda
