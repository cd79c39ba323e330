#include "core/ops/math_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/math-inl.h"

namespace tinytorch::cuda {

void register_math() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::exp.set(kCuda, unary<math::Exp, FloatingTypes>);
  kernels::log.set(kCuda, unary<math::Log, FloatingTypes>);
  kernels::expm1.set(kCuda, unary<math::Expm1, FloatingTypes>);
  kernels::log1p.set(kCuda, unary<math::Log1p, FloatingTypes>);
  kernels::erf.set(kCuda, unary<math::Erf, FloatingTypes>);
  kernels::sqrt.set(kCuda, unary<math::Sqrt, FloatingTypes>);
  kernels::rsqrt.set(kCuda, unary<math::Rsqrt, FloatingTypes>);
  kernels::sin.set(kCuda, unary<math::Sin, FloatingTypes>);
  kernels::cos.set(kCuda, unary<math::Cos, FloatingTypes>);
  kernels::tan.set(kCuda, unary<math::Tan, FloatingTypes>);
  kernels::asin.set(kCuda, unary<math::Asin, FloatingTypes>);
  kernels::acos.set(kCuda, unary<math::Acos, FloatingTypes>);
  kernels::atan.set(kCuda, unary<math::Atan, FloatingTypes>);
  kernels::sinh.set(kCuda, unary<math::Sinh, FloatingTypes>);
  kernels::cosh.set(kCuda, unary<math::Cosh, FloatingTypes>);
  kernels::exp2.set(kCuda, unary<math::Exp2, FloatingTypes>);
  kernels::log2.set(kCuda, unary<math::Log2, FloatingTypes>);
  kernels::log10.set(kCuda, unary<math::Log10, FloatingTypes>);
  kernels::tanh.set(kCuda, unary<math::Tanh, FloatingTypes>);
  kernels::floor.set(kCuda, unary<math::Floor, NumericTypes>);
  kernels::ceil.set(kCuda, unary<math::Ceil, NumericTypes>);
  kernels::trunc.set(kCuda, unary<math::Trunc, NumericTypes>);
  kernels::round.set(kCuda, unary<math::Round, NumericTypes>);
  kernels::atan2.set(kCuda, binary<math::Atan2, FloatingTypes>);
}

}  // namespace tinytorch::cuda
