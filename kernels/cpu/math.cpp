#include "core/ops/math.h"
#include "kernels/math/math.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/math.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// f32 by our own vectorised formula, f64 by the C library's.
template <class Op>
void mixed(const Tensor& x, Tensor& y) {
  if (x.dtype() == DType::f32) {
    unary_typed<Op, float>(x, y, kCheapGrain);
  } else {
    unary_typed<Op, double>(x, y, kCostlyGrain);
  }
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::exp.set(kCpu, mixed<math::Exp>);
  kernels::log.set(kCpu, mixed<math::Log>);
  kernels::tanh.set(kCpu, mixed<math::Tanh>);
  kernels::sqrt.set(kCpu, unary<math::Sqrt, FloatingTypes>);
  kernels::sin.set(kCpu, unary<math::Sin, FloatingTypes, kCostlyGrain>);
  kernels::cos.set(kCpu, unary<math::Cos, FloatingTypes, kCostlyGrain>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_math() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
