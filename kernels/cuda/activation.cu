#include "core/ops/activation_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/activation-inl.h"

namespace tinytorch::cuda {
namespace {

void hardtanh(const Tensor& x, const double& low, const double& high, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class X>() {
    Map<math::Hardtanh, X, X>::run(math::Hardtanh{low, high}, y, x);
  });
}

}  // namespace

void register_activation() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::relu.set(kCuda, unary<math::Relu, FloatingTypes>);
  kernels::hardtanh.set(kCuda, hardtanh);
  kernels::sigmoid.set(kCuda, unary<math::Sigmoid, FloatingTypes>);
  kernels::logsigmoid.set(kCuda, unary<math::LogSigmoid, FloatingTypes>);
  kernels::hardsigmoid.set(kCuda, unary<math::Hardsigmoid, FloatingTypes>);
  kernels::softsign.set(kCuda, unary<math::Softsign, FloatingTypes>);
  kernels::selu.set(kCuda, unary<math::Selu, FloatingTypes>);
  kernels::mish.set(kCuda, unary<math::Mish, FloatingTypes>);
  kernels::silu.set(kCuda, unary<math::Silu, FloatingTypes>);
  kernels::gelu.set(kCuda, unary<math::Gelu, FloatingTypes>);
  kernels::gelu_tanh.set(kCuda, unary<math::GeluTanh, FloatingTypes>);
  kernels::hardswish.set(kCuda, unary<math::Hardswish, FloatingTypes>);
  kernels::leaky_relu.set(kCuda, unary_with<math::LeakyRelu>);
  kernels::elu.set(kCuda, unary_with<math::Elu>);
  kernels::softplus.set(kCuda, unary_with<math::Softplus>);
}

}  // namespace tinytorch::cuda
