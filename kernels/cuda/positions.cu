#include "core/ops/positions_kernels.h"

#include "core/ops/shape.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/positions.h"

namespace tinytorch::cuda {
namespace {

// One thread per pair of elements, which are half a row apart: both are read once and written once. The
// table, which all heads share, mostly comes from L2. 16 bytes per pair (f32), the minimum.
template <class T>
__global__ void __launch_bounds__(kThreads)
    rotate_pairs(std::uint32_t n, OffsetCalculator<4> offsets, const T* x, std::int64_t x_half_stride,
                 const T* cosine, const T* sine, T* y, std::int64_t y_half_stride) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, n)) return;
  std::uint32_t offset[4];
  offsets.find(element, offset);
  const T first = x[offset[0]], second = x[offset[0] + x_half_stride];
  const T c = cosine[offset[1]], s = sine[offset[2]];
  y[offset[3]] = math::Rotate{}.first(first, second, c, s);
  y[offset[3] + y_half_stride] = math::Rotate{}.second(first, second, c, s);
}

void rotate_halves(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y) {
  const OnDevice on(y.device());
  const std::int64_t pairs = y.shape().back() / 2;
  const Tensor x_half = slice(x, -1, 0, pairs), y_half = slice(y, -1, 0, pairs);
  const IterationSpace<4> space = make_iteration_space<4>({&x_half, &cosine, &sine, &y_half});
  const std::int64_t x_half_stride = pairs * x.strides().back(), y_half_stride = pairs * y.strides().back();
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    for_each_chunk(space, [&](const IterationSpace<4>& chunk, const PerOperand<4>& offset) {
      launch(KERNEL(rotate_pairs<T>), blocks_for(chunk.numel, kThreads), threads_for(chunk.numel), 0,
             on.stream(), static_cast<std::uint32_t>(chunk.numel), OffsetCalculator<4>(chunk),
             x.data<T>() + offset[0], x_half_stride, cosine.data<T>() + offset[1], sine.data<T>() + offset[2],
             y.data<T>() + offset[3], y_half_stride);
    });
  });
}

}  // namespace

void register_positions() { kernels::rotate_halves.set(DeviceType::cuda, rotate_halves); }

}  // namespace tinytorch::cuda
