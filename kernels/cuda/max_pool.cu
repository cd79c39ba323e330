#include "core/ops/pooling_kernels.h"

#include <limits>

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/images.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/comparison.h"
#include "kernels/math/reduction.h"

namespace tinytorch::cuda {
namespace {

template <class Index>
struct PoolPlan {
  Index count;  // threads
  ImagePlaces<Index> threads;
  ImageSteps<Index> image, pooled;
  WindowAxes<Index> window;

  PoolPlan(const Tensor& of_threads, const Shape& image, const Shape& pooled, const Window& window, bool last)
      : count(static_cast<Index>(of_threads.numel())),
        threads(of_threads.shape(), last),
        image(image, last),
        pooled(pooled, last),
        window(window, image_size(image), image_size(pooled)) {}
};

// A thread a result, in the result's order in memory: neighbouring threads read windows that lie side by
// side, or neighbouring channels, so that what overlaps is read once from memory and then from the
// first-level cache. In all x once, and sizeof(T) + 8 bytes written a result, with `places`.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads)
    max_pool(PoolPlan<Index> plan, const T* x, std::int64_t* places, T* y) {
  using Signed = std::make_signed_t<Index>;
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.count)) return;
  const ImagePlace<Index> at = plan.threads.find(element);
  const T* const plane = x + plan.image.plane(at);
  const WindowAxis<Index>&height = plan.window.height, &width = plan.window.width;
  T best = -std::numeric_limits<T>::infinity();
  std::int64_t place = -1;
  Signed row = height.first(at.row);
  for (Signed k = 0; k < height.kernel; ++k, row += height.dilation) {
    if (!height.holds(row)) continue;
    Signed column = width.first(at.column);
    for (Signed l = 0; l < width.kernel; ++l, column += width.dilation) {
      if (!width.holds(column)) continue;
      const T candidate =
          plane[static_cast<Index>(row) * plan.image.row + static_cast<Index>(column) * plan.image.column];
      if (place < 0 || math::more_extreme<math::Greater>(candidate, best)) {
        best = candidate;
        place = std::int64_t{row} * width.length + column;
      }
    }
  }
  y[element] = best;
  if (places != nullptr) places[element] = place;
}

// A thread a result: reads a place and, mostly near its neighbours', an element; writes the element.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads)
    max_pool_at(PoolPlan<Index> plan, const T* x, const std::int64_t* places, T* y) {
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.count)) return;
  const std::int64_t place = places[element];
  const Index plane = plan.image.plane(plan.threads.find(element));
  // The pixels of a plane lie `column` apart, row by row, in both orders.
  y[element] = place < 0 ? T(0) : x[plane + static_cast<Index>(place) * plan.image.column];
}

// A thread an element of the image: it visits the windows that reach over it and adds the gradients of those
// that chose it, in their order, so that nothing is added by two threads. Each window is visited by as many
// threads as it has elements: its place and gradient come from memory once, and from the caches after that.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads)
    max_pool_gradient(PoolPlan<Index> plan, const T* grad, const std::int64_t* places, T* dx) {
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.count)) return;
  const ImagePlace<Index> at = plan.threads.find(element);
  const WindowAxis<Index>&height = plan.window.height, &width = plan.window.width;
  const Index plane = plan.pooled.plane(at);
  const std::int64_t own =
      static_cast<std::int64_t>(at.row) * width.length + static_cast<std::int64_t>(at.column);
  const Index last_row = height.end(at.row), first_column = width.begin(at.column),
              last_column = width.end(at.column);
  T sum = 0;
  for (Index i = height.begin(at.row); i < last_row; ++i) {
    for (Index j = first_column; j < last_column; ++j) {
      const Index pooled = plane + i * plan.pooled.row + j * plan.pooled.column;
      if (places[pooled] == own) sum += grad[pooled];
    }
  }
  dx[element] = sum;
}

/// Launches kernel(plan, arguments...) with a thread for each element of `of_threads`.
template <class T, class Launch>
void run(const Tensor& of_threads, const Tensor& image, const Tensor& pooled, const Window& window,
         const Launch& launch_with) {
  const OnDevice on(of_threads.device());
  const bool last = in_channels_last(image, pooled);
  with_index(image, pooled, farthest(window, image_size(image.shape())), [&]<class Index>() {
    const PoolPlan<Index> plan(of_threads, image.shape(), pooled.shape(), window, last);
    launch_with.template operator()<Index>(on, plan);
  });
}

void max_pool2d(const Tensor& x, const Window& window, Tensor& places, Tensor& y) {
  auto* const to_places = static_cast<std::int64_t*>(places.raw_data());
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    run<T>(y, x, y, window, [&]<class Index>(const OnDevice& on, const PoolPlan<Index>& plan) {
      launch(KERNEL(max_pool<T, Index>), blocks_for(y.numel(), kThreads), threads_for(y.numel()), 0,
             on.stream(), plan, x.data<T>(), to_places, y.data<T>());
    });
  });
}

void max_pool2d_at(const Tensor& x, const Tensor& places, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    run<T>(y, x, y, {.kernel = 1}, [&]<class Index>(const OnDevice& on, const PoolPlan<Index>& plan) {
      launch(KERNEL(max_pool_at<T, Index>), blocks_for(y.numel(), kThreads), threads_for(y.numel()), 0,
             on.stream(), plan, x.data<T>(), places.data<std::int64_t>(), y.data<T>());
    });
  });
}

void max_pool2d_gradient(const Tensor& grad, const Tensor& places, const Window& window, Tensor& dx) {
  dispatch<FloatingTypes>(grad.dtype(), [&]<class T>() {
    run<T>(dx, dx, grad, window, [&]<class Index>(const OnDevice& on, const PoolPlan<Index>& plan) {
      launch(KERNEL(max_pool_gradient<T, Index>), blocks_for(dx.numel(), kThreads), threads_for(dx.numel()),
             0, on.stream(), plan, grad.data<T>(), places.data<std::int64_t>(), dx.data<T>());
    });
  });
}

}  // namespace

void register_max_pool() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::max_pool2d.set(kCuda, max_pool2d);
  kernels::max_pool2d_at.set(kCuda, max_pool2d_at);
  kernels::max_pool2d_gradient.set(kCuda, max_pool2d_gradient);
}

}  // namespace tinytorch::cuda
