#include "core/ops/comparison_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/comparison.h"

namespace tinytorch::cuda {
namespace {

/// A logical op; bools are processed as bytes.
template <class Op>
void logical(const Tensor& a, const Tensor& b, Tensor& y) {
  Map<Op, std::uint8_t, std::uint8_t, std::uint8_t>::run(Op{}, y, a, b);
}

void logical_not(const Tensor& x, Tensor& y) {
  Map<math::LogicalNot, std::uint8_t, std::uint8_t>::run(math::LogicalNot{}, y, x);
}

void where(const Tensor& condition, const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch(y.dtype(), [&]<class T>() {
    Map<math::Where, T, std::uint8_t, T, T>::run(math::Where{}, y, condition, a, b);
  });
}

}  // namespace

void register_comparison() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::eq.set(kCuda, binary<math::Equal, AllTypes>);
  kernels::ne.set(kCuda, binary<math::NotEqual, AllTypes>);
  kernels::lt.set(kCuda, binary<math::Less, AllTypes>);
  kernels::le.set(kCuda, binary<math::LessEqual, AllTypes>);
  kernels::gt.set(kCuda, binary<math::Greater, AllTypes>);
  kernels::ge.set(kCuda, binary<math::GreaterEqual, AllTypes>);
  kernels::logical_and.set(kCuda, logical<math::LogicalAnd>);
  kernels::logical_or.set(kCuda, logical<math::LogicalOr>);
  kernels::logical_xor.set(kCuda, logical<math::LogicalXor>);
  kernels::logical_not.set(kCuda, logical_not);
  kernels::isnan.set(kCuda, unary<math::IsNan, FloatingTypes>);
  kernels::isinf.set(kCuda, unary<math::IsInf, FloatingTypes>);
  kernels::isfinite.set(kCuda, unary<math::IsFinite, FloatingTypes>);
  kernels::where.set(kCuda, where);
}

}  // namespace tinytorch::cuda
