#include "core/ops/pooling_kernels.h"

#include <limits>

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/images.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/comparison.h"
#include "kernels/math/reduction.h"
#include "kernels/math/resampling.h"

namespace tinytorch::cuda {
namespace {

template <class Index>
struct PoolPlan {
  Index n;  // the elements of the result, one thread each
  ImageIndexMap<Index> result;
  ImageStrides<Index> image, pooled;
  WindowAxes<Index> window;

  PoolPlan(const Tensor& result, const Shape& image, const Shape& pooled, const Window& window,
           bool channels_last)
      : n(static_cast<Index>(result.numel())),
        result(result.shape(), channels_last),
        image(image, channels_last),
        pooled(pooled, channels_last),
        window(window, image_size(image), image_size(pooled)) {}
};

// One thread per result, in the result's order in memory: neighbouring threads read adjacent windows or
// neighbouring channels, so that overlapping elements are read once from memory and then from L1. In total x
// is read once, and sizeof(T) + 8 bytes are written per result if `indices` is wanted.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads)
    max_pool(PoolPlan<Index> plan, const T* x, std::int64_t* indices, T* y) {
  using Signed = std::make_signed_t<Index>;
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.n)) return;
  const ImageIndex<Index> at = plan.result.find(element);
  const T* const plane = x + plan.image.plane(at);
  const WindowAxis<Index>&height = plan.window.height, &width = plan.window.width;
  T best = -std::numeric_limits<T>::infinity();
  std::int64_t index = -1;
  Signed row = height.first(at.row);
  for (Signed k = 0; k < height.kernel; ++k, row += height.dilation) {
    if (!height.contains(row)) continue;
    Signed column = width.first(at.column);
    for (Signed l = 0; l < width.kernel; ++l, column += width.dilation) {
      if (!width.contains(column)) continue;
      const T candidate =
          plane[static_cast<Index>(row) * plan.image.row + static_cast<Index>(column) * plan.image.column];
      if (index < 0 || math::more_extreme<math::Greater>(candidate, best)) {
        best = candidate;
        index = std::int64_t{row} * width.length + column;
      }
    }
  }
  y[element] = best;
  if (indices != nullptr) indices[element] = index;
}

// One thread per bin. Neighbouring threads read neighbouring bins, which overlap by a row and a column at
// most: x is read about once, mostly by few threads each, and 8 bytes are written per bin.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads)
    adaptive_max_pool(PoolPlan<Index> plan, const T* x, std::int64_t* indices) {
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.n)) return;
  const ImageIndex<Index> at = plan.result.find(element);
  const T* const plane = x + plan.image.plane(at);
  const WindowAxis<Index>&height = plan.window.height, &width = plan.window.width;
  const math::AdaptiveBin rows(static_cast<std::int64_t>(at.row), height.positions, height.length),
      columns(static_cast<std::int64_t>(at.column), width.positions, width.length);
  T best = -std::numeric_limits<T>::infinity();
  std::int64_t index = -1;
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    for (std::int64_t column = columns.begin; column < columns.end; ++column) {
      const T candidate =
          plane[static_cast<Index>(row) * plan.image.row + static_cast<Index>(column) * plan.image.column];
      if (index < 0 || math::more_extreme<math::Greater>(candidate, best)) {
        best = candidate;
        index = row * width.length + column;
      }
    }
  }
  indices[element] = index;
}

// One thread per result: reads an index and the element at it, mostly near those of its neighbours, and
// writes the element.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads)
    max_pool_at(PoolPlan<Index> plan, const T* x, const std::int64_t* indices, T* y) {
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.n)) return;
  const std::int64_t index = indices[element];
  const Index plane = plan.image.plane(plan.result.find(element));
  // In both orders in memory the pixels of a plane are `column` apart, row by row.
  y[element] = index < 0 ? T(0) : x[plane + static_cast<Index>(index) * plan.image.column];
}

