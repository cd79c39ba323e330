#include "core/ops/resampling_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/images.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/resampling.h"

namespace tinytorch::cuda {
namespace {

/// An entry of an axis's table. Forward: the range of elements whose weighted sum a result is, and their
/// weights. Transposed: the range of results that an element contributes to; these have the
/// weights in their own entries.
struct TapRange {
  std::int32_t begin, end;
  double first, rest;

  /// begin <= element < end.
  __device__ double weight(std::int32_t element) const { return element == begin ? first : rest; }
};

/// An axis and its table: a TapRange for each result, followed, for the transpose, by one for each element.
struct AxisTable {
  kernels::AxisResampling sampling;
  std::int64_t offset;  // of this table in the memory of all tables
};

/// The first result whose taps end after the element (kByEnd) or begin after it. taps() is monotonic, so a
/// bisection finds it.
template <bool kByEnd>
__device__ std::int64_t first_result_after(const kernels::AxisResampling& axis, std::int64_t element) {
  std::int64_t low = 0, high = axis.to;
  while (low < high) {
    const std::int64_t middle = (low + high) / 2;
    const math::Taps taps = math::taps(axis, middle);
    if ((kByEnd ? taps.end : taps.begin) <= element) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// One thread per entry of the tables, one axis per blockIdx.y: the f64 divisions of the formulas are done
// once per row and column instead of once per pixel. 24 bytes written per entry.
__global__ void __launch_bounds__(kThreads)
    write_tables(AxisTable height, AxisTable width, bool transposed, TapRange* tables) {
  const AxisTable& axis = blockIdx.y == 0 ? height : width;
  const std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (within(i, axis.sampling.to)) {
    const math::Taps taps = math::taps(axis.sampling, i);
    tables[axis.offset + i] = {static_cast<std::int32_t>(taps.begin), static_cast<std::int32_t>(taps.end),
                               taps.first, taps.rest};
  }
  if (transposed && within(i, axis.sampling.from)) {
    tables[axis.offset + axis.sampling.to + i] = {
        static_cast<std::int32_t>(first_result_after<true>(axis.sampling, i)),
        static_cast<std::int32_t>(first_result_after<false>(axis.sampling, i)), 0.0, 0.0};
  }
}

template <class Index>
struct ResamplePlan {
  Index n;  // the elements of the result, one thread each
  ImageIndexMap<Index> result;
  ImageStrides<Index> from;
  const TapRange *rows, *columns;                // the entries of the result's coordinates
  const TapRange *row_weights, *column_weights;  // transposed: those of x's coordinates
};

/// The weight of element `other` for the thread's own coordinate.
template <bool kTransposed>
__device__ double weight_of(const TapRange& own, const TapRange* others, std::int32_t own_index,
                            std::int32_t other) {
  if constexpr (kTransposed) {
    return others[other].weight(own_index);
  } else {
    return own.weight(other);
  }
}

// One thread per result, in the result's order in memory: the sum over a rectangle of x, in row-major order
// and in f64.
// The tables are a few KB and stay in L1; x is read once from memory, what neighbours share comes from the
// caches, and y is written once. The transpose is the same sum over the results that an element contributes
// to: no element has two writers.
template <bool kTransposed, class T, class Index>
__global__ void __launch_bounds__(kThreads) resample(ResamplePlan<Index> plan, const T* x, T* y) {
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.n)) return;
  const ImageIndex<Index> at = plan.result.find(element);
  const T* const plane = x + plan.from.plane(at);
  const auto row = static_cast<std::int32_t>(at.row), column = static_cast<std::int32_t>(at.column);
  const TapRange rows = plan.rows[row], columns = plan.columns[column];
  double total = 0;
  for (std::int32_t i = rows.begin; i < rows.end; ++i) {
    const T* const row_of_x = plane + static_cast<Index>(i) * plan.from.row;
    double sum = 0;
    for (std::int32_t j = columns.begin; j < columns.end; ++j)
      sum += weight_of<kTransposed>(columns, plan.column_weights, column, j) *
             static_cast<double>(row_of_x[static_cast<Index>(j) * plan.from.column]);
    total += weight_of<kTransposed>(rows, plan.row_weights, row, i) * sum;
  }
  y[element] = static_cast<T>(total);
}

template <bool kTransposed, class T>
void resample_typed(const Tensor& x, const kernels::Resampling& sampling, Tensor& y) {
  const OnDevice on(y.device());
  const kernels::AxisResampling &height = sampling.height, &width = sampling.width;
  const std::int64_t rows = height.from + height.to, columns = width.from + width.to;
  const std::int64_t entries = std::max({height.from, height.to, width.from, width.to});
  Storage memory(y.device(), static_cast<std::size_t>(rows + columns) * sizeof(TapRange));
  auto* const tables = reinterpret_cast<TapRange*>(memory.data());
  launch(KERNEL(write_tables), dim3(blocks_for(entries, kThreads), 2), threads_for(entries), 0, on.stream(),
         AxisTable{height, 0}, AxisTable{width, rows}, kTransposed, tables);
  const TapRange *const of_rows = tables, *const of_columns = tables + rows;
  const bool channels_last = in_channels_last(x, y);
  with_index(x, y, 0, [&]<class Index>() {
    const ResamplePlan<Index> plan{.n = static_cast<Index>(y.numel()),
                                   .result = ImageIndexMap<Index>(y.shape(), channels_last),
                                   .from = ImageStrides<Index>(x.shape(), channels_last),
                                   .rows = of_rows + (kTransposed ? height.to : 0),
                                   .columns = of_columns + (kTransposed ? width.to : 0),
                                   .row_weights = of_rows,
                                   .column_weights = of_columns};
    launch(KERNEL(resample<kTransposed, T, Index>), blocks_for(y.numel(), kThreads), threads_for(y.numel()),
           0, on.stream(), plan, x.data<T>(), y.data<T>());
  });
}

template <bool kTransposed>
void resample2d(const Tensor& x, const kernels::Resampling& sampling, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() { resample_typed<kTransposed, T>(x, sampling, y); });
}

}  // namespace

void register_resampling() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::resample2d.set(kCuda, resample2d<false>);
  kernels::resample2d_gradient.set(kCuda, resample2d<true>);
}

}  // namespace tinytorch::cuda
