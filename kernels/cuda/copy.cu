#include "core/ops/copy_kernels.h"

#include <algorithm>
#include <optional>

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/dispatch.h"
#include "kernels/math/copy-inl.h"

namespace tinytorch::cuda {
namespace {

constexpr unsigned kTile = 32, kTileThreads = 8;

/// A batch of transposed copies: x has unit stride along the axis of the rows, y along that of the columns.
struct Transposition {
  OffsetCalculator<2> planes;  // of all other axes
  std::uint32_t rows, columns;
  std::uint32_t x_column_stride;
  std::uint32_t y_row_stride;
  Divisor<std::uint32_t> row_tiles, column_tiles;
};

// A tile of 32 x 32 elements passes through shared memory, so that both reads and writes cover whole 128-byte
// lines (f32): 8 bytes per element, the minimum. The 33rd column puts the threads that read a column in
// different banks. One block of 32 x 8 threads per tile, four elements per thread.
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
    if (in_rows && in_columns) tile[j][threadIdx.x] = x[offset[0] + column * t.x_column_stride + row];
  }
  __syncthreads();
  for (std::uint32_t j = threadIdx.y; j < kTile; j += kTileThreads) {
    const std::uint32_t row = row0 + j, column = column0 + threadIdx.x;
    const bool in_rows = within(row, t.rows);
    const bool in_columns = within(column, t.columns);
    if (in_rows && in_columns) y[offset[1] + row * t.y_row_stride + column] = tile[threadIdx.x][j];
  }
}

/// The axis along which x has unit stride, if y has it along the innermost axis and both axes are long enough
/// to be worth a transposition.
std::optional<std::size_t> transposed_axis(const IterationSpace<2>& space) {
  constexpr std::int64_t kMinSize = 16;
  if (space.inner_strides()[1] != 1 || space.inner_strides()[0] <= 1 || space.inner_size() < kMinSize)
    return {};
  for (std::size_t axis = 0; axis + 1 < static_cast<std::size_t>(space.rank); ++axis) {
    if (space.strides[axis][0] == 1 && space.sizes[axis] >= kMinSize) return axis;
  }
  return {};
}

/// The space without the innermost axis and the axis `left_out`.
IterationSpace<2> without_axes(const IterationSpace<2>& space, std::size_t left_out) {
  IterationSpace<2> rest;
  for (std::size_t axis = 0; axis + 1 < static_cast<std::size_t>(space.rank); ++axis) {
    if (axis == left_out) continue;
    rest.sizes[static_cast<std::size_t>(rest.rank)] = space.sizes[axis];
    rest.strides[static_cast<std::size_t>(rest.rank++)] = space.strides[axis];
    rest.numel *= space.sizes[axis];
  }
  if (rest.rank == 0) {
    rest.sizes[0] = 1;
    rest.strides[0] = {};
    rest.rank = 1;
  }
  return rest;
}

template <class T>
void copy_transposed(const OnDevice& on, const IterationSpace<2>& space, std::size_t x_axis, const T* x,
                     T* y) {
  const IterationSpace<2> planes = without_axes(space, x_axis);
  const unsigned row_tiles = blocks_for(space.sizes[x_axis], kTile);
  const unsigned column_tiles = blocks_for(space.inner_size(), kTile);
  const Transposition t{.planes = OffsetCalculator<2>(planes),
                        .rows = static_cast<std::uint32_t>(space.sizes[x_axis]),
                        .columns = static_cast<std::uint32_t>(space.inner_size()),
                        .x_column_stride = static_cast<std::uint32_t>(space.inner_strides()[0]),
                        .y_row_stride = static_cast<std::uint32_t>(space.strides[x_axis][1]),
                        .row_tiles = Divisor<std::uint32_t>(row_tiles),
                        .column_tiles = Divisor<std::uint32_t>(column_tiles)};
  const unsigned tiles = static_cast<unsigned>(planes.numel) * row_tiles * column_tiles;
  launch(KERNEL(copy_tiles<T>), tiles, dim3(kTile, kTileThreads), 0, on.stream(), t, x, y);
}

template <class T>
bool copy_contiguous(const OnDevice& on, const IterationSpace<2>& space, const Tensor& x, Tensor& y) {
  if (space.rank != 1 || space.inner_strides() != PerOperand<2>{1, 1}) return false;
  CUDA_CHECK(cudaMemcpyAsync(y.raw_data(), x.raw_data(), static_cast<std::size_t>(space.numel) * sizeof(T),
                             cudaMemcpyDeviceToDevice, on.stream()));
  return true;
}

template <class T>
bool copy_tiled(const OnDevice& on, const IterationSpace<2>& space, const Tensor& x, Tensor& y) {
  if (!fits_32_bits(space)) return false;
  const std::optional<std::size_t> axis = transposed_axis(space);
  if (axis) {
    copy_transposed(on, space, *axis, static_cast<const T*>(x.raw_data()), static_cast<T*>(y.raw_data()));
  }
  return axis.has_value();
}

