#include "kernels/math/comparison.h"
#include "core/ops/comparison_kernels.h"
#include "kernels/dispatch.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/comparison.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The inner loop of y = condition ? a : b; a or b may be a scalar (stride 0).
template <class T>
struct WhereInnerLoop {
  const std::uint8_t* condition;
  const T* a;
  const T* b;
  T* y;
  PerOperand<4> strides;

  void operator()(const PerOperand<4>& offset, std::int64_t n) const {
    const bool unit_stride = strides[0] == 1 && strides[3] == 1;
    if (unit_stride && strides[1] == 1 && strides[2] == 1) return contiguous<1, 1>(offset, n);
    if (unit_stride && strides[1] == 0 && strides[2] == 1) return contiguous<0, 1>(offset, n);
    if (unit_stride && strides[1] == 1 && strides[2] == 0) return contiguous<1, 0>(offset, n);
    for (std::int64_t i = 0; i < n; ++i) {
      y[offset[3] + i * strides[3]] =
          math::Where{}(condition[offset[0] + i * strides[0]], a[offset[1] + i * strides[1]],
                        b[offset[2] + i * strides[2]]);
    }
  }

  template <int stride_a, int stride_b>
  void contiguous(const PerOperand<4>& offset, std::int64_t n) const {
    const std::uint8_t* choice = condition + offset[0];
    const T* left = a + offset[1];
    const T* right = b + offset[2];
    T* to = y + offset[3];
    const T left_scalar = *left, right_scalar = *right;
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) {
      to[i] = math::Where{}(choice[i], stride_a ? left[i] : left_scalar, stride_b ? right[i] : right_scalar);
    }
  }
};

template <class T>
void where_typed(const Tensor& condition, const Tensor& a, const Tensor& b, Tensor& y) {
  const IterationSpace<4> space = make_iteration_space<4>({&condition, &a, &b, &y});
  const WhereInnerLoop<T> inner_loop{static_cast<const std::uint8_t*>(condition.raw_data()),
                                     static_cast<const T*>(a.raw_data()), static_cast<const T*>(b.raw_data()),
                                     static_cast<T*>(y.raw_data()), space.inner_strides()};
  for_each_inner_loop(space, kCheapGrain, inner_loop);
}

void where(const Tensor& condition, const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch_words(y.dtype(), [&]<class Word>() { where_typed<Word>(condition, a, b, y); });
}

// Bools are compared, and combined, as bytes.
template <class Order>
void compare(const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch_bytes(a.dtype(), [&]<class X>() { binary_typed<Order, X>(a, b, y, kCheapGrain); });
}

/// With a and b swapped: a > b is b < a.
template <class Order>
void compare_swapped(const Tensor& a, const Tensor& b, Tensor& y) {
  compare<Order>(b, a, y);
}

template <class Op>
void logical(const Tensor& a, const Tensor& b, Tensor& y) {
  binary_typed<Op, std::uint8_t>(a, b, y, kCheapGrain);
}

void logical_not(const Tensor& x, Tensor& y) {
  unary_typed<math::LogicalNot, std::uint8_t>(x, y, kCheapGrain);
}

void register_comparison_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::eq.set(kCpu, compare<math::Equal>);
  kernels::ne.set(kCpu, compare<math::NotEqual>);
  kernels::lt.set(kCpu, compare<math::Less>);
  kernels::le.set(kCpu, compare<math::LessEqual>);
  kernels::gt.set(kCpu, compare_swapped<math::Less>);
  kernels::ge.set(kCpu, compare_swapped<math::LessEqual>);
  kernels::logical_and.set(kCpu, logical<math::LogicalAnd>);
  kernels::logical_or.set(kCpu, logical<math::LogicalOr>);
  kernels::logical_xor.set(kCpu, logical<math::LogicalXor>);
  kernels::logical_not.set(kCpu, logical_not);
  kernels::isnan.set(kCpu, unary<math::IsNan, FloatingTypes>);
  kernels::isinf.set(kCpu, unary<math::IsInf, FloatingTypes>);
  kernels::isfinite.set(kCpu, unary<math::IsFinite, FloatingTypes>);
  kernels::where.set(kCpu, where);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_comparison_kernels);
void register_comparison() { HWY_DYNAMIC_DISPATCH(register_comparison_kernels)(); }
}  // namespace tinytorch::cpu
#endif
