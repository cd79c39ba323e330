#include "core/convert.h"
#include "core/ops/copy_kernels.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/copy.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

template <class To>
struct Convert {
  template <class From>
  To operator()(From x) const {
    return convert<To>(x);
  }
};

/// A transposed copy goes in square tiles, so that each cache line is read and written once: along `by_x` x
/// lies without gaps, along the innermost axis y does.
template <class T>
struct TransposedCopy {
  static constexpr std::int64_t kTile = 16;

  const T* x;
  T* y;
  IterationSpace<2> planes;             // all other axes
  std::int64_t columns, column_stride;  // the innermost axis, and x's step along it
  std::int64_t rows, row_stride;        // the axis by_x, and y's step along it
  std::int64_t strips;                  // of kTile rows each

  TransposedCopy(const T* from, T* to, const IterationSpace<2>& loop, std::size_t by_x)
      : x(from),
        y(to),
        columns(loop.inner_size()),
        column_stride(loop.inner_strides()[0]),
        rows(loop.sizes[by_x]),
        row_stride(loop.strides[by_x][1]),
        strips((rows + kTile - 1) / kTile) {
    for (std::size_t axis = 0; axis + 1 < static_cast<std::size_t>(loop.rank); ++axis) {
      if (axis != by_x) {
        planes.sizes[static_cast<std::size_t>(planes.rank)] = loop.sizes[axis];
        planes.strides[static_cast<std::size_t>(planes.rank++)] = loop.strides[axis];
        planes.numel *= loop.sizes[axis];
      }
    }
  }

  void run() const {
    parallel_for(planes.numel * strips, std::max<std::int64_t>(1, kCheapGrain / (kTile * columns)),
                 [this](std::int64_t begin, std::int64_t end) { copy_strips(begin, end); });
  }

  void copy_strips(std::int64_t begin, std::int64_t end) const {
    for (std::int64_t strip = begin; strip < end; ++strip) {
      const PerOperand<2> offset = MultiIndex<2>(planes, strip / strips).offset;
      const std::int64_t row = strip % strips * kTile;
      copy_strip(x + offset[0] + row, y + offset[1] + row * row_stride, std::min(kTile, rows - row));
    }
  }

  void copy_strip(const T* from, T* to, std::int64_t height) const {
    std::int64_t column = 0;
    if (height == kTile) {
      for (; column + kTile <= columns; column += kTile)
        copy_tile(from + column * column_stride, to + column);
    }
    for (; column < columns; ++column) {
      for (std::int64_t row = 0; row < height; ++row)
        to[row * row_stride + column] = from[column * column_stride + row];
    }
  }

  void copy_tile(const T* from, T* to) const {
    T tile[kTile][kTile];
    for (std::int64_t j = 0; j < kTile; ++j) {
      for (std::int64_t i = 0; i < kTile; ++i) tile[i][j] = from[j * column_stride + i];
    }
    for (std::int64_t i = 0; i < kTile; ++i) {
      for (std::int64_t j = 0; j < kTile; ++j) to[i * row_stride + j] = tile[i][j];
    }
  }
};

template <class T>
bool copy_transposed(const Tensor& x, Tensor& y, const IterationSpace<2>& loop) {
  if (loop.inner_strides()[0] <= 1 || loop.inner_strides()[1] != 1) return false;
  for (std::size_t axis = 0; axis + 1 < static_cast<std::size_t>(loop.rank); ++axis) {
    if (loop.strides[axis][0] == 1 && loop.sizes[axis] >= TransposedCopy<T>::kTile) {
      TransposedCopy<T>(static_cast<const T*>(x.raw_data()), static_cast<T*>(y.raw_data()), loop, axis).run();
      return true;
    }
  }
  return false;
}

template <class From, class To>
void copy_typed(const Tensor& x, Tensor& y) {
  const IterationSpace<2> loop = make_iteration_space<2>({&x, &y});
  if constexpr (std::is_same_v<From, To>) {
    if (copy_transposed<To>(x, y, loop)) return;
  }
  const UnaryRow<Convert<To>, From, To> row{static_cast<const From*>(x.raw_data()),
                                            static_cast<To*>(y.raw_data()), loop.inner_strides()};
  for_each_inner_loop(loop, kCheapGrain, row);
}

void copy(const Tensor& x, Tensor& y) {
  dispatch(x.dtype(),
           [&]<class From>() { dispatch(y.dtype(), [&]<class To>() { copy_typed<From, To>(x, y); }); });
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::copy.set(kCpu, copy);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_copy() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
