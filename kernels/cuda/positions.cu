#include "core/ops/positions_kernels.h"

#include "core/ops/shape.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/positions.h"

namespace tinytorch::cuda {
namespace {

// One thread per pair of elements, which are half a row apart or neighbours: both are read once and written
// once. The table, which all heads share, mostly comes from L2. 16 bytes per pair (f32), the minimum.
template <class T>
__global__ void __launch_bounds__(kThreads)
    rotate_pairs(std::uint32_t n, OffsetCalculator<4> offsets, const T* x, std::int64_t x_pair_stride,
                 const T* cosine, const T* sine, T* y, std::int64_t y_pair_stride) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, n)) return;
  std::uint32_t offset[4];
  offsets.find(element, offset);
  const T first = x[offset[0]], second = x[offset[0] + x_pair_stride];
  const T c = cosine[offset[1]], s = sine[offset[2]];
  y[offset[3]] = math::Rotate{}.first(first, second, c, s);
  y[offset[3] + y_pair_stride] = math::Rotate{}.second(first, second, c, s);
}

/// The elements of a pair are `distance` apart, those of the next pair `step` after them.
void rotate(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y, std::int64_t distance,
            std::int64_t step) {
  const OnDevice on(y.device());
  const std::int64_t end = y.shape().back() - distance;
  const Tensor x_first = slice(x, -1, 0, end, step), y_first = slice(y, -1, 0, end, step);
  const IterationSpace<4> space = make_iteration_space<4>({&x_first, &cosine, &sine, &y_first});
  const std::int64_t x_pair_stride = distance * x.strides().back(),
                     y_pair_stride = distance * y.strides().back();
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    for_each_chunk(space, [&](const IterationSpace<4>& chunk, const PerOperand<4>& offset) {
      launch(KERNEL(rotate_pairs<T>), blocks_for(chunk.numel, kThreads), threads_for(chunk.numel), 0,
             on.stream(), static_cast<std::uint32_t>(chunk.numel), OffsetCalculator<4>(chunk),
             x.data<T>() + offset[0], x_pair_stride, cosine.data<T>() + offset[1], sine.data<T>() + offset[2],
             y.data<T>() + offset[3], y_pair_stride);
    });
  });
}

void rotate_halves(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y) {
  rotate(x, cosine, sine, y, y.shape().back() / 2, 1);
}

void rotate_interleaved(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y) {
  rotate(x, cosine, sine, y, 1, 2);
}

}  // namespace

void register_positions() {
  kernels::rotate_halves.set(DeviceType::cuda, rotate_halves);
  kernels::rotate_interleaved.set(DeviceType::cuda, rotate_interleaved);
}

}  // namespace tinytorch::cuda
