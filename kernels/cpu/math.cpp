#include "core/ops/math_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/math.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

void register_math_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::exp.set(kCpu, unary_math<math::Exp>);
  kernels::log.set(kCpu, unary_math<math::Log>);
  kernels::tanh.set(kCpu, unary_math<math::Tanh>);
  kernels::expm1.set(kCpu, unary_math<math::Expm1>);
  kernels::log1p.set(kCpu, unary_math<math::Log1p>);
  kernels::erf.set(kCpu, unary_math<math::Erf>);
  kernels::sqrt.set(kCpu, unary<math::Sqrt, FloatingTypes>);
  kernels::rsqrt.set(kCpu, unary<math::Rsqrt, FloatingTypes>);
  kernels::sin.set(kCpu, unary_math<math::Sin>);
  kernels::cos.set(kCpu, unary_math<math::Cos>);
  kernels::tan.set(kCpu, unary_math<math::Tan>);
  kernels::asin.set(kCpu, unary_math<math::Asin>);
  kernels::acos.set(kCpu, unary_math<math::Acos>);
  kernels::atan.set(kCpu, unary_math<math::Atan>);
  kernels::sinh.set(kCpu, unary_math<math::Sinh>);
  kernels::cosh.set(kCpu, unary_math<math::Cosh>);
  kernels::exp2.set(kCpu, unary_math<math::Exp2>);
  kernels::log2.set(kCpu, unary_math<math::Log2>);
  kernels::log10.set(kCpu, unary_math<math::Log10>);
  kernels::floor.set(kCpu, unary<math::Floor, NumericTypes>);
  kernels::ceil.set(kCpu, unary<math::Ceil, NumericTypes>);
  kernels::trunc.set(kCpu, unary<math::Trunc, NumericTypes>);
  kernels::round.set(kCpu, unary<math::Round, NumericTypes>);
  kernels::atan2.set(kCpu, binary<math::Atan2, FloatingTypes, kMediumGrain>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_math_kernels);
void register_math() { HWY_DYNAMIC_DISPATCH(register_math_kernels)(); }
}  // namespace tinytorch::cpu
#endif
