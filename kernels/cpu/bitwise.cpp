#include "kernels/math/bitwise.h"
#include "core/ops/bitwise_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/bitwise.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

template <class Op>
void on_bits(const Tensor& a, const Tensor& b, Tensor& y) {
  math::dispatch_bits(a.dtype(), [&]<class T>() { binary_typed<Op, T>(a, b, y, kCheapGrain); });
}

void register_bitwise_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::bitwise_and.set(kCpu, on_bits<math::BitwiseAnd>);
  kernels::bitwise_or.set(kCpu, on_bits<math::BitwiseOr>);
  kernels::bitwise_xor.set(kCpu, on_bits<math::BitwiseXor>);
  kernels::bitwise_not.set(kCpu, unary<math::BitwiseNot, IntegerTypes>);
  kernels::bitwise_left_shift.set(kCpu, binary<math::LeftShift, IntegerTypes>);
  kernels::bitwise_right_shift.set(kCpu, binary<math::RightShift, IntegerTypes>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_bitwise_kernels);
void register_bitwise() { HWY_DYNAMIC_DISPATCH(register_bitwise_kernels)(); }
}  // namespace tinytorch::cpu
#endif
