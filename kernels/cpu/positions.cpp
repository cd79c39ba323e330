#include "kernels/math/positions.h"
#include "core/ops/copy.h"
#include "core/ops/positions_kernels.h"
#include "core/ops/shape.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/positions.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Along a row of pairs, whose second elements lie x_second and y_second behind the first.
template <class T>
struct RotateRow {
  const T* x;
  const T* cosine;
  const T* sine;
  T* y;
  std::int64_t x_second, y_second;
  PerOperand<4> step;

  void operator()(const PerOperand<4>& offset, std::int64_t n) const {
    const bool even = step == PerOperand<4>{1, 1, 1, 1};
    even ? rotate<true>(offset, n) : rotate<false>(offset, n);
  }

  template <bool even>
  void rotate(const PerOperand<4>& offset, std::int64_t n) const {
    const auto at = [&](std::size_t i, std::int64_t place) {
      return offset[i] + place * (even ? 1 : step[i]);
    };
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) {
      const T first = x[at(0, i)], second = x[at(0, i) + x_second];
      const T c = cosine[at(1, i)], s = sine[at(2, i)];
      y[at(3, i)] = math::Rotate{}.first(first, second, c, s);
      y[at(3, i) + y_second] = math::Rotate{}.second(first, second, c, s);
    }
  }
};

void rotate_halves(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y) {
  const std::int64_t pairs = y.shape().back() / 2;
  const Tensor x_half = slice(x, -1, 0, pairs), y_half = slice(y, -1, 0, pairs);
  const IterationSpace<4> loop = make_iteration_space<4>({&x_half, &cosine, &sine, &y_half});
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const RotateRow<T> row{.x = static_cast<const T*>(x.raw_data()),
                           .cosine = static_cast<const T*>(cosine.raw_data()),
                           .sine = static_cast<const T*>(sine.raw_data()),
                           .y = static_cast<T*>(y.raw_data()),
                           .x_second = pairs * x.strides().back(),
                           .y_second = pairs * y.strides().back(),
                           .step = loop.inner_strides()};
    for_each_inner_loop(loop, kCheapGrain, row);
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
