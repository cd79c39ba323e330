#include "core/ops/copy_kernels.h"

#include <optional>

#include "core/convert.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"

namespace tinytorch::cuda {
namespace {

template <class To>
struct Convert {
  template <class From>
  __device__ To operator()(From x) const {
    return convert<To>(x);
  }
};

constexpr unsigned kTile = 32, kTileThreads = 8;

/// A transposed copy: x lies without gaps along the rows' axis, y along the columns'.
struct Transposition {
  OffsetCalculator<2> planes;  // all other axes
  std::uint32_t rows, columns;
  std::uint32_t column_stride;  // of x
  std::uint32_t row_stride;     // of y
  Divisor<std::uint32_t> row_tiles, column_tiles;
};

// A tile of 32 x 32 elements goes through shared memory, so that both reads and writes are of whole 128-byte
// lines (f32): 8 bytes an element, the minimum. The 33rd column keeps the threads that read a column in
// different banks. A block of 32 x 8 threads a tile, four elements a thread.
template <class T>
__global__ void __launch_bounds__(kTile* kTileThreads) copy_tiles(Transposition t, const T* x, T* y) {
  SHARED(T, tile, [kTile][kTile + 1]);
  const std::uint32_t strip = t.column_tiles.quotient(blockIdx.x), plane = t.row_tiles.quotient(strip);
  const std::uint32_t column0 = (blockIdx.x - strip * t.column_tiles.divisor()) * kTile;
  const std::uint32_t row0 = (strip - plane * t.row_tiles.divisor()) * kTile;
  std::uint32_t offset[2];
  t.planes.find(plane, offset);
  for (std::uint32_t j = threadIdx.y; j < kTile; j += kTileThreads) {
    const std::uint32_t row = row0 + threadIdx.x, column = column0 + j;
    const bool in_rows = within(row, t.rows);
    const bool in_columns = within(column, t.columns);
    if (in_rows && in_columns) tile[j][threadIdx.x] = x[offset[0] + column * t.column_stride + row];
  }
  __syncthreads();
  for (std::uint32_t j = threadIdx.y; j < kTile; j += kTileThreads) {
    const std::uint32_t row = row0 + j, column = column0 + threadIdx.x;
    const bool in_rows = within(row, t.rows);
    const bool in_columns = within(column, t.columns);
    if (in_rows && in_columns) y[offset[1] + row * t.row_stride + column] = tile[threadIdx.x][j];
  }
}

/// The axis along which x lies without gaps, where y does along the innermost one and both are long enough.
std::optional<std::size_t> transposed_axis(const IterationSpace<2>& loop) {
  constexpr std::int64_t kWorth = 16;
  if (loop.inner_strides()[1] != 1 || loop.inner_strides()[0] <= 1 || loop.inner_size() < kWorth) return {};
  for (std::size_t axis = 0; axis + 1 < static_cast<std::size_t>(loop.rank); ++axis) {
    if (loop.strides[axis][0] == 1 && loop.sizes[axis] >= kWorth) return axis;
  }
  return {};
}

IterationSpace<2> without_axes(const IterationSpace<2>& loop, std::size_t left_out) {
  IterationSpace<2> rest;
  for (std::size_t axis = 0; axis + 1 < static_cast<std::size_t>(loop.rank); ++axis) {
    if (axis == left_out) continue;
    rest.sizes[static_cast<std::size_t>(rest.rank)] = loop.sizes[axis];
    rest.strides[static_cast<std::size_t>(rest.rank++)] = loop.strides[axis];
    rest.numel *= loop.sizes[axis];
  }
  if (rest.rank == 0) {
    rest.sizes[0] = 1;
    rest.strides[0] = {};
    rest.rank = 1;
  }
  return rest;
}

template <class T>
void copy_transposed(const OnDevice& on, const IterationSpace<2>& loop, std::size_t by_x, const T* x, T* y) {
  const IterationSpace<2> planes = without_axes(loop, by_x);
  const unsigned row_tiles = blocks_for(loop.sizes[by_x], kTile);
  const unsigned column_tiles = blocks_for(loop.inner_size(), kTile);
  const Transposition t{.planes = OffsetCalculator<2>(planes),
                        .rows = static_cast<std::uint32_t>(loop.sizes[by_x]),
                        .columns = static_cast<std::uint32_t>(loop.inner_size()),
                        .column_stride = static_cast<std::uint32_t>(loop.inner_strides()[0]),
                        .row_stride = static_cast<std::uint32_t>(loop.strides[by_x][1]),
                        .row_tiles = Divisor<std::uint32_t>(row_tiles),
                        .column_tiles = Divisor<std::uint32_t>(column_tiles)};
  const unsigned tiles = static_cast<unsigned>(planes.numel) * row_tiles * column_tiles;
  launch(KERNEL(copy_tiles<T>), tiles, dim3(kTile, kTileThreads), 0, on.stream(), t, x, y);
}

template <class T>
bool copy_bytes(const OnDevice& on, const IterationSpace<2>& loop, const Tensor& x, Tensor& y) {
  if (loop.rank != 1 || loop.inner_strides() != PerOperand<2>{1, 1}) return false;
  CUDA_CHECK(cudaMemcpyAsync(y.raw_data(), x.raw_data(), static_cast<std::size_t>(loop.numel) * sizeof(T),
                             cudaMemcpyDeviceToDevice, on.stream()));
  return true;
}

template <class T>
bool copy_tiled(const OnDevice& on, const IterationSpace<2>& loop, const Tensor& x, Tensor& y) {
  if (!fits_32_bits(loop)) return false;
  const std::optional<std::size_t> axis = transposed_axis(loop);
  if (axis) {
    copy_transposed(on, loop, *axis, static_cast<const T*>(x.raw_data()), static_cast<T*>(y.raw_data()));
  }
  return axis.has_value();
}

/// Elements of one type are moved as words of its size.
template <class Word>
bool copy_words(const Tensor& x, Tensor& y) {
  const OnDevice on(y.device());
  const IterationSpace<2> loop = make_iteration_space<2>({&x, &y});
  return copy_bytes<Word>(on, loop, x, y) || copy_tiled<Word>(on, loop, x, y);
}

bool copy_fast(const Tensor& x, Tensor& y) {
  if (x.dtype() != y.dtype()) return false;
  switch (size_of(x.dtype())) {
    case 1:
      return copy_words<std::uint8_t>(x, y);
    case 4:
      return copy_words<std::uint32_t>(x, y);
    case 8:
      return copy_words<std::uint64_t>(x, y);
    default:
      return false;
  }
}

void copy(const Tensor& x, Tensor& y) {
  if (copy_fast(x, y)) return;
  dispatch(x.dtype(), [&]<class From>() {
    dispatch(y.dtype(), [&]<class To>() { Map<Convert<To>, To, From>::run(Convert<To>{}, y, x); });
  });
}

}  // namespace

void register_copy() { kernels::copy.set(DeviceType::cuda, copy); }

}  // namespace tinytorch::cuda
