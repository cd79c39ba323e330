#include "core/ops/comparison_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/dispatch.h"
#include "kernels/math/comparison.h"

namespace tinytorch::cuda {
namespace {

// Bools are compared, and combined, as bytes.
template <class Order>
void compare(const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch_bytes(a.dtype(), [&]<class X>() { Map<Order, bool, X, X>::run(Order{}, y, a, b); });
}

/// With a and b swapped: a > b is b < a.
template <class Order>
void compare_swapped(const Tensor& a, const Tensor& b, Tensor& y) {
  compare<Order>(b, a, y);
}

template <class Op>
void logical(const Tensor& a, const Tensor& b, Tensor& y) {
  Map<Op, std::uint8_t, std::uint8_t, std::uint8_t>::run(Op{}, y, a, b);
}

void logical_not(const Tensor& x, Tensor& y) {
  Map<math::LogicalNot, std::uint8_t, std::uint8_t>::run(math::LogicalNot{}, y, x);
}

void where(const Tensor& condition, const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch_words(y.dtype(), [&]<class Word>() {
    Map<math::Where, Word, std::uint8_t, Word, Word>::run(math::Where{}, y, condition, a, b);
  });
}

}  // namespace

void register_comparison() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::eq.set(kCuda, compare<math::Equal>);
  kernels::ne.set(kCuda, compare<math::NotEqual>);
  kernels::lt.set(kCuda, compare<math::Less>);
  kernels::le.set(kCuda, compare<math::LessEqual>);
  kernels::gt.set(kCuda, compare_swapped<math::Less>);
  kernels::ge.set(kCuda, compare_swapped<math::LessEqual>);
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