// One thread per element of the image: it visits the windows that span the element and adds the gradients of
// those whose maximum it was, in their order, so that no element has two writers. Each window is visited by
// as many threads as it has elements: its index and gradient come from memory once, then from the caches.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads)
    max_pool_gradient(PoolPlan<Index> plan, const T* grad, const std::int64_t* indices, T* dx) {
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.n)) return;
  const ImageIndex<Index> at = plan.result.find(element);
  const WindowAxis<Index>&height = plan.window.height, &width = plan.window.width;
  const Index plane = plan.pooled.plane(at);
  const std::int64_t own_index =
      static_cast<std::int64_t>(at.row) * width.length + static_cast<std::int64_t>(at.column);
  const Index last_row = height.end(at.row), first_column = width.begin(at.column),
              last_column = width.end(at.column);
  math::CompensatedSum<T> sum;
  for (Index i = height.begin(at.row); i < last_row; ++i) {
    for (Index j = first_column; j < last_column; ++j) {
      const Index pooled = plane + i * plan.pooled.row + j * plan.pooled.column;
      if (indices[pooled] == own_index) sum.add(grad[pooled]);
    }
  }
  dx[element] = sum.value();
}

/// Calls launch_with<Index>(on, plan) with the plan for one thread per element of `result`.
template <class T, class Launch>
void run(const Tensor& result, const Tensor& image, const Tensor& pooled, const Window& window,
         const Launch& launch_with) {
  const OnDevice on(result.device());
  const bool channels_last = in_channels_last(image, pooled);
  with_index(image, pooled, max_coordinate(window, image_size(image.shape())), [&]<class Index>() {
    const PoolPlan<Index> plan(result, image.shape(), pooled.shape(), window, channels_last);
    launch_with.template operator()<Index>(on, plan);
  });
}

void max_pool2d(const Tensor& x, const Window& window, Tensor& indices, Tensor& y) {
  auto* const to_indices = static_cast<std::int64_t*>(indices.raw_data());
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    run<T>(y, x, y, window, [&]<class Index>(const OnDevice& on, const PoolPlan<Index>& plan) {
      launch(KERNEL(max_pool<T, Index>), blocks_for(y.numel(), kThreads), threads_for(y.numel()), 0,
             on.stream(), plan, x.data<T>(), to_indices, y.data<T>());
    });
  });
}

void adaptive_max_pool2d(const Tensor& x, Tensor& indices) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    run<T>(indices, x, indices, {.kernel = 1},
           [&]<class Index>(const OnDevice& on, const PoolPlan<Index>& plan) {
             launch(KERNEL(adaptive_max_pool<T, Index>), blocks_for(indices.numel(), kThreads),
                    threads_for(indices.numel()), 0, on.stream(), plan, x.data<T>(),
                    indices.data<std::int64_t>());
           });
  });
}

void max_pool2d_at(const Tensor& x, const Tensor& indices, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    run<T>(y, x, y, {.kernel = 1}, [&]<class Index>(const OnDevice& on, const PoolPlan<Index>& plan) {
      launch(KERNEL(max_pool_at<T, Index>), blocks_for(y.numel(), kThreads), threads_for(y.numel()), 0,
             on.stream(), plan, x.data<T>(), indices.data<std::int64_t>(), y.data<T>());
    });
  });
}

void max_pool2d_gradient(const Tensor& grad, const Tensor& indices, const Window& window, Tensor& dx) {
  dispatch<FloatingTypes>(grad.dtype(), [&]<class T>() {
    run<T>(dx, dx, grad, window, [&]<class Index>(const OnDevice& on, const PoolPlan<Index>& plan) {
      launch(KERNEL(max_pool_gradient<T, Index>), blocks_for(dx.numel(), kThreads), threads_for(dx.numel()),
             0, on.stream(), plan, grad.data<T>(), indices.data<std::int64_t>(), dx.data<T>());
    });
  });
}

}  // namespace

void register_max_pool() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::max_pool2d.set(kCuda, max_pool2d);
  kernels::adaptive_max_pool2d.set(kCuda, adaptive_max_pool2d);
  kernels::max_pool2d_at.set(kCuda, max_pool2d_at);
  kernels::max_pool2d_gradient.set(kCuda, max_pool2d_gradient);
}

}  // namespace tinytorch::cuda
