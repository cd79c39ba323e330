#include "core/ops/reduction_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/arg_reduction.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The index of the first extreme among n elements.
template <class Order, class T>
std::int64_t arg_row(const T* x, std::int64_t stride, std::int64_t n) {
  constexpr std::int64_t kBlock = 1024;
  T best = x[0];
  std::int64_t block = 0;
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const T found = fold_row<ExtremeFold<T, Order>>(x + begin * stride, stride, std::min(kBlock, n - begin));
    if (math::more_extreme<Order>(found, best)) {
      best = found;
      block = begin;
    }
  }
  while (x[block * stride] != best && (best == best || x[block * stride] == x[block * stride])) ++block;
  return block;
}

constexpr std::int64_t kColumnsAtOnce = 64;

/// The same for `width` (at most kColumnsAtOnce) columns at once.
template <class Order, class T>
void arg_columns(const T* x, std::int64_t stride, std::int64_t n, std::int64_t column_stride,
                 std::int64_t width, std::int64_t* y) {
  T best[kColumnsAtOnce];
  for (std::int64_t j = 0; j < width; ++j) {
    best[j] = x[j * column_stride];
    y[j] = 0;
  }
  for (std::int64_t i = 1; i < n; ++i) {
    const T* row = x + i * stride;
    for (std::int64_t j = 0; j < width; ++j) {
      const bool better = math::more_extreme<Order>(row[j * column_stride], best[j]);
      best[j] = better ? row[j * column_stride] : best[j];
      y[j] = better ? i : y[j];
    }
  }
}

/// Reduces row by row, or in blocks of columns where neighbouring outputs have the smaller stride in x.
template <class Order, class T>
void arg_reduce(const Tensor& x, int axis, Tensor& y) {
  const std::int64_t n = x.shape()[axis], stride = x.strides()[axis];
  const ReductionSpaces spaces = make_reduction_spaces(x, y);
  const std::int64_t inner = spaces.kept.inner_size(), column_stride = spaces.kept.inner_strides()[0];
  const std::int64_t width = n > 1 && column_stride < stride ? std::min(inner, kColumnsAtOnce) : 1;
  const std::int64_t blocks = (inner + width - 1) / width, tasks = spaces.kept.numel / inner * blocks;
  const T* from = static_cast<const T*>(x.raw_data());
  auto* to = static_cast<std::int64_t*>(y.raw_data());
  parallel_for(tasks, kCheapGrain / (n * width) + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t column = task % blocks * width, first = task / blocks * inner + column;
      const T* row = from + MultiIndex<2>(spaces.kept, first).offset[0];
      if (width == 1) {
        to[first] = arg_row<Order>(row, stride, n);
      } else {
        arg_columns<Order>(row, stride, n, column_stride, std::min(width, inner - column), to + first);
      }
    }
  });
}

template <class Order>
void arg_extreme(const Tensor& x, const int& axis, Tensor& y) {
  dispatch_bytes(x.dtype(), [&]<class T>() { arg_reduce<Order, T>(x, axis, y); });
}

void register_arg_reduction_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::argmax.set(kCpu, arg_extreme<math::Greater>);
  kernels::argmin.set(kCpu, arg_extreme<math::Less>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_arg_reduction_kernels);
void register_arg_reduction() { HWY_DYNAMIC_DISPATCH(register_arg_reduction_kernels)(); }
}  // namespace tinytorch::cpu
#endif
