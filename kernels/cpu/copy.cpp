#include "core/ops/copy_kernels.h"
#include "kernels/dispatch.h"
#include "kernels/register.h"

#include <cstring>

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
/// along the axis `x_axis`, y along the innermost axis. Tiles of some neighbouring rows are copied together,
/// because their elements of x share pages.
template <class T>
struct TransposedCopy {
  static constexpr std::int64_t kTile = 16, kStrip = 4 * kTile;

  const T* x;
  T* y;
  IterationSpace<2> outer;              // all other axes
  std::int64_t columns, column_stride;  // the innermost axis and x's stride along it
  std::int64_t rows, row_stride;        // the axis x_axis and y's stride along it
  std::int64_t strips;                  // blocks of kStrip rows

  TransposedCopy(const T* from, T* to, const IterationSpace<2>& space, std::size_t x_axis)
      : x(from),
        y(to),
        columns(space.inner_size()),
        column_stride(space.inner_strides()[0]),
        rows(space.sizes[x_axis]),
        row_stride(space.strides[x_axis][1]),
        strips((rows + kStrip - 1) / kStrip) {
    for (std::size_t axis = 0; axis + 1 < static_cast<std::size_t>(space.rank); ++axis) {
      if (axis != x_axis) {
        outer.sizes[static_cast<std::size_t>(outer.rank)] = space.sizes[axis];
        outer.strides[static_cast<std::size_t>(outer.rank++)] = space.strides[axis];
        outer.numel *= space.sizes[axis];
      }
    }
  }

  void run() const {
    parallel_for(outer.numel * strips, kCheapGrain / (kStrip * columns) + 1,
                 [this](std::int64_t begin, std::int64_t end) { copy_strips(begin, end); });
  }

  void copy_strips(std::int64_t begin, std::int64_t end) const {
    for (std::int64_t strip = begin; strip < end; ++strip) {
      const PerOperand<2> offset = MultiIndex<2>(outer, strip / strips).offset;
      const std::int64_t row = strip % strips * kStrip;
      copy_strip(x + offset[0] + row, y + offset[1] + row * row_stride, std::min(kStrip, rows - row));
    }
  }

  void copy_strip(const T* from, T* to, std::int64_t height) const {
    for (std::int64_t first = 0; first < columns; first += kStrip) {
      const std::int64_t last = std::min(first + kStrip, columns);
      for (std::int64_t row = 0; row < height; row += kTile) {
        for (std::int64_t column = first; column < last; column += kTile)
          copy_tile(from + column * column_stride + row, to + row * row_stride + column,
                    std::min(kTile, height - row), std::min(kTile, last - column));
      }
    }
  }

  void copy_tile(const T* from, T* to, std::int64_t height, std::int64_t width) const {
    if (height == kTile && width == kTile) return copy_tile(from, to);
    for (std::int64_t column = 0; column < width; ++column) {
      for (std::int64_t row = 0; row < height; ++row)
        to[row * row_stride + column] = from[column * column_stride + row];
    }
  }

