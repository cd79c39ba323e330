#include "core/ops/activation_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/activation.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

void hardtanh(const Tensor& x, const double& low, const double& high, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class X>() {
    unary_typed<math::Hardtanh, X>(x, y, kCheapGrain, math::Hardtanh{low, high});
  });
}

void register_activation_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::relu.set(kCpu, unary<math::Relu, FloatingTypes>);
  kernels::hardtanh.set(kCpu, hardtanh);
  kernels::sigmoid.set(kCpu, unary_math<math::Sigmoid>);
  kernels::logsigmoid.set(kCpu, unary_math<math::LogSigmoid>);
  kernels::hardsigmoid.set(kCpu, unary<math::Hardsigmoid, FloatingTypes>);
  kernels::softsign.set(kCpu, unary<math::Softsign, FloatingTypes>);
  kernels::selu.set(kCpu, unary_math<math::Selu>);
  kernels::mish.set(kCpu, unary_math<math::Mish>);
  kernels::silu.set(kCpu, unary_math<math::Silu>);
  kernels::gelu.set(kCpu, unary_math<math::Gelu>);
  kernels::gelu_tanh.set(kCpu, unary_math<math::GeluTanh>);
  kernels::hardswish.set(kCpu, unary<math::Hardswish, FloatingTypes>);
  kernels::leaky_relu.set(kCpu, unary_math_with<math::LeakyRelu>);
  kernels::elu.set(kCpu, unary_math_with<math::Elu>);
  kernels::softplus.set(kCpu, unary_math_with<math::Softplus>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_activation_kernels);
void register_activation() { HWY_DYNAMIC_DISPATCH(register_activation_kernels)(); }
}  // namespace tinytorch::cpu
#endif
