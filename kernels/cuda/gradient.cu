#include "core/ops/activation_kernels.h"
#include "core/ops/arithmetic_kernels.h"
#include "core/ops/math_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/gradient-inl.h"

// The gradients of elementwise functions.
namespace tinytorch::cuda {
namespace {

/// The kernel dx = op(x or y, grad) where op has these parameters.
template <class Op, class... Parameters>
void gradient(const Tensor& x_or_y, const Tensor& grad, const Parameters&... parameters, Tensor& dx) {
  const Op op{parameters...};
  dispatch<FloatingTypes>(dx.dtype(), [&]<class X>() { Map<Op, X, X, X>::run(op, dx, x_or_y, grad); });
}

}  // namespace

void register_gradient() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::relu_gradient.set(kCuda, gradient<math::ReluGradient>);
  kernels::sigmoid_gradient.set(kCuda, gradient<math::SigmoidGradient>);
  kernels::logsigmoid_gradient.set(kCuda, gradient<math::LogSigmoidGradient>);
  kernels::hardsigmoid_gradient.set(kCuda, gradient<math::HardsigmoidGradient>);
  kernels::softsign_gradient.set(kCuda, gradient<math::SoftsignGradient>);
  kernels::selu_gradient.set(kCuda, gradient<math::SeluGradient>);
  kernels::mish_gradient.set(kCuda, gradient<math::MishGradient>);
  kernels::silu_gradient.set(kCuda, gradient<math::SiluGradient>);
  kernels::gelu_gradient.set(kCuda, gradient<math::GeluGradient>);
  kernels::gelu_tanh_gradient.set(kCuda, gradient<math::GeluTanhGradient>);
  kernels::hardswish_gradient.set(kCuda, gradient<math::HardswishGradient>);
  kernels::leaky_relu_gradient.set(kCuda, gradient<math::LeakyReluGradient, double>);
  kernels::elu_gradient.set(kCuda, gradient<math::EluGradient, double>);
  kernels::softplus_gradient.set(kCuda, gradient<math::SoftplusGradient, double>);
  kernels::hardtanh_gradient.set(kCuda, gradient<math::HardtanhGradient, double, double>);

  kernels::expm1_gradient.set(kCuda, gradient<math::Expm1Gradient>);
  kernels::log1p_gradient.set(kCuda, gradient<math::Log1pGradient>);
  kernels::rsqrt_gradient.set(kCuda, gradient<math::RsqrtGradient>);
  kernels::sin_gradient.set(kCuda, gradient<math::SinGradient>);
  kernels::cos_gradient.set(kCuda, gradient<math::CosGradient>);
  kernels::tan_gradient.set(kCuda, gradient<math::TanGradient>);
  kernels::asin_gradient.set(kCuda, gradient<math::AsinGradient>);
  kernels::acos_gradient.set(kCuda, gradient<math::AcosGradient>);
  kernels::atan_gradient.set(kCuda, gradient<math::AtanGradient>);
  kernels::sinh_gradient.set(kCuda, gradient<math::SinhGradient>);
  kernels::cosh_gradient.set(kCuda, gradient<math::CoshGradient>);
  kernels::tanh_gradient.set(kCuda, gradient<math::TanhGradient>);
  kernels::erf_gradient.set(kCuda, gradient<math::ErfGradient>);
  kernels::abs_gradient.set(kCuda, gradient<math::AbsGradient>);
  kernels::product_gradient.set(kCuda, gradient<math::ProductGradient, double>);
  kernels::quotient_gradient.set(kCuda, gradient<math::QuotientGradient, double>);
  kernels::atan2_gradient.set(kCuda, ternary<math::Atan2Gradient, FloatingTypes>);
  kernels::atan2_second_gradient.set(kCuda, ternary<math::Atan2SecondGradient, FloatingTypes>);

  kernels::clamp_gradient.set(kCuda, gradient<math::ClampGradient, double, double>);
  kernels::reciprocal_gradient.set(kCuda, gradient<math::ReciprocalGradient>);
  kernels::div_gradient.set(kCuda, ternary<math::DivGradient, FloatingTypes>);
  kernels::pow_gradient.set(kCuda, ternary<math::PowGradient, FloatingTypes>);
  kernels::pow_exponent_gradient.set(kCuda, ternary<math::PowExponentGradient, FloatingTypes>);
}

}  // namespace tinytorch::cuda