  void copy_tile(const T* from, T* to) const {
    if constexpr (kHasVectors && sizeof(T) >= 4) {
      constexpr std::int64_t kLanes = 16 / sizeof(T);
      for (std::int64_t row = 0; row < kTile; row += kLanes) {
        for (std::int64_t column = 0; column < kTile; column += kLanes)
          transpose_block(from + column * column_stride + row, to + row * row_stride + column);
      }
    } else {
      T tile[kTile][kTile];
      for (std::int64_t j = 0; j < kTile; ++j) {
        for (std::int64_t i = 0; i < kTile; ++i) tile[i][j] = from[j * column_stride + i];
      }
      for (std::int64_t i = 0; i < kTile; ++i) {
        for (std::int64_t j = 0; j < kTile; ++j) to[i * row_stride + j] = tile[i][j];
      }
    }
  }

#if HWY_TARGET != HWY_SCALAR
  /// As many rows and columns as 16 bytes have elements.
  void transpose_block(const T* from, T* to) const {
    const hn::FixedTag<T, 16 / sizeof(T)> tag;
    const auto a = hn::LoadU(tag, from), b = hn::LoadU(tag, from + column_stride);
    if constexpr (sizeof(T) == 8) {
      hn::StoreU(hn::InterleaveLower(tag, a, b), tag, to);
      hn::StoreU(hn::InterleaveUpper(tag, a, b), tag, to + row_stride);
    } else {
      const auto c = hn::LoadU(tag, from + 2 * column_stride), d = hn::LoadU(tag, from + 3 * column_stride);
      const auto ac = hn::InterleaveLower(tag, a, c), bd = hn::InterleaveLower(tag, b, d);
      const auto ac2 = hn::InterleaveUpper(tag, a, c), bd2 = hn::InterleaveUpper(tag, b, d);
      hn::StoreU(hn::InterleaveLower(tag, ac, bd), tag, to);
      hn::StoreU(hn::InterleaveUpper(tag, ac, bd), tag, to + row_stride);
      hn::StoreU(hn::InterleaveLower(tag, ac2, bd2), tag, to + 2 * row_stride);
      hn::StoreU(hn::InterleaveUpper(tag, ac2, bd2), tag, to + 3 * row_stride);
    }
  }
#endif
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

/// The space of the first elements of the inner loops.
IterationSpace<2> without_inner_axis(IterationSpace<2> space) {
  space.numel /= space.inner_size();
  --space.rank;
  return space;
}

/// The inner loop of a copy whose innermost axis is short: it runs along the axis before that, of which each
/// element is a row of kSize elements.
template <class Word, std::int64_t kSize>
struct ShortRowsCopy {
  const Word* x;
  Word* y;
  PerOperand<2> strides;      // between rows
  PerOperand<2> row_strides;  // within a row

  void operator()(const PerOperand<2>& offset, std::int64_t n) const {
    const Word* const from = x + offset[0];
    Word* const to = y + offset[1];
    if (row_strides == PerOperand<2>{0, 1} && strides == PerOperand<2>{1, kSize}) {
      repeat(from, to, n);
    } else {
      INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < kSize; ++j)
          to[i * strides[1] + j * row_strides[1]] = from[i * strides[0] + j * row_strides[0]];
      }
    }
  }

  /// Each element kSize times: compilers have vectors for that.
  static void repeat(const Word* from, Word* to, std::int64_t n) {
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < kSize; ++j) to[i * kSize + j] = from[i];
    }
  }
};

template <class Word, std::int64_t kSize = 2>
bool copy_short_rows(const Tensor& x, Tensor& y, const IterationSpace<2>& space) {
  constexpr std::int64_t kLargest = 8;
  if (space.rank < 2 || space.inner_size() > kLargest) return false;
  if constexpr (kSize < kLargest) {
    if (space.inner_size() > kSize) return copy_short_rows<Word, kSize + 1>(x, y, space);
  }
  const IterationSpace<2> rows = without_inner_axis(space);
  for_each_inner_loop(
      rows, kCheapGrain / kSize,
      ShortRowsCopy<Word, kSize>{static_cast<const Word*>(x.raw_data()), static_cast<Word*>(y.raw_data()),
                                 rows.inner_strides(), space.inner_strides()});
  return true;
}

/// The inner loop of a copy of contiguous rows: it runs along the axis before that of the rows.
template <class Word>
struct RowsCopy {
  const Word* x;
  Word* y;
  PerOperand<2> strides;  // between rows
  std::int64_t row_size;

  void operator()(const PerOperand<2>& offset, std::int64_t n) const {
    const Word* from = x + offset[0];
    Word* to = y + offset[1];
    for (std::int64_t i = 0; i < n; ++i, from += strides[0], to += strides[1])
      std::memcpy(to, from, static_cast<std::size_t>(row_size) * sizeof(Word));
  }
};

