#include "core/ops/arithmetic_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/arithmetic-inl.h"

namespace tinytorch::cuda {

void register_arithmetic() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::add.set(kCuda, binary<math::Add, AllTypes>);
  kernels::mul.set(kCuda, binary<math::Mul, AllTypes>);
  kernels::maximum.set(kCuda, binary<math::Maximum, AllTypes>);
  kernels::minimum.set(kCuda, binary<math::Minimum, AllTypes>);
  kernels::clamp_min.set(kCuda, binary<math::ClampMin, AllTypes>);
  kernels::clamp_max.set(kCuda, binary<math::ClampMax, AllTypes>);
  kernels::clamp.set(kCuda, ternary<math::Clamp, AllTypes>);
  kernels::sub.set(kCuda, binary<math::Sub, NumericTypes>);
  kernels::pow.set(kCuda, binary<math::Pow, NumericTypes>);
  kernels::remainder.set(kCuda, binary<math::Remainder, NumericTypes>);
  kernels::floor_divide.set(kCuda, binary<math::FloorDivide, NumericTypes>);
  kernels::div.set(kCuda, binary<math::Div, FloatingTypes>);
  kernels::lerp.set(kCuda, ternary<math::Lerp, FloatingTypes>);
  kernels::addcmul.set(kCuda, ternary<math::Addcmul, FloatingTypes, double>);
  kernels::neg.set(kCuda, unary<math::Neg, NumericTypes>);
  kernels::abs.set(kCuda, unary<math::Abs, NumericTypes>);
  kernels::sign.set(kCuda, unary<math::Sign, NumericTypes>);
}

}  // namespace tinytorch::cuda
