#include "core/ops/matmul_kernels.h"

#include <algorithm>
#include <limits>

#include "core/ops/copy.h"
#include "core/ops/creation_kernels.h"
#include "kernels/cuda/blas.h"
#include "kernels/cuda/compensated_product.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/product.h"

namespace tinytorch::cuda {
namespace {

constexpr unsigned kProductTile = 16;

/// The arguments of multiply_tiles: a batch of products.
template <class T>
struct ProductBatch {
  Product<T> first;
  OffsetCalculator<3, std::uint64_t> batch;
  Divisor<std::uint32_t> row_tiles, column_tiles;
};

// Integer products, for which no library has kernels. A block of 16 x 16 threads computes a tile of y, one
// thread per element. Tiles of a and b pass through shared memory, so that each of their elements is read
// from memory once for 16 products instead of once for each: 1/8 of a load per multiplication.
template <class T>
__global__ void __launch_bounds__(kProductTile* kProductTile) multiply_tiles(ProductBatch<T> products) {
  SHARED(T, a, [kProductTile][kProductTile]);
  SHARED(T, b, [kProductTile][kProductTile + 1]);
  const Product<T>& p = products.first;
  const std::uint32_t strip = products.column_tiles.quotient(blockIdx.x);
  const std::uint32_t plane = products.row_tiles.quotient(strip);
  const std::int64_t column_tile = blockIdx.x - strip * products.column_tiles.divisor();
  const std::int64_t row_tile = strip - plane * products.row_tiles.divisor();
  const std::int64_t row = row_tile * kProductTile + threadIdx.y,
                     column = column_tile * kProductTile + threadIdx.x;
  const bool row_in_y = within(row, p.m);
  const bool column_in_y = within(column, p.n);
  std::uint64_t offset[3];
  products.batch.find(plane, offset);
  const bool has_terms = p.k > 0;  // else a and b may be null
  const T* const from_a = p.a + (has_terms ? offset[0] : 0);
  const T* const from_b = p.b + (has_terms ? offset[1] : 0);
  T* const to = p.y + offset[2];
  T sum = 0;
  for (std::int64_t begin = 0; begin < p.k; begin += kProductTile) {
    const std::int64_t k_of_a = begin + threadIdx.x, k_of_b = begin + threadIdx.y;
    const bool in_a = row_in_y && within(k_of_a, p.k);
    const bool in_b = column_in_y && within(k_of_b, p.k);
    a[threadIdx.y][threadIdx.x] = in_a ? from_a[row * p.a_row_stride + k_of_a * p.a_column_stride] : T(0);
    b[threadIdx.y][threadIdx.x] = in_b ? from_b[k_of_b * p.b_row_stride + column * p.b_column_stride] : T(0);
    __syncthreads();
    for (unsigned l = 0; l < kProductTile; ++l)
      sum = math::Add{}(sum, math::Mul{}(a[threadIdx.y][l], b[l][threadIdx.x]));
    __syncthreads();
  }
  if (row_in_y && column_in_y) to[row * p.n + column] = sum;
}

template <class T>
void multiply_integers(const Tensor& a, const Tensor& b, Tensor& y) {
  const OnDevice on(y.device());
  const Product<T> product = first_product<T>(a, b, y);
  const IterationSpace<3> batch = make_batch_space(a, b, y);
  const unsigned row_tiles = blocks_for(product.m, kProductTile),
                 column_tiles = blocks_for(product.n, kProductTile);
  const ProductBatch<T> products{.first = product,
                                 .batch = OffsetCalculator<3, std::uint64_t>(batch),
                                 .row_tiles = Divisor<std::uint32_t>(row_tiles),
                                 .column_tiles = Divisor<std::uint32_t>(column_tiles)};
  const unsigned tiles = grid_size(batch.numel * row_tiles * column_tiles);
  launch(KERNEL(multiply_tiles<T>), tiles, dim3(kProductTile, kProductTile), 0, on.stream(), products);
}

/// Whether a copy of x has a layout that cuBLAS takes, and x, a matrix of these strides, has not: cuBLAS
/// needs contiguous rows or contiguous columns, and a leading dimension of 31 bits.
bool needs_copy(const Tensor& x, std::int64_t rows, std::int64_t columns, std::int64_t row_stride,
                std::int64_t column_stride) {
  const bool fits = std::max(row_stride, column_stride) <= std::numeric_limits<int>::max();
  return !x.is_contiguous() && !(fits && is_blas_compatible(rows, columns, row_stride, column_stride));
}

/// By cuBLAS, which needs contiguous rows or contiguous columns in each matrix, or by our own kernels.
template <class T>
void multiply_reals(const Tensor& a, const Tensor& b, Tensor& y) {
  Product<T> product = first_product<T>(a, b, y);
  if (product.k == 0) return kernels::fill(0, y);
  IterationSpace<3> batch = make_batch_space(a, b, y);
  if (fold_batch(batch, product))
    batch = IterationSpace<3>{.rank = 1, .numel = 1, .sizes = {1}, .strides = {PerOperand<3>{}}};
  if constexpr (std::is_same_v<T, float>) {
    if (needs_compensation(product)) return multiply_compensated(product, batch, y);
  }
  normalize_strides(product.m, product.k, product.a_row_stride, product.a_column_stride);
  normalize_strides(product.k, product.n, product.b_row_stride, product.b_column_stride);
  if (needs_copy(a, product.m, product.k, product.a_row_stride, product.a_column_stride))
    return multiply_reals<T>(contiguous(a), b, y);
  if (needs_copy(b, product.k, product.n, product.b_row_stride, product.b_column_stride))
    return multiply_reals<T>(a, contiguous(b), y);
  blas_multiply(OnDevice(y.device()), product, batch);
}

void matmul(const Tensor& a, const Tensor& b, Tensor& y) {
  if (a.dtype() == DType::i32) return multiply_integers<std::int32_t>(a, b, y);
  if (a.dtype() == DType::i64) return multiply_integers<std::int64_t>(a, b, y);
  dispatch<FloatingTypes>(a.dtype(), [&]<class T>() { multiply_reals<T>(a, b, y); });
}

}  // namespace

void register_matmul() { kernels::matmul.set(DeviceType::cuda, matmul); }

}  // namespace tinytorch::cuda