template <class Word>
bool copy_rows(const Tensor& x, Tensor& y, const IterationSpace<2>& space) {
  constexpr std::int64_t kLongest = 2048 / sizeof(Word);
  if (space.rank < 2 || space.inner_strides() != PerOperand<2>{1, 1} || space.inner_size() > kLongest)
    return false;
  const IterationSpace<2> rows = without_inner_axis(space);
  for_each_inner_loop(rows, kCheapGrain / space.inner_size() + 1,
                      RowsCopy<Word>{static_cast<const Word*>(x.raw_data()), static_cast<Word*>(y.raw_data()),
                                     rows.inner_strides(), space.inner_size()});
  return true;
}

/// The inner loop of a copy in reversed order.
template <class Word>
struct ReversedCopy {
  const Word* x;
  Word* y;

  void operator()(const PerOperand<2>& offset, std::int64_t n) const {
    const Word* const from = x + offset[0];
    Word* const to = y + offset[1];
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[-i];
  }
};

/// Copies elements of one dtype as words of its size. The strides of x may be negative.
template <class Word>
void copy_words(const Tensor& x, Tensor& y) {
  const IterationSpace<2> space = make_iteration_space<2>({&x, &y});
  if (copy_transposed<Word>(x, y, space) || copy_short_rows<Word>(x, y, space) ||
      copy_rows<Word>(x, y, space))
    return;
  if (space.inner_strides() == PerOperand<2>{-1, 1}) {
    const ReversedCopy<Word> inner_loop{static_cast<const Word*>(x.raw_data()),
                                        static_cast<Word*>(y.raw_data())};
    return for_each_inner_loop(space, kCheapGrain, inner_loop);
  }
  unary_typed<math::Identity, Word>(x, y, kCheapGrain);
}

void copy(const Tensor& x, Tensor& y) {
  if (x.dtype() == y.dtype()) return dispatch_words(x.dtype(), [&]<class Word>() { copy_words<Word>(x, y); });
  dispatch_bytes(x.dtype(), [&]<class From>() {
    dispatch(y.dtype(), [&]<class To>() { unary_typed<math::Convert<To>, From>(x, y, kCheapGrain); });
  });
}

/// x with negative strides along the axes, which tensors elsewhere never have.
Tensor reversed(const Tensor& x, const Axes& axes) {
  Strides strides = x.strides();
  std::int64_t first = x.offset();
  for (const std::int64_t axis : axes) {
    std::int64_t& stride = strides[static_cast<int>(axis)];
    first += (x.shape()[static_cast<int>(axis)] - 1) * stride;
    stride = -stride;
  }
  return Tensor(x.storage(), x.dtype(), x.shape(), strides, first);
}

void flip(const Tensor& x, const Axes& axes, Tensor& y) {
  const Tensor from = reversed(x, axes);
  dispatch_words(x.dtype(), [&]<class Word>() { copy_words<Word>(from, y); });
}

/// Row i of a matrix has its elements of the triangle in [begin, end).
template <class Word>
void triangle_words(const Tensor& x, std::int64_t diagonal, bool upper, Tensor& y) {
  const std::int64_t rows = x.size(-2), columns = x.size(-1);
  const Word* const from = static_cast<const Word*>(x.raw_data());
  Word* const to = static_cast<Word*>(y.raw_data());
  parallel_for(x.numel() / columns, kCheapGrain / columns + 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      const std::int64_t on_diagonal = row % rows + diagonal, at = row * columns;
      const std::int64_t begin = upper ? std::clamp<std::int64_t>(on_diagonal, 0, columns) : 0;
      const std::int64_t end = upper ? columns : std::clamp<std::int64_t>(on_diagonal + 1, 0, columns);
      std::fill_n(to + at, begin, Word(0));
      std::copy(from + at + begin, from + at + end, to + at + begin);
      std::fill(to + at + end, to + at + columns, Word(0));
    }
  });
}

void triangle(const Tensor& x, const std::int64_t& diagonal, const bool& upper, Tensor& y) {
  dispatch_words(x.dtype(), [&]<class Word>() { triangle_words<Word>(x, diagonal, upper, y); });
}

void register_copy_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::copy.set(kCpu, copy);
  kernels::flip.set(kCpu, flip);
  kernels::triangle.set(kCpu, triangle);
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
