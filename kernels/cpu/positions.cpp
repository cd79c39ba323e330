#include "kernels/math/positions.h"
#include "core/ops/copy.h"
#include "core/ops/positions_kernels.h"
#include "core/ops/shape.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/positions.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The inner loop over pairs, whose second element is x_pair_stride (y_pair_stride) after the first.
template <class T>
struct RotateInnerLoop {
  const T* x;
  const T* cosine;
  const T* sine;
  T* y;
  std::int64_t x_pair_stride, y_pair_stride;
  PerOperand<4> strides;

  void operator()(const PerOperand<4>& offset, std::int64_t n) const {
    const bool unit_stride = strides == PerOperand<4>{1, 1, 1, 1};
    unit_stride ? rotate<true>(offset, n) : rotate<false>(offset, n);
  }

  template <bool unit_stride>
  void rotate(const PerOperand<4>& offset, std::int64_t n) const {
    const auto offset_of = [&](std::size_t operand, std::int64_t i) {
      return offset[operand] + i * (unit_stride ? 1 : strides[operand]);
    };
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) {
      const T first = x[offset_of(0, i)], second = x[offset_of(0, i) + x_pair_stride];
      const T c = cosine[offset_of(1, i)], s = sine[offset_of(2, i)];
      y[offset_of(3, i)] = math::Rotate{}.first(first, second, c, s);
      y[offset_of(3, i) + y_pair_stride] = math::Rotate{}.second(first, second, c, s);
    }
  }
};

void rotate_halves(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y) {
  const std::int64_t pairs = y.shape().back() / 2;
  const Tensor x_half = slice(x, -1, 0, pairs), y_half = slice(y, -1, 0, pairs);
  const IterationSpace<4> space = make_iteration_space<4>({&x_half, &cosine, &sine, &y_half});
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const RotateInnerLoop<T> inner_loop{.x = static_cast<const T*>(x.raw_data()),
                                        .cosine = static_cast<const T*>(cosine.raw_data()),
                                        .sine = static_cast<const T*>(sine.raw_data()),
                                        .y = static_cast<T*>(y.raw_data()),
                                        .x_pair_stride = pairs * x.strides().back(),
                                        .y_pair_stride = pairs * y.strides().back(),
                                        .strides = space.inner_strides()};
    for_each_inner_loop(space, kCheapGrain, inner_loop);
  });
}

void register_kernels() { kernels::rotate_halves.set(DeviceType::cpu, rotate_halves); }

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_positions() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
