#include "kernels/cuda/exact_product.h"

#include <algorithm>

#include "core/ops/creation.h"
#include "core/ops/reduction_kernels.h"
#include "core/ops/shape.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/reduce.h"
#include "kernels/cuda/settings.h"
#include "kernels/math/reduction.h"

namespace tinytorch::cuda {
namespace {

/// The terms of a row times a matrix. Results are added in f64, as by sum().
struct RowTerms {
  using Result = double;
  OffsetCalculator<1, std::uint64_t> rows;  // the offset in a of each output's row
  const float *a, *b;
  std::int64_t a_stride;
  float* y;

  __device__ static Result identity() { return 0; }
  __device__ static Result combine(Result x, Result other) { return x + other; }
  template <class Index>
  __device__ Result lift(Index output, Index offset, Index index) const {
    std::uint64_t row[1];
    rows.find(output, row);
    return static_cast<double>(
        a[row[0] + static_cast<std::uint64_t>(index) * static_cast<std::uint64_t>(a_stride)] * b[offset]);
  }
  template <class Index>
  __device__ void finish(Index output, Result total) const {
    y[output] = static_cast<float>(total);
  }
};

/// The iteration space of all elements of the products, whose m is 1.
template <int N>
IterationSpace<N> with_columns(const Product<float>& p, const IterationSpace<3>& batch,
                               const std::array<std::size_t, N>& operands,
                               const PerOperand<N>& column_strides) {
  IterationSpace<N> space;
  space.rank = batch.rank + 1;
  space.numel = batch.numel * p.n;
  for (int axis = 0; axis < batch.rank; ++axis) {
    const auto at = static_cast<std::size_t>(axis);
    space.sizes[at] = batch.sizes[at];
    for (std::size_t i = 0; i < N; ++i) space.strides[at][i] = batch.strides[at][operands[i]];
  }
  space.sizes[static_cast<std::size_t>(batch.rank)] = p.n;
  space.strides[static_cast<std::size_t>(batch.rank)] = column_strides;
  return space;
}

/// Products with m = 1; `a` and `b` are the indices of these operands in the batch.
void multiply_rows(const Product<float>& p, const IterationSpace<3>& batch, std::size_t a, std::size_t b,
                   const OnDevice& on) {
  ReductionSpaces spaces;
  spaces.kept = with_columns<2>(p, batch, {b, 2}, {p.b_column_stride, 1});
  spaces.reduced = {.rank = 1, .numel = p.k, .sizes = {p.k}, .strides = {PerOperand<1>{p.b_row_stride}}};
  const IterationSpace<1> rows = with_columns<1>(p, batch, {a}, {0});
  reduce(on, spaces,
         RowTerms{.rows = OffsetCalculator<1, std::uint64_t>(rows),
                  .a = p.a,
                  .b = p.b,
                  .a_stride = p.a_column_stride,
                  .y = p.y});
}

constexpr unsigned kSide = 16, kDepth = 32;

/// The arguments of multiply_long.
struct LongProducts {
  Product<float> first;
  OffsetCalculator<3, std::uint64_t> batch;
  Divisor<std::uint32_t> row_tiles, column_tiles;
  std::int64_t chunk_length;   // of k
  std::int64_t chunk_outputs;  // the elements of all products
};

/// Loads kLines lines of kDepth terms of a matrix, 0 outside it. Neighbouring threads read neighbouring
/// elements.
template <unsigned kLines>
__device__ void load_terms(float (&to)[kLines][kDepth + 1], const float* x, std::int64_t line_stride,
                           std::int64_t term_stride, std::int64_t line, std::int64_t lines, std::int64_t term,
                           std::int64_t terms) {
  for (unsigned i = threadIdx.y * kSide + threadIdx.x; i < kLines * kDepth; i += kSide * kSide) {
    const bool along_terms = term_stride == 1;
    const unsigned own_line = along_terms ? i / kDepth : i % kLines,
                   own_term = along_terms ? i % kDepth : i / kLines;
    const bool in_lines = within(line + own_line, lines);
    const bool in_terms = within(term + own_term, terms);
    to[own_line][own_term] =
        in_lines && in_terms ? x[(line + own_line) * line_stride + (term + own_term) * term_stride] : 0.0F;
  }
}

// Long sums. A block of 16 x 16 threads computes a tile of kEach² elements per thread, for one chunk of k per
// blockIdx.y. Terms pass through shared memory, 32 at a time: each value read from memory serves 16 kEach
// products. The sums of 32 terms are added with compensation, 6 operations for 32 multiply-adds. Elements of
// a thread are 16 apart, so that neighbouring threads read and write neighbouring elements.
template <int kEach>
__global__ void __launch_bounds__(kSide* kSide) multiply_long(LongProducts products, float* y) {
  constexpr unsigned kTile = kSide * kEach;
  SHARED(float, a, [kTile][kDepth + 1]);
  SHARED(float, b, [kTile][kDepth + 1]);
  const Product<float>& p = products.first;
  const std::uint32_t strip = products.column_tiles.quotient(blockIdx.x);
  const std::uint32_t plane = products.row_tiles.quotient(strip);
  const std::int64_t column = std::int64_t{blockIdx.x - strip * products.column_tiles.divisor()} * kTile;
  const std::int64_t row = std::int64_t{strip - plane * products.row_tiles.divisor()} * kTile;
  std::uint64_t offset[3];
  products.batch.find(plane, offset);
  math::CompensatedSum<float> totals[kEach][kEach];
  const std::int64_t begin = blockIdx.y * products.chunk_length;
  const std::int64_t end = begin + products.chunk_length < p.k ? begin + products.chunk_length : p.k;
  for (std::int64_t term = begin; term < end; term += kDepth) {
    load_terms<kTile>(a, p.a + offset[0], p.a_row_stride, p.a_column_stride, row, p.m, term, end);
    load_terms<kTile>(b, p.b + offset[1], p.b_column_stride, p.b_row_stride, column, p.n, term, end);
    __syncthreads();
    float sums[kEach][kEach] = {};
    UNROLL_FOUR
    for (unsigned l = 0; l < kDepth; ++l) {
      for (int i = 0; i < kEach; ++i) {
        for (int j = 0; j < kEach; ++j)
          sums[i][j] += a[threadIdx.y + kSide * static_cast<unsigned>(i)][l] *
                        b[threadIdx.x + kSide * static_cast<unsigned>(j)][l];
      }
    }
    for (int i = 0; i < kEach; ++i) {
      for (int j = 0; j < kEach; ++j) totals[i][j].add(sums[i][j]);
    }
    __syncthreads();
  }
  float* const to = y + blockIdx.y * products.chunk_outputs + offset[2];
  for (int i = 0; i < kEach; ++i) {
    const std::int64_t to_row = row + threadIdx.y + kSide * static_cast<unsigned>(i);
    const bool in_rows = within(to_row, p.m);
    for (int j = 0; j < kEach; ++j) {
      const std::int64_t to_column = column + threadIdx.x + kSide * static_cast<unsigned>(j);
      const bool in_columns = within(to_column, p.n);
      if (in_rows && in_columns) to[to_row * p.n + to_column] = totals[i][j].value();
    }
  }
}

/// Splits k where the tiles are few; the sums of its chunks are added in f64.
template <int kEach>
void multiply_tiles(const OnDevice& on, const Product<float>& p, const IterationSpace<3>& batch, Tensor& y) {
  constexpr std::int64_t kTile = kSide * kEach, kBlocks = 512, kMinChunk = 1024;
  const std::int64_t row_tiles = ceil_div(p.m, kTile), column_tiles = ceil_div(p.n, kTile);
  const std::int64_t tiles = batch.numel * row_tiles * column_tiles;
  const std::int64_t chunks = std::clamp<std::int64_t>(kBlocks / tiles, 1, p.k / kMinChunk);
  const LongProducts products{.first = p,
                              .batch = OffsetCalculator<3, std::uint64_t>(batch),
                              .row_tiles = Divisor<std::uint32_t>(grid_size(row_tiles)),
                              .column_tiles = Divisor<std::uint32_t>(grid_size(column_tiles)),
                              .chunk_length = ceil_div(p.k, chunks),
                              .chunk_outputs = y.numel()};
  Tensor partials = chunks == 1 ? y : empty({chunks, y.numel()}, {.dtype = DType::f32, .device = y.device()});
  launch(KERNEL(multiply_long<kEach>), dim3(grid_size(tiles), static_cast<unsigned>(chunks)),
         dim3(kSide, kSide), 0, on.stream(), products, partials.data<float>());
  if (chunks == 1) return;
  Tensor row = reshape(y, {1, y.numel()});
  kernels::sum(partials, row);
}

}  // namespace

bool needs_exact_sums(const Product<float>& product) {
  return !allows_tf32() && (product.is_vector() || product.k > kLongSum);
}

void multiply_exactly(const Product<float>& product, const IterationSpace<3>& batch, Tensor& y) {
  const OnDevice on(y.device());
  if (product.m == 1) return multiply_rows(product, batch, 0, 1, on);
  if (product.n == 1) return multiply_rows(product.transposed(), batch, 1, 0, on);
  if (std::min(product.m, product.n) <= kSide) return multiply_tiles<1>(on, product, batch, y);
  multiply_tiles<4>(on, product, batch, y);
}

}  // namespace tinytorch::cuda
