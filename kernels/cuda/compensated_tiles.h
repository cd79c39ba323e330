#pragma once

#include <algorithm>
#include <cstdint>

#include "core/ops/creation.h"
#include "core/ops/reduction_kernels.h"
#include "core/ops/shape.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/math/reduction.h"

// Long f32 sums of products, in tiles: matrix products and convolutions. What is multiplied is defined by a
// functor, the operands of `planes` products [m, n] of k terms each:
//
//   bool a_along_terms, b_along_terms;          terms are neighbours in memory; else rows or columns
//   Plane plane(std::uint32_t index) const;     one of the products, which has
//     float a(row, term) const;                 the factors of the sum at [row, column]
//     float b(column, term) const;
//     std::int64_t y(row, column) const;        the offset of the sum in the memory of the result
namespace tinytorch::cuda {

struct ProductSizes {
  std::int64_t planes, m, n, k;
};

inline constexpr unsigned kProductSide = 16, kProductDepth = 32;

/// The arguments of multiply_compensated_tiles.
template <class Operands>
struct ProductTiles {
  Operands operands;
  ProductSizes sizes;
  Divisor<std::uint32_t> row_tiles, column_tiles;
  std::int64_t chunk_length;   // of k
  std::int64_t chunk_outputs;  // the elements of all products
};

/// Loads kLines rows or columns of kProductDepth terms by element(line, term); 0 outside of the operand.
/// Neighbouring threads read neighbouring elements.
template <unsigned kLines, class Element>
__device__ void load_terms(float (&to)[kLines][kProductDepth + 1], bool along_terms, std::int64_t line,
                           std::int64_t lines, std::int64_t term, std::int64_t terms,
                           const Element& element) {
  const unsigned thread = threadIdx.y * kProductSide + threadIdx.x;
  for (unsigned i = thread; i < kLines * kProductDepth; i += kProductSide * kProductSide) {
    const unsigned own_line = along_terms ? i / kProductDepth : i % kLines,
                   own_term = along_terms ? i % kProductDepth : i / kLines;
    const bool in_lines = within(line + own_line, lines);
    const bool in_terms = within(term + own_term, terms);
    to[own_line][own_term] = in_lines && in_terms ? element(line + own_line, term + own_term) : 0.0F;
  }
}

// A block of 16 x 16 threads computes a tile of kEach² elements per thread, for one chunk of k per
// blockIdx.y. Terms pass through shared memory, 32 at a time: each value read from memory serves 16 kEach
// products. The sums of 32 terms are added with compensation, 6 operations for 32 multiply-adds. Elements of
// a thread are 16 apart, so that neighbouring threads read and write neighbouring elements.
template <int kEach, class Operands>
__global__ void __launch_bounds__(kProductSide* kProductSide)
    multiply_compensated_tiles(ProductTiles<Operands> tiles, float* y) {
  constexpr unsigned kLines = kProductSide * kEach;
  SHARED(float, a, [kLines][kProductDepth + 1]);
  SHARED(float, b, [kLines][kProductDepth + 1]);
  const Operands& operands = tiles.operands;
  const ProductSizes& sizes = tiles.sizes;
  const std::uint32_t strip = tiles.column_tiles.quotient(blockIdx.x);
  const std::uint32_t index = tiles.row_tiles.quotient(strip);
  const std::int64_t column = std::int64_t{blockIdx.x - strip * tiles.column_tiles.divisor()} * kLines;
  const std::int64_t row = std::int64_t{strip - index * tiles.row_tiles.divisor()} * kLines;
  const auto plane = operands.plane(index);
  math::CompensatedSum<float> totals[kEach][kEach];
  const std::int64_t begin = blockIdx.y * tiles.chunk_length;
  const std::int64_t end = begin + tiles.chunk_length < sizes.k ? begin + tiles.chunk_length : sizes.k;
  for (std::int64_t term = begin; term < end; term += kProductDepth) {
    load_terms<kLines>(a, operands.a_along_terms, row, sizes.m, term, end,
                       [&](std::int64_t at, std::int64_t l) { return plane.a(at, l); });
    load_terms<kLines>(b, operands.b_along_terms, column, sizes.n, term, end,
                       [&](std::int64_t at, std::int64_t l) { return plane.b(at, l); });
    __syncthreads();
    float sums[kEach][kEach] = {};
    UNROLL_FOUR
    for (unsigned l = 0; l < kProductDepth; ++l) {
      for (int i = 0; i < kEach; ++i) {
        for (int j = 0; j < kEach; ++j)
          sums[i][j] += a[threadIdx.y + kProductSide * static_cast<unsigned>(i)][l] *
                        b[threadIdx.x + kProductSide * static_cast<unsigned>(j)][l];
      }
    }
    for (int i = 0; i < kEach; ++i) {
      for (int j = 0; j < kEach; ++j) totals[i][j].add(sums[i][j]);
    }
    __syncthreads();
  }
  float* const to = y + blockIdx.y * tiles.chunk_outputs;
  for (int i = 0; i < kEach; ++i) {
    const std::int64_t to_row = row + threadIdx.y + kProductSide * static_cast<unsigned>(i);
    const bool in_rows = within(to_row, sizes.m);
    for (int j = 0; j < kEach; ++j) {
      const std::int64_t to_column = column + threadIdx.x + kProductSide * static_cast<unsigned>(j);
      const bool in_columns = within(to_column, sizes.n);
      if (in_rows && in_columns) to[plane.y(to_row, to_column)] = totals[i][j].value();
    }
  }
}

/// Splits k where the tiles are few; the sums of its chunks are added in f64.
template <int kEach, class Operands>
void launch_compensated_tiles(const OnDevice& on, const Operands& operands, const ProductSizes& sizes,
                              const Tensor& y) {
  constexpr std::int64_t kLines = kProductSide * kEach, kBlocks = 512, kMinChunk = 1024;
  const std::int64_t row_tiles = ceil_div(sizes.m, kLines), column_tiles = ceil_div(sizes.n, kLines);
  const std::int64_t tiles = sizes.planes * row_tiles * column_tiles;
  const std::int64_t chunks =
      std::clamp<std::int64_t>(kBlocks / tiles, 1, std::max<std::int64_t>(1, sizes.k / kMinChunk));
  const ProductTiles<Operands> arguments{.operands = operands,
                                         .sizes = sizes,
                                         .row_tiles = Divisor<std::uint32_t>(grid_size(row_tiles)),
                                         .column_tiles = Divisor<std::uint32_t>(grid_size(column_tiles)),
                                         .chunk_length = ceil_div(sizes.k, chunks),
                                         .chunk_outputs = y.numel()};
  Tensor row = reshape(y, {1, y.numel()});
  Tensor sums = chunks == 1 ? row : empty({chunks, y.numel()}, {.dtype = DType::f32, .device = y.device()});
  launch(KERNEL(multiply_compensated_tiles<kEach, Operands>),
         dim3(grid_size(tiles), static_cast<unsigned>(chunks)), dim3(kProductSide, kProductSide), 0,
         on.stream(), arguments, sums.data<float>());
  if (chunks > 1) kernels::sum(sums, row);
}

/// Computes the products of `operands`. y, contiguous, has the memory of the result.
template <class Operands>
void multiply_in_tiles(const Operands& operands, const ProductSizes& sizes, const Tensor& y) {
  const OnDevice on(y.device());
  if (std::min(sizes.m, sizes.n) <= kProductSide) return launch_compensated_tiles<1>(on, operands, sizes, y);
  launch_compensated_tiles<4>(on, operands, sizes, y);
}

}  // namespace tinytorch::cuda
