#include "core/ops/reduction_kernels.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
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

/// The place of the first extreme among n elements that lie `step` apart.
template <class Order, class T>
std::int64_t arg_row(const T* x, std::int64_t step, std::int64_t n) {
  constexpr std::int64_t kBlock = 1024;
  T best = x[0];
  std::int64_t block = 0;
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const T found = fold_row<ExtremeFold<T, Order>>(x + begin * step, step, std::min(kBlock, n - begin));
    if (math::more_extreme<Order>(found, best)) {
      best = found;
      block = begin;
    }
  }
  while (x[block * step] != best && (best == best || x[block * step] == x[block * step])) ++block;
  return block;
}

constexpr std::int64_t kColumns = 64;

/// The same for up to kColumns neighbours at once, which lie `apart` from each other.
template <class Order, class T>
void arg_columns(const T* x, std::int64_t step, std::int64_t n, std::int64_t apart, std::int64_t width,
                 std::int64_t* y) {
  T best[kColumns];
  for (std::int64_t j = 0; j < width; ++j) {
    best[j] = x[j * apart];
    y[j] = 0;
  }
  for (std::int64_t i = 1; i < n; ++i) {
    const T* row = x + i * step;
    for (std::int64_t j = 0; j < width; ++j) {
      const bool better = math::more_extreme<Order>(row[j * apart], best[j]);
      best[j] = better ? row[j * apart] : best[j];
      y[j] = better ? i : y[j];
    }
  }
}

/// Along rows, or where the outputs lie closer in x than the elements of one, blocks of columns.
template <class Order, class T>
void arg_reduce(const Tensor& x, int axis, Tensor& y) {
  const std::int64_t n = x.shape()[axis], step = x.strides()[axis];
  const ReductionSpaces loops = make_reduction_spaces(x, y);
  const std::int64_t inner = loops.kept.inner_size(), apart = loops.kept.inner_strides()[0];
  const std::int64_t width = n > 1 && apart < step ? std::min(inner, kColumns) : 1;
  const std::int64_t blocks = (inner + width - 1) / width, tasks = loops.kept.numel / inner * blocks;
  const T* from = static_cast<const T*>(x.raw_data());
  auto* to = static_cast<std::int64_t*>(y.raw_data());
  parallel_for(tasks, kCheapGrain / (n * width) + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t column = task % blocks * width, first = task / blocks * inner + column;
      const T* row = from + MultiIndex<2>(loops.kept, first).offset[0];
      if (width == 1) {
        to[first] = arg_row<Order>(row, step, n);
      } else {
        arg_columns<Order>(row, step, n, apart, std::min(width, inner - column), to + first);
      }
    }
  });
}

template <class Order>
void arg_extreme(const Tensor& x, const int& axis, Tensor& y) {
  dispatch_bytes(x.dtype(), [&]<class T>() { arg_reduce<Order, T>(x, axis, y); });
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::argmax.set(kCpu, arg_extreme<math::Greater>);
  kernels::argmin.set(kCpu, arg_extreme<math::Less>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_arg_reduction() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
