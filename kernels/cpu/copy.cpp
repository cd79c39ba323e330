#include "core/ops/copy_kernels.h"
#include "kernels/dispatch.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/copy.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/math/copy-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// A transposed copy in square tiles, so that each cache line is read and written once: x has unit stride
/// along the axis `x_axis`, y along the innermost axis.
template <class T>
struct TransposedCopy {
  static constexpr std::int64_t kTile = 16;

  const T* x;
  T* y;
  IterationSpace<2> outer;              // all other axes
  std::int64_t columns, column_stride;  // the innermost axis and x's stride along it
  std::int64_t rows, row_stride;        // the axis x_axis and y's stride along it
  std::int64_t strips;                  // blocks of kTile rows

  TransposedCopy(const T* from, T* to, const IterationSpace<2>& space, std::size_t x_axis)
      : x(from),
        y(to),
        columns(space.inner_size()),
        column_stride(space.inner_strides()[0]),
        rows(space.sizes[x_axis]),
        row_stride(space.strides[x_axis][1]),
        strips((rows + kTile - 1) / kTile) {
    for (std::size_t axis = 0; axis + 1 < static_cast<std::size_t>(space.rank); ++axis) {
      if (axis != x_axis) {
        outer.sizes[static_cast<std::size_t>(outer.rank)] = space.sizes[axis];
        outer.strides[static_cast<std::size_t>(outer.rank++)] = space.strides[axis];
        outer.numel *= space.sizes[axis];
      }
    }
  }

  void run() const {
    parallel_for(outer.numel * strips, std::max<std::int64_t>(1, kCheapGrain / (kTile * columns)),
                 [this](std::int64_t begin, std::int64_t end) { copy_strips(begin, end); });
  }

  void copy_strips(std::int64_t begin, std::int64_t end) const {
    for (std::int64_t strip = begin; strip < end; ++strip) {
      const PerOperand<2> offset = MultiIndex<2>(outer, strip / strips).offset;
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
bool copy_transposed(const Tensor& x, Tensor& y, const IterationSpace<2>& space) {
  if (space.inner_strides()[0] <= 1 || space.inner_strides()[1] != 1) return false;
  for (std::size_t axis = 0; axis + 1 < static_cast<std::size_t>(space.rank); ++axis) {
    if (space.strides[axis][0] == 1 && space.sizes[axis] >= TransposedCopy<T>::kTile) {
      TransposedCopy<T>(static_cast<const T*>(x.raw_data()), static_cast<T*>(y.raw_data()), space, axis)
          .run();
      return true;
    }
  }
  return false;
}

template <class Word>
void copy_words(const Tensor& x, Tensor& y) {
  const IterationSpace<2> space = make_iteration_space<2>({&x, &y});
  if (copy_transposed<Word>(x, y, space)) return;
  unary_typed<math::Identity, Word>(x, y, kCheapGrain);
}

void copy(const Tensor& x, Tensor& y) {
  if (x.dtype() == y.dtype()) return dispatch_words(x.dtype(), [&]<class Word>() { copy_words<Word>(x, y); });
  dispatch_bytes(x.dtype(), [&]<class From>() {
    dispatch(y.dtype(), [&]<class To>() { unary_typed<math::Convert<To>, From>(x, y, kCheapGrain); });
  });
}

void register_copy_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::copy.set(kCpu, copy);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_copy_kernels);
void register_copy() { HWY_DYNAMIC_DISPATCH(register_copy_kernels)(); }
}  // namespace tinytorch::cpu
#endif
