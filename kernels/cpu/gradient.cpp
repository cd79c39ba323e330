#include "core/ops/activation_kernels.h"
#include "core/ops/arithmetic_kernels.h"
#include "core/ops/math_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/gradient.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/gradient-inl.h"

// The gradients of elementwise functions.
HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The kernel dx = op(x or y, grad) where op has these parameters.
template <class Op, class... Parameters>
void gradient(const Tensor& x_or_y, const Tensor& grad, const Parameters&... parameters, Tensor& dx) {
  const Op op{parameters...};
  dispatch<FloatingTypes>(dx.dtype(),
                          [&]<class X>() { binary_typed<Op, X>(x_or_y, grad, dx, kMathGrain<X>, op); });
}

void register_gradient_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::relu_gradient.set(kCpu, binary<math::ReluGradient, FloatingTypes>);
  kernels::sigmoid_gradient.set(kCpu, binary<math::SigmoidGradient, FloatingTypes>);
  kernels::logsigmoid_gradient.set(kCpu, gradient<math::LogSigmoidGradient>);
  kernels::hardsigmoid_gradient.set(kCpu, binary<math::HardsigmoidGradient, FloatingTypes>);
  kernels::softsign_gradient.set(kCpu, binary<math::SoftsignGradient, FloatingTypes>);
  kernels::selu_gradient.set(kCpu, gradient<math::SeluGradient>);
  kernels::mish_gradient.set(kCpu, gradient<math::MishGradient>);
  kernels::silu_gradient.set(kCpu, gradient<math::SiluGradient>);
  kernels::gelu_gradient.set(kCpu, gradient<math::GeluGradient>);
  kernels::gelu_tanh_gradient.set(kCpu, gradient<math::GeluTanhGradient>);
  kernels::hardswish_gradient.set(kCpu, binary<math::HardswishGradient, FloatingTypes>);
  kernels::leaky_relu_gradient.set(kCpu, gradient<math::LeakyReluGradient, double>);
  kernels::elu_gradient.set(kCpu, gradient<math::EluGradient, double>);
  kernels::softplus_gradient.set(kCpu, gradient<math::SoftplusGradient, double>);
  kernels::hardtanh_gradient.set(kCpu, gradient<math::HardtanhGradient, double, double>);

  kernels::expm1_gradient.set(kCpu, gradient<math::Expm1Gradient>);
  kernels::log1p_gradient.set(kCpu, binary<math::Log1pGradient, FloatingTypes>);
  kernels::rsqrt_gradient.set(kCpu, binary<math::RsqrtGradient, FloatingTypes>);
  kernels::sin_gradient.set(kCpu, gradient<math::SinGradient>);
  kernels::cos_gradient.set(kCpu, gradient<math::CosGradient>);
  kernels::tan_gradient.set(kCpu, binary<math::TanGradient, FloatingTypes>);
  kernels::asin_gradient.set(kCpu, binary<math::AsinGradient, FloatingTypes>);
  kernels::acos_gradient.set(kCpu, binary<math::AcosGradient, FloatingTypes>);
  kernels::atan_gradient.set(kCpu, binary<math::AtanGradient, FloatingTypes>);
  kernels::sinh_gradient.set(kCpu, gradient<math::SinhGradient>);
  kernels::cosh_gradient.set(kCpu, gradient<math::CoshGradient>);
  kernels::tanh_gradient.set(kCpu, binary<math::TanhGradient, FloatingTypes>);
  kernels::erf_gradient.set(kCpu, gradient<math::ErfGradient>);
  kernels::abs_gradient.set(kCpu, binary<math::AbsGradient, FloatingTypes>);
  kernels::product_gradient.set(kCpu, gradient<math::ProductGradient, double>);
  kernels::quotient_gradient.set(kCpu, gradient<math::QuotientGradient, double>);
  kernels::atan2_gradient.set(kCpu, ternary<math::Atan2Gradient, FloatingTypes>);
  kernels::atan2_second_gradient.set(kCpu, ternary<math::Atan2SecondGradient, FloatingTypes>);

  kernels::clamp_gradient.set(kCpu, gradient<math::ClampGradient, double, double>);
  kernels::reciprocal_gradient.set(kCpu, binary<math::ReciprocalGradient, FloatingTypes>);
  kernels::div_gradient.set(kCpu, ternary<math::DivGradient, FloatingTypes>);
  kernels::pow_gradient.set(kCpu, ternary<math::PowGradient, FloatingTypes, kMediumGrain>);
  kernels::pow_exponent_gradient.set(kCpu, ternary<math::PowExponentGradient, FloatingTypes, kMediumGrain>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_gradient_kernels);
void register_gradient() { HWY_DYNAMIC_DISPATCH(register_gradient_kernels)(); }
}  // namespace tinytorch::cpu
#endif
