#include "core/ops/math.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/math.h"

namespace tinytorch::cuda {

void register_math() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::exp.set(kCuda, unary<math::Exp, FloatingTypes>);
  kernels::log.set(kCuda, unary<math::Log, FloatingTypes>);
  kernels::sqrt.set(kCuda, unary<math::Sqrt, FloatingTypes>);
  kernels::sin.set(kCuda, unary<math::Sin, FloatingTypes>);
  kernels::cos.set(kCuda, unary<math::Cos, FloatingTypes>);
  kernels::tanh.set(kCuda, unary<math::Tanh, FloatingTypes>);
}

}  // namespace tinytorch::cuda
