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
    if (strides == PerOperand<4>{1, 1, 1, 1}) return rotate<1>(offset, n);
    if (strides == PerOperand<4>{2, 1, 1, 2}) return rotate<2>(offset, n);
    rotate<0>(offset, n);
  }

  /// `stride` is that of x and y, and the table is contiguous; 0: any strides.
  template <std::int64_t stride>
  void rotate(const PerOperand<4>& offset, std::int64_t n) const {
    const auto offset_of = [&](std::size_t operand, std::int64_t i) {
      const std::int64_t known = operand == 0 || operand == 3 ? stride : 1;
      return offset[operand] + i * (stride != 0 ? known : strides[operand]);
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

/// The elements of a pair are `distance` apart, those of the next pair `step` after them.
void rotate(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y, std::int64_t distance,
            std::int64_t step) {
  const std::int64_t end = y.shape().back() - distance;
  const Tensor x_first = slice(x, -1, 0, end, step), y_first = slice(y, -1, 0, end, step);
  const IterationSpace<4> space = make_iteration_space<4>({&x_first, &cosine, &sine, &y_first});
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const RotateInnerLoop<T> inner_loop{.x = static_cast<const T*>(x.raw_data()),
                                        .cosine = static_cast<const T*>(cosine.raw_data()),
                                        .sine = static_cast<const T*>(sine.raw_data()),
                                        .y = static_cast<T*>(y.raw_data()),
                                        .x_pair_stride = distance * x.strides().back(),
                                        .y_pair_stride = distance * y.strides().back(),
                                        .strides = space.inner_strides()};
    for_each_inner_loop(space, kCheapGrain, inner_loop);
  });
}

void rotate_halves(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y) {
  rotate(x, cosine, sine, y, y.shape().back() / 2, 1);
}

void rotate_interleaved(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y) {
  rotate(x, cosine, sine, y, 1, 2);
}

void register_positions_kernels() {
  kernels::rotate_halves.set(DeviceType::cpu, rotate_halves);
  kernels::rotate_interleaved.set(DeviceType::cpu, rotate_interleaved);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_positions_kernels);
void register_positions() { HWY_DYNAMIC_DISPATCH(register_positions_kernels)(); }
}  // namespace tinytorch::cpu
#endif