/// Copies elements of one dtype as words of its size.
template <class Word>
void copy_words(const Tensor& x, Tensor& y) {
  const OnDevice on(y.device());
  const IterationSpace<2> space = make_iteration_space<2>({&x, &y});
  if (copy_contiguous<Word>(on, space, x, y) || copy_tiled<Word>(on, space, x, y)) return;
  Map<math::Identity, Word, Word>::run(math::Identity{}, y, x);
}

void copy(const Tensor& x, Tensor& y) {
  if (x.dtype() == y.dtype()) return dispatch_words(x.dtype(), [&]<class Word>() { copy_words<Word>(x, y); });
  dispatch_bytes(x.dtype(), [&]<class From>() {
    dispatch(y.dtype(),
             [&]<class To>() { Map<math::Convert<To>, To, From>::run(math::Convert<To>{}, y, x); });
  });
}

// One thread per element, which is read once and written once. Neighbouring threads write neighbouring
// elements. `x` points to the last element along the reversed axes; offset[1] leads back from there.
template <class Word>
__global__ void __launch_bounds__(kThreads)
    flip_elements(std::uint32_t n, OffsetCalculator<3> offsets, const Word* x, Word* y) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, n)) return;
  std::uint32_t offset[3];
  offsets.find(element, offset);
  y[offset[2]] = x[static_cast<std::int64_t>(offset[0]) - offset[1]];
}

/// x with a stride of 0 along all axes that are or, if `are` is false, are not in the list.
Tensor broadcast_over(const Tensor& x, const Axes& axes, bool are) {
  Strides strides = x.strides();
  for (int axis = 0; axis < x.rank(); ++axis) {
    if ((std::find(axes.begin(), axes.end(), axis) != axes.end()) == are) strides[axis] = 0;
  }
  return Tensor(x.storage(), x.dtype(), x.shape(), strides, x.offset());
}

void flip(const Tensor& x, const Axes& axes, Tensor& y) {
  const OnDevice on(y.device());
  const Tensor kept = broadcast_over(x, axes, true), reversed = broadcast_over(x, axes, false);
  std::int64_t last = 0;
  for (int axis = 0; axis < x.rank(); ++axis) last += (x.shape()[axis] - 1) * reversed.strides()[axis];
  dispatch_words(x.dtype(), [&]<class Word>() {
    const auto* const from = static_cast<const Word*>(x.raw_data()) + last;
    auto* const to = static_cast<Word*>(y.raw_data());
    for_each_chunk(make_iteration_space<3>({&kept, &reversed, &y}),
                   [&](const IterationSpace<3>& chunk, const PerOperand<3>& offset) {
                     launch(KERNEL(flip_elements<Word>), blocks_for(chunk.numel, kThreads),
                            threads_for(chunk.numel), 0, on.stream(), static_cast<std::uint32_t>(chunk.numel),
                            OffsetCalculator<3>(chunk), from + offset[0] - offset[1], to + offset[2]);
                   });
  });
}

/// An element of a batch of matrices, of which one triangle is kept.
template <class Index, class Word>
struct TriangleElement {
  Divisor<Index> rows, columns;
  std::int64_t diagonal;
  bool upper;
  const Word* x;
  Word* y;

  __device__ void operator()(Index at) const {
    const Index line = columns.quotient(at), row = line - rows.quotient(line) * rows.divisor();
    const std::int64_t right =
        static_cast<std::int64_t>(at - line * columns.divisor()) - static_cast<std::int64_t>(row);
    const bool is_kept = upper ? right >= diagonal : right <= diagonal;
    y[at] = is_kept ? x[at] : Word(0);
  }
};

template <class Index>
void launch_triangle(const Tensor& x, std::int64_t diagonal, bool upper, Tensor& y) {
  const OnDevice on(y.device());
  const Divisor<Index> rows(static_cast<Index>(x.size(-2))), columns(static_cast<Index>(x.size(-1)));
  dispatch_words(x.dtype(), [&]<class Word>() {
    launch_map<Index>(
        on, x.numel(),
        TriangleElement<Index, Word>{rows, columns, diagonal, upper, static_cast<const Word*>(x.raw_data()),
                                     static_cast<Word*>(y.raw_data())});
  });
}

void triangle(const Tensor& x, const std::int64_t& diagonal, const bool& upper, Tensor& y) {
  x.numel() < largest_index ? launch_triangle<std::uint32_t>(x, diagonal, upper, y)
                            : launch_triangle<std::uint64_t>(x, diagonal, upper, y);
}

}  // namespace

void register_copy() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::copy.set(kCuda, copy);
  kernels::flip.set(kCuda, flip);
  kernels::triangle.set(kCuda, triangle);
}

}  // namespace tinytorch::cuda
