#include "core/ops/unfold_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/images.h"
#include "kernels/cuda/kernels.h"

namespace tinytorch::cuda {
namespace {

/// Columns seen as images: [batch, channels, kernel height * kernel width, places] in row-major order.
template <class Index>
struct UnfoldPlan {
  Index count;                 // threads
  ImagePlaces<Index> threads;  // columns: an image's row is an element of the window, its column a place
  WindowAxes<Index> window;
  Divisor<Index> kernel_width, places_width;
  Index pixels, positions, elements;  // of an image, a window's places, a window

  UnfoldPlan(const Tensor& of_threads, const Shape& grid, const Shape& image, const Window& window,
             const Pair& places)
      : count(static_cast<Index>(of_threads.numel())),
        threads(grid, /*channels_last=*/false),
        window(window, {image[2], image[3]}, places),
        kernel_width(static_cast<Index>(window.kernel.width)),
        places_width(static_cast<Index>(places.width)),
        pixels(static_cast<Index>(image[2] * image[3])),
        positions(static_cast<Index>(places.height * places.width)),
        elements(static_cast<Index>(window.kernel.height * window.kernel.width)),
        channels_(static_cast<Index>(image[1])) {}

  /// The number of an image's channel among those of all images.
  __device__ Index plane(const ImagePlace<Index>& at) const { return at.image * channels_ + at.channel; }

 private:
  Index channels_;
};

// A thread an element of the columns, in their order: neighbours are neighbouring places, which see
// neighbouring pixels. The image comes from memory once and from the caches after that; the columns are
// written once.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads) unfold_image(UnfoldPlan<Index> plan, const T* x, T* columns) {
  using Signed = std::make_signed_t<Index>;
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.count)) return;
  const ImagePlace<Index> at = plan.threads.find(element);
  const Index k = plan.kernel_width.quotient(at.row), l = at.row - k * plan.kernel_width.divisor();
  const Index i = plan.places_width.quotient(at.column), j = at.column - i * plan.places_width.divisor();
  const WindowAxis<Index>&height = plan.window.height, &width = plan.window.width;
  const Signed row = height.first(i) + static_cast<Signed>(k) * height.dilation;
  const Signed column = width.first(j) + static_cast<Signed>(l) * width.dilation;
  const bool inside = height.holds(row) && width.holds(column);
  columns[element] =
      inside ? x[plan.plane(at) * plan.pixels + static_cast<Index>(row * width.length + column)] : T(0);
}

// A thread an element of the image: the sum of what the columns hold for it, over the elements of the window
// in their order. Nothing is added by two threads. Each element of the columns that lies in the image is read
// once, neighbours by neighbours where the stride is 1, and the image written once.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads) fold_columns(UnfoldPlan<Index> plan, const T* columns, T* x) {
  using Signed = std::make_signed_t<Index>;
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.count)) return;
  const ImagePlace<Index> at = plan.threads.find(element);
  const T* const plane = columns + plan.plane(at) * plan.elements * plan.positions;
  const WindowAxis<Index>&height = plan.window.height, &width = plan.window.width;
  T sum = 0;
  for (Signed k = 0; k < height.kernel; ++k) {
    const Signed row = static_cast<Signed>(at.row) + height.padding - k * height.dilation;
    if (row < 0) break;
    const Index i = height.stride.quotient(static_cast<Index>(row));
    if (i * height.stride.divisor() != static_cast<Index>(row) || i >= static_cast<Index>(height.places))
      continue;
    for (Signed l = 0; l < width.kernel; ++l) {
      const Signed column = static_cast<Signed>(at.column) + width.padding - l * width.dilation;
      if (column < 0) break;
      const Index j = width.stride.quotient(static_cast<Index>(column));
      if (j * width.stride.divisor() != static_cast<Index>(column) || j >= static_cast<Index>(width.places))
        continue;
      sum += plane[static_cast<Index>(k * width.kernel + l) * plan.positions +
                   i * plan.places_width.divisor() + j];
    }
  }
  x[element] = sum;
}

void unfold(const Tensor& x, const Window& window, const Pair& places, Tensor& columns) {
  const OnDevice on(columns.device());
  const Shape& image = x.shape();
  const Shape grid{image[0], image[1], window.kernel.height * window.kernel.width,
                   places.height * places.width};
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    with_index(x, columns, farthest(window, image_size(image)), [&]<class Index>() {
      const UnfoldPlan<Index> plan(columns, grid, image, window, places);
      launch(KERNEL(unfold_image<T, Index>), blocks_for(columns.numel(), kThreads),
             threads_for(columns.numel()), 0, on.stream(), plan, x.data<T>(), columns.data<T>());
    });
  });
}

void fold(const Tensor& columns, const Window& window, const Pair& places, Tensor& x) {
  const OnDevice on(x.device());
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    with_index(x, columns, farthest(window, image_size(x.shape())), [&]<class Index>() {
      const UnfoldPlan<Index> plan(x, x.shape(), x.shape(), window, places);
      launch(KERNEL(fold_columns<T, Index>), blocks_for(x.numel(), kThreads), threads_for(x.numel()), 0,
             on.stream(), plan, columns.data<T>(), x.data<T>());
    });
  });
}

}  // namespace

void register_unfold() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::unfold.set(kCuda, unfold);
  kernels::fold.set(kCuda, fold);
}

}  // namespace tinytorch::cuda
