#include "core/ops/activation.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/activation.h"

namespace tinytorch::cuda {

void register_activation() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::relu.set(kCuda, unary<math::Relu, FloatingTypes>);
  kernels::sigmoid.set(kCuda, unary<math::Sigmoid, FloatingTypes>);
}

}  // namespace tinytorch::cuda
