#include "core/ops/bitwise_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/bitwise.h"

namespace tinytorch::cuda {
namespace {

template <class Op>
void on_bits(const Tensor& a, const Tensor& b, Tensor& y) {
  math::dispatch_bits(a.dtype(), [&]<class T>() { Map<Op, T, T, T>::run(Op{}, y, a, b); });
}

}  // namespace

void register_bitwise() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::bitwise_and.set(kCuda, on_bits<math::BitwiseAnd>);
  kernels::bitwise_or.set(kCuda, on_bits<math::BitwiseOr>);
  kernels::bitwise_xor.set(kCuda, on_bits<math::BitwiseXor>);
  kernels::bitwise_not.set(kCuda, unary<math::BitwiseNot, IntegerTypes>);
  kernels::bitwise_left_shift.set(kCuda, binary<math::LeftShift, IntegerTypes>);
  kernels::bitwise_right_shift.set(kCuda, binary<math::RightShift, IntegerTypes>);
}

}  // namespace tinytorch::cuda
