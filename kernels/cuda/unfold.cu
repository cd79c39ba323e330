#include "core/ops/unfold_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/images.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/reduction.h"

namespace tinytorch::cuda {
namespace {

/// The arguments of both kernels. Columns are seen as images [batch, channels, kernel height * kernel width,
/// positions] in row-major order.
template <class Index>
struct UnfoldPlan {
  Index n;                      // the elements of the result, one thread each
  ImageIndexMap<Index> result;  // for columns: the row is an element of the window, the column a position
  WindowAxes<Index> window;
  Divisor<Index> kernel_width, positions_width;
  Index pixels, n_positions, elements;  // pixels of a plane, positions of the window, elements of the window

  UnfoldPlan(const Tensor& result, const Shape& grid, const Shape& image, const Window& window,
             const Pair& positions)
      : n(static_cast<Index>(result.numel())),
        result(grid, /*channels_last=*/false),
        window(window, {image[2], image[3]}, positions),
        kernel_width(static_cast<Index>(window.kernel.width)),
        positions_width(static_cast<Index>(positions.width)),
        pixels(static_cast<Index>(image[2] * image[3])),
        n_positions(static_cast<Index>(positions.height * positions.width)),
        elements(static_cast<Index>(window.kernel.height * window.kernel.width)),
        channels_(static_cast<Index>(image[1])) {}

  /// The index of an image's channel among the channels of all images.
  __device__ Index plane(const ImageIndex<Index>& at) const { return at.image * channels_ + at.channel; }

 private:
  Index channels_;
};

// One thread per element of the columns, in their order: neighbouring threads are at neighbouring positions,
// which read neighbouring pixels. The image comes from memory once, then from the caches; the columns are
// written once.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads) unfold_image(UnfoldPlan<Index> plan, const T* x, T* columns) {
  using Signed = std::make_signed_t<Index>;
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.n)) return;
  const ImageIndex<Index> at = plan.result.find(element);
  const Index k = plan.kernel_width.quotient(at.row), l = at.row - k * plan.kernel_width.divisor();
  const Index i = plan.positions_width.quotient(at.column),
              j = at.column - i * plan.positions_width.divisor();
  const WindowAxis<Index>&height = plan.window.height, &width = plan.window.width;
  const Signed row = height.first(i) + static_cast<Signed>(k) * height.dilation;
  const Signed column = width.first(j) + static_cast<Signed>(l) * width.dilation;
  const bool inside = height.contains(row) && width.contains(column);
  columns[element] =
      inside ? x[plan.plane(at) * plan.pixels + static_cast<Index>(row * width.length + column)] : T(0);
}

// One thread per element of the image: the sum of its copies in the columns, over the elements of the window
// in their order. No element has two writers. Each element of the columns that is inside the image is read
// once, neighbours by neighbouring threads if the stride is 1, and the image is written once.
template <class T, class Index>
__global__ void __launch_bounds__(kThreads) fold_columns(UnfoldPlan<Index> plan, const T* columns, T* x) {
  using Signed = std::make_signed_t<Index>;
  const Index element = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, plan.n)) return;
  const ImageIndex<Index> at = plan.result.find(element);
  const T* const plane = columns + plan.plane(at) * plan.elements * plan.n_positions;
  const WindowAxis<Index>&height = plan.window.height, &width = plan.window.width;
  math::CompensatedSum<T> sum;
  for (Signed k = 0; k < height.kernel; ++k) {
    const Signed row = static_cast<Signed>(at.row) + height.padding - k * height.dilation;
    if (row < 0) break;
    const Index i = height.stride.quotient(static_cast<Index>(row));
    if (i * height.stride.divisor() != static_cast<Index>(row) || i >= static_cast<Index>(height.positions))
      continue;
    for (Signed l = 0; l < width.kernel; ++l) {
      const Signed column = static_cast<Signed>(at.column) + width.padding - l * width.dilation;
      if (column < 0) break;
      const Index j = width.stride.quotient(static_cast<Index>(column));
      if (j * width.stride.divisor() != static_cast<Index>(column) ||
          j >= static_cast<Index>(width.positions))
        continue;
      sum.add(plane[static_cast<Index>(k * width.kernel + l) * plan.n_positions +
                    i * plan.positions_width.divisor() + j]);
    }
  }
  x[element] = sum.value();
}

void unfold(const Tensor& x, const Window& window, const Pair& positions, Tensor& columns) {
  const OnDevice on(columns.device());
  const Shape& image = x.shape();
  const Shape grid{image[0], image[1], window.kernel.height * window.kernel.width,
                   positions.height * positions.width};
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    with_index(x, columns, max_coordinate(window, image_size(image)), [&]<class Index>() {
      const UnfoldPlan<Index> plan(columns, grid, image, window, positions);
      launch(KERNEL(unfold_image<T, Index>), blocks_for(columns.numel(), kThreads),
             threads_for(columns.numel()), 0, on.stream(), plan, x.data<T>(), columns.data<T>());
    });
  });
}

void fold(const Tensor& columns, const Window& window, const Pair& positions, Tensor& x) {
  const OnDevice on(x.device());
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    with_index(x, columns, max_coordinate(window, image_size(x.shape())), [&]<class Index>() {
      const UnfoldPlan<Index> plan(x, x.shape(), x.shape(), window, positions);
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
