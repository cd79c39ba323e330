#include "core/ops/resampling_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/images.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/resampling.h"

namespace tinytorch::cuda {
namespace {

/// Forward: of which elements, with which weights, a result is the sum. Transposed: of which results an
/// element is part, whose weights are then in their own tables.
template <class T>
struct Sum {
  std::int32_t begin, end;
  T first, rest;

  /// begin <= element < end.
  __device__ T weight(std::int32_t element) const { return element == begin ? first : rest; }
};

/// An axis's table: a Sum for each result, and behind these, for the transpose, one for each element.
struct Axis {
  kernels::AxisResampling sampling;
  std::int64_t at;  // where in the tables it begins
};

/// The first result that an element's bound is behind: of those whose taps all end at or before the element,
/// or begin at or before it. taps() does not decrease, so it is looked for by halves.
template <bool kByEnd>
__device__ std::int64_t first_behind(const kernels::AxisResampling& axis, std::int64_t element) {
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

// A thread an entry of the tables, the two axes in blockIdx.y: so the f64 divisions of the formulas are done
// once for each row and column and not for each pixel. 16 bytes (f32) written an entry.
template <class T>
__global__ void __launch_bounds__(kThreads)
    write_tables(Axis height, Axis width, bool transposed, Sum<T>* tables) {
  const Axis& axis = blockIdx.y == 0 ? height : width;
  const std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (within(i, axis.sampling.to)) {
    const math::Taps taps = math::taps(axis.sampling, i);
    tables[axis.at + i] = {static_cast<std::int32_t>(taps.begin), static_cast<std::int32_t>(taps.end),
                           static_cast<T>(taps.first), static_cast<T>(taps.rest)};
  }
  if (transposed && within(i, axis.sampling.from)) {
    tables[axis.at + axis.sampling.to + i] = {
        static_cast<std::int32_t>(first_behind<true>(axis.sampling, i)),
        static_cast<std::int32_t>(first_behind<false>(axis.sampling, i)), T(0), T(0)};
  }
}

template <class T, class Index>
struct ResamplePlan {
  Index count;  // threads
  ImagePlaces<Index> threads;
  ImageSteps<Index> from;
  const Sum<T>*rows, *columns;                // of the threads' coordinates
  const Sum<T>*row_weights, *column_weights;  // transposed: of the others'
};

/// The weight of element `other` for the thread's own coordinate.
template <bool kTransposed, class T>
__device__ T weight_of(const Sum<T>& own, const Sum<T>* others, std::int32_t own_index, std::int32_t other) {
  if constexpr (kTransposed) {
    return others[other].weight(own_index);
  } else {
    return own.weight(other);
  }
}

// A thread a result, in its order in memory: the sum over a rectangle of x, in row-major order. The tables
// are a few KB and stay in the first-level cache; x is read once from memory, its neighbours' share from the
// caches, and y written once. The transpose is the same sum over the results that an element is part of:
// nothing is added by two threads.
template <bool kTransposed, class T, class Index>
__global__ void __launch_bounds__(kThreads) resample(ResamplePlan<T, Index> plan, const T* x, T* y) {
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.count)) return;
  const ImagePlace<Index> at = plan.threads.find(element);
  const T* const plane = x + plan.from.plane(at);
  const auto row = static_cast<std::int32_t>(at.row), column = static_cast<std::int32_t>(at.column);
  const Sum<T> rows = plan.rows[row], columns = plan.columns[column];
  T total = 0;
  for (std::int32_t i = rows.begin; i < rows.end; ++i) {
    const T* const line = plane + static_cast<Index>(i) * plan.from.row;
    T sum = 0;
    for (std::int32_t j = columns.begin; j < columns.end; ++j)
      sum += weight_of<kTransposed>(columns, plan.column_weights, column, j) *
             line[static_cast<Index>(j) * plan.from.column];
    total += weight_of<kTransposed>(rows, plan.row_weights, row, i) * sum;
  }
  y[element] = total;
}

template <bool kTransposed, class T>
void resample_typed(const Tensor& x, const kernels::Resampling& sampling, Tensor& y) {
  const OnDevice on(y.device());
  const kernels::AxisResampling &height = sampling.height, &width = sampling.width;
  const std::int64_t rows = height.from + height.to, columns = width.from + width.to;
  const std::int64_t entries = std::max({height.from, height.to, width.from, width.to});
  Storage memory(y.device(), static_cast<std::size_t>(rows + columns) * sizeof(Sum<T>));
  auto* const tables = reinterpret_cast<Sum<T>*>(memory.data());
  launch(KERNEL(write_tables<T>), dim3(blocks_for(entries, kThreads), 2), threads_for(entries), 0,
         on.stream(), Axis{height, 0}, Axis{width, rows}, kTransposed, tables);
  const Sum<T>*const of_rows = tables, *const of_columns = tables + rows;
  const bool last = in_channels_last(x, y);
  with_index(x, y, 0, [&]<class Index>() {
    const ResamplePlan<T, Index> plan{.count = static_cast<Index>(y.numel()),
                                      .threads = ImagePlaces<Index>(y.shape(), last),
                                      .from = ImageSteps<Index>(x.shape(), last),
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
