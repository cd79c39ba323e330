#include "kernels/cuda/compensated_product.h"

#include "kernels/cuda/compensated_tiles.h"
#include "kernels/cuda/reduce.h"
#include "kernels/cuda/settings.h"

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

/// The operands of multiply_in_tiles: a batch of products.
struct MatrixOperands {
  struct Plane {
    const MatrixOperands& batch;
    std::uint64_t offset[3];

    __device__ float a(std::int64_t row, std::int64_t term) const {
      const Product<float>& p = batch.first;
      return p.a[offset[0] + static_cast<std::uint64_t>(row * p.a_row_stride + term * p.a_column_stride)];
    }
    __device__ float b(std::int64_t column, std::int64_t term) const {
      const Product<float>& p = batch.first;
      return p.b[offset[1] + static_cast<std::uint64_t>(column * p.b_column_stride + term * p.b_row_stride)];
    }
    __device__ std::int64_t y(std::int64_t row, std::int64_t column) const {
      return static_cast<std::int64_t>(offset[2]) + row * batch.first.n + column;
    }
  };

  Product<float> first;
  OffsetCalculator<3, std::uint64_t> offsets;
  bool a_along_terms, b_along_terms;

  MatrixOperands(const Product<float>& first, const IterationSpace<3>& batch)
      : first(first),
        offsets(batch),
        a_along_terms(first.a_column_stride == 1),
        b_along_terms(first.b_row_stride == 1) {}

  __device__ Plane plane(std::uint32_t index) const {
    Plane plane{*this, {}};
    offsets.find(index, plane.offset);
    return plane;
  }
};

}  // namespace

bool needs_compensation(const Product<float>& product) {
  return !allows_tf32() && (product.is_vector() || product.k > kLongSum);
}

void multiply_compensated(const Product<float>& product, const IterationSpace<3>& batch, Tensor& y) {
  const OnDevice on(y.device());
  if (product.m == 1) return multiply_rows(product, batch, 0, 1, on);
  if (product.n == 1) return multiply_rows(product.transposed(), batch, 1, 0, on);
  multiply_in_tiles(MatrixOperands(product, batch), {batch.numel, product.m, product.n, product.k}, y);
}

}  // namespace tinytorch::cuda
