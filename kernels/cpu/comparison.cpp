#include "kernels/math/comparison.h"
#include "core/ops/comparison_kernels.h"
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
  const std::uint8_t* condition;  // bools, as bytes
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
  dispatch(y.dtype(), [&]<class T>() { where_typed<T>(condition, a, b, y); });
}

/// A logical op on bools, as bytes.
template <class Op>
void logical(const Tensor& a, const Tensor& b, Tensor& y) {
  binary_typed<Op, std::uint8_t>(a, b, y, kCheapGrain);
}

void logical_not(const Tensor& x, Tensor& y) {
  unary_typed<math::LogicalNot, std::uint8_t>(x, y, kCheapGrain);
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::eq.set(kCpu, binary<math::Equal, AllTypes>);
  kernels::ne.set(kCpu, binary<math::NotEqual, AllTypes>);
  kernels::lt.set(kCpu, binary<math::Less, AllTypes>);
  kernels::le.set(kCpu, binary<math::LessEqual, AllTypes>);
  kernels::gt.set(kCpu, binary<math::Greater, AllTypes>);
  kernels::ge.set(kCpu, binary<math::GreaterEqual, AllTypes>);
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
HWY_EXPORT(register_kernels);
void register_comparison() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
