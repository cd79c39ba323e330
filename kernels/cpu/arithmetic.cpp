#include "core/ops/arithmetic_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/arithmetic.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/arithmetic-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

void register_arithmetic_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::add.set(kCpu, binary<math::Add, AllTypes>);
  kernels::mul.set(kCpu, binary<math::Mul, AllTypes>);
  kernels::maximum.set(kCpu, binary<math::Maximum, AllTypes>);
  kernels::minimum.set(kCpu, binary<math::Minimum, AllTypes>);
  kernels::clamp_min.set(kCpu, binary<math::ClampMin, AllTypes>);
  kernels::clamp_max.set(kCpu, binary<math::ClampMax, AllTypes>);
  kernels::clamp.set(kCpu, ternary<math::Clamp, AllTypes>);
  kernels::sub.set(kCpu, binary<math::Sub, NumericTypes>);
  kernels::pow.set(kCpu, binary<math::Pow, NumericTypes, kMediumGrain>);
  kernels::remainder.set(kCpu, binary<math::Remainder, NumericTypes, kMediumGrain>);
  kernels::floor_divide.set(kCpu, binary<math::FloorDivide, NumericTypes, kMediumGrain>);
  kernels::div.set(kCpu, binary<math::Div, FloatingTypes>);
  kernels::lerp.set(kCpu, ternary<math::Lerp, FloatingTypes>);
  kernels::addcmul.set(kCpu, ternary<math::Addcmul, FloatingTypes, kCheapGrain, double>);
  kernels::neg.set(kCpu, unary<math::Neg, NumericTypes>);
  kernels::abs.set(kCpu, unary<math::Abs, NumericTypes>);
  kernels::sign.set(kCpu, unary<math::Sign, NumericTypes>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_arithmetic_kernels);
void register_arithmetic() { HWY_DYNAMIC_DISPATCH(register_arithmetic_kernels)(); }
}  // namespace tinytorch::cpu
#endif
