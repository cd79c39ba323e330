// Tiles of images for Winograd's algorithm, compiled once for each instruction set: see
// kernels/cpu/targets.h.

#include <algorithm>
#include <array>
#include <cstdint>
#include <numbers>

#include "core/tensor.h"
#include "kernels/cpu/packing-inl.h"
#include "kernels/cpu/vector-inl.h"

#if defined(TINYTORCH_CPU_WINOGRAD_TILES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_WINOGRAD_TILES_INL_H
#undef TINYTORCH_CPU_WINOGRAD_TILES_INL_H
#else
#define TINYTORCH_CPU_WINOGRAD_TILES_INL_H
#endif

// Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural
// Networks", section 4): a tile of 4x4 outputs takes 36 multiplications for each channel and filter, where
// the direct convolution takes 144. An input tile of 6x6 pixels d, a filter g and the outputs y are related
// by y = Aᵀ (sum over the channels of (G g Gᵀ) * (Bᵀ d B)) A, where * is elementwise. So for each of the 36
// positions in a transformed tile there is one matrix product, of tiles by channels and channels by filters.
// The gradient of g from that of y is Gᵀ (sum over the tiles of (A dy Aᵀ) * (Bᵀ d B)) G.
//
// The matrices are those of the points 0, ±√2/2, ±√2 and infinity. Measured on sums of 144 to 2043 terms, the
// largest error is 1.3 to 1.9 times the direct convolution's.

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE::winograd {

/// Of a tile, along one axis: outputs, inputs, and elements of the filter.
inline constexpr std::int64_t kOutputs = 4, kInputs = 6, kTaps = 3;
/// Elements of a transformed tile.
inline constexpr std::int64_t kPositions = kInputs * kInputs;

inline constexpr double kRoot = std::numbers::sqrt2;

/// Elements along one axis of a tile, each of many channels or filters.
template <class V, std::int64_t n>
using Line = std::array<V, static_cast<std::size_t>(n)>;

/// Bᵀ d
struct TransformInput {
  static constexpr std::int64_t kFrom = kInputs, kTo = kInputs;

  template <class V>
  HWY_INLINE Line<V, kTo> operator()(const Line<V, kFrom>& d) const {
    const V even = fma(V(-2), d[2], d[4]), odd = fma(V(-2), d[1], d[3]);
    const V far_even = fma(V(-0.5), d[2], d[4]), far_odd = fma(V(-0.5), d[1], d[3]);
    return {fma(V(-2.5), d[2], d[0] + d[4]),   fma(V(kRoot / 2), odd, even),
            fma(V(-kRoot / 2), odd, even),     fma(V(kRoot), far_odd, far_even),
            fma(V(-kRoot), far_odd, far_even), fma(V(-2.5), d[3], d[1] + d[5])};
  }
};

/// G g
struct TransformFilter {
  static constexpr std::int64_t kFrom = kTaps, kTo = kInputs;

  template <class V>
  HWY_INLINE Line<V, kTo> operator()(const Line<V, kFrom>& g) const {
    const V even = fma(V(-2.0 / 3), g[0], V(-1.0 / 3) * g[2]),
            far_even = fma(V(1.0 / 6), g[0], V(1.0 / 3) * g[2]);
    return {g[0],
            fma(V(-kRoot / 3), g[1], even),
            fma(V(kRoot / 3), g[1], even),
            fma(V(kRoot / 6), g[1], far_even),
            fma(V(-kRoot / 6), g[1], far_even),
            g[2]};
  }
};

/// Gᵀ u
struct TransformFilterGradient {
  static constexpr std::int64_t kFrom = kInputs, kTo = kTaps;

  template <class V>
  HWY_INLINE Line<V, kTo> operator()(const Line<V, kFrom>& u) const {
    const V even = u[1] + u[2], odd = u[2] - u[1], far_even = u[3] + u[4], far_odd = u[3] - u[4];
    return {fma(V(-2.0 / 3), even, fma(V(1.0 / 6), far_even, u[0])),
            fma(V(kRoot / 3), odd, V(kRoot / 6) * far_odd), fma(V(1.0 / 3), far_even - even, u[5])};
  }
};

/// Aᵀ m
struct TransformOutput {
  static constexpr std::int64_t kFrom = kInputs, kTo = kOutputs;

  template <class V>
  HWY_INLINE Line<V, kTo> operator()(const Line<V, kFrom>& m) const {
    const V even = m[1] + m[2], odd = m[1] - m[2], far_even = m[3] + m[4], far_odd = m[3] - m[4];
    return {m[0] + even + far_even, fma(V(kRoot), far_odd, V(kRoot / 2) * odd),
            fma(V(2), far_even, V(0.5) * even), fma(V(2 * kRoot), far_odd, fma(V(kRoot / 4), odd, m[5]))};
  }
};

/// A y
struct TransformOutputGradient {
  static constexpr std::int64_t kFrom = kOutputs, kTo = kInputs;

  template <class V>
  HWY_INLINE Line<V, kTo> operator()(const Line<V, kFrom>& y) const {
    const V even = fma(V(0.5), y[2], y[0]), odd = fma(V(kRoot / 4), y[3], V(kRoot / 2) * y[1]);
    const V far_even = fma(V(2), y[2], y[0]), far_odd = fma(V(2 * kRoot), y[3], V(kRoot) * y[1]);
    return {y[0], even + odd, even - odd, far_even + far_odd, far_even - far_odd, y[3]};
  }
};

/// Transforms the rows and columns of a tile.
/// @param load   load(i, j) is an element of it
/// @param store  store(i, j, element of the result)
template <class V, class Transform, class Load, class Store>
HWY_INLINE void transform_tile(const Transform& transform, const Load& load, const Store& store) {
  Line<V, Transform::kFrom> columns[Transform::kTo];
  unrolled<Transform::kFrom>([&](auto i) INLINE_LAMBDA {
    Line<V, Transform::kFrom> row;
    unrolled<Transform::kFrom>([&](auto j) INLINE_LAMBDA { row[j] = load(i, j); });
    const auto to = transform(row);
    unrolled<Transform::kTo>([&](auto j) INLINE_LAMBDA { columns[j][i] = to[j]; });
  });
  unrolled<Transform::kTo>([&](auto j) INLINE_LAMBDA {
    const auto column = transform(columns[j]);
    unrolled<Transform::kTo>([&](auto i) INLINE_LAMBDA { store(i, j, column[i]); });
  });
}

/// Images of any strides.
template <class T>
struct Images {
  T* data;
  std::int64_t batch, channels, height, width;
  std::int64_t batch_stride, channel_stride, row_stride, column_stride;

  Images(const Tensor& x, T* data)
      : data(data),
        batch(x.shape()[0]),
        channels(x.shape()[1]),
        height(x.shape()[2]),
        width(x.shape()[3]),
        batch_stride(x.strides()[0]),
        channel_stride(x.strides()[1]),
        row_stride(x.strides()[2]),
        column_stride(x.strides()[3]) {}

  T* at(std::int64_t image, std::int64_t channel, std::int64_t row, std::int64_t column) const {
    return data + image * batch_stride + channel * channel_stride + row * row_stride + column * column_stride;
  }
};

inline Images<const float> images_of(const Tensor& x) { return {x, x.data<float>()}; }

/// Neighbouring pixels in a row, which may be outside of the image, and channels of them.
struct PixelRow {
  std::int64_t image, row, column, pixels, channel, channels;

  std::int64_t width() const { return round_up(channels, ProductVector<float>::kLanes); }
};

/// Writes them to [pixels, width()]: 0 outside of the image.
inline void gather(const Images<const float>& x, const PixelRow& from, float* to) {
  const bool is_inside = from.row >= 0 && from.row < x.height;
  const std::int64_t width = from.width();
  const std::int64_t begin = is_inside ? std::clamp<std::int64_t>(-from.column, 0, from.pixels) : from.pixels,
                     end = is_inside ? std::clamp(x.width - from.column, begin, from.pixels) : from.pixels;
  std::fill_n(to, begin * width, 0.0F);
  if (begin < end) {
    const float* const first = x.at(from.image, from.channel, from.row, from.column + begin);
    pack_panel<float>({first, x.column_stride, x.channel_stride}, end - begin, from.channels,
                      to + begin * width);
  }
  std::fill_n(to + end * width, (from.pixels - end) * width, 0.0F);
}

/// Copies [pixels, width()], all inside of the image, to an image whose pixels or channels are contiguous.
inline void scatter(const float* from, const PixelRow& to, const Images<float>& y) {
  float* const first = y.at(to.image, to.channel, to.row, to.column);
  if (y.channel_stride == 1) {
    for (std::int64_t j = 0; j < to.pixels; ++j)
      copy_row(from + j * to.width(), to.channels, first + j * y.column_stride);
  } else {
    pack_columns<float>({from, 1, to.width()}, to.channels, to.pixels, y.channel_stride, first);
  }
}

/// Neighbouring tiles in a row of an image, from the output (row, column) on.
struct Run {
  std::int64_t image, row, column, tiles;
};

/// The tiles that cover the outputs of all images.
struct TileGrid {
  std::int64_t rows, columns, numel;

  template <class T>
  explicit TileGrid(const Images<T>& y)
      : rows(ceil_div(y.height, kOutputs)),
        columns(ceil_div(y.width, kOutputs)),
        numel(y.batch * rows * columns) {}

  static constexpr std::int64_t kMaxRun = 16;

  /// Calls f(run, index of its first tile - begin) for runs of up to kMaxRun tiles that cover [begin, end).
  template <class F>
  void for_each_run(std::int64_t begin, std::int64_t end, const F& f) const {
    for (std::int64_t tile = begin; tile < end;) {
      const std::int64_t row = tile / columns, column = tile % columns;
      const Run run{row / rows, row % rows * kOutputs, column * kOutputs,
                    std::min({kMaxRun, columns - column, end - tile})};
      f(run, tile - begin);
      tile += run.tiles;
    }
  }
};

/// Channels that are transformed together: a cache line.
inline constexpr std::int64_t kBlock = 16;
/// The elements of a run's pixels of a block of channels.
inline constexpr std::int64_t kPatchNumel = kInputs * (kOutputs * TileGrid::kMaxRun + 2) * kBlock;

/// Transformed tiles: for each position a matrix [tiles, channels].
struct TransformedTiles {
  std::int64_t row_stride, matrix_stride;

  /// Odd numbers of cache lines, so that neighbours are in different sets of a cache.
  TransformedTiles(std::int64_t tiles, std::int64_t channels)
      : row_stride(packed_row_stride<float>(channels)),
        matrix_stride(packed_row_stride<float>(tiles * row_stride)) {}
  std::int64_t numel() const { return kPositions * matrix_stride; }
};

/// Transforms the tiles of a run: those of inputs (TransformInput), or of the gradients of outputs.
/// @param row, column  of the run's first pixel
/// @param patch        memory of kPatchNumel elements
/// @param to           the first tile's row of the first matrix
template <class Transform>
void transform_run(const Transform& transform, const Images<const float>& x, const Run& run, std::int64_t row,
                   std::int64_t column, float* patch, const TransformedTiles& layout, float* to) {
  using V = ProductVector<float>;
  const std::int64_t pixels = kOutputs * (run.tiles - 1) + Transform::kFrom;
  for (std::int64_t channel = 0; channel < x.channels; channel += kBlock) {
    PixelRow line{run.image, row, column, pixels, channel, std::min(kBlock, x.channels - channel)};
    const std::int64_t width = line.width(), row_stride = pixels * width;
    for (std::int64_t i = 0; i < Transform::kFrom; ++i, ++line.row) gather(x, line, patch + i * row_stride);
    for (std::int64_t tile = 0; tile < run.tiles; ++tile) {
      for (std::int64_t lane = 0; lane < width; lane += V::kLanes) {
        const float* const from = patch + tile * kOutputs * width + lane;
        float* const first = to + tile * layout.row_stride + channel + lane;
        transform_tile<V>(
            transform,
            [&](std::int64_t i, std::int64_t j)
                INLINE_LAMBDA { return V::load(from + i * row_stride + j * width); },
            [&](std::int64_t i, std::int64_t j, V element)
                INLINE_LAMBDA { element.store(first + (i * kInputs + j) * layout.matrix_stride); });
      }
    }
  }
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE::winograd
HWY_AFTER_NAMESPACE();

#endif
