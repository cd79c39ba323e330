#include "core/ops/dropout_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/dropout.h"
#include "kernels/math/random.h"

namespace tinytorch::cuda {
namespace {

// A thread a Philox block, and so four elements, each read and written once: 8 bytes an element (f32), which
// the ten rounds of 32-bit multiplications hide behind. The mask is kept nowhere. The four lie side by side
// and share lines of the first-level cache with the neighbours', so that x need not be aligned.
template <class T>
__global__ void __launch_bounds__(kThreads)
    drop_blocks(RandomStream stream, math::Dropout<T> drop, std::uint64_t count, const T* x, T* y) {
  const std::uint64_t number = std::uint64_t{blockIdx.x} * kThreads + threadIdx.x;
  const std::uint64_t first = 4 * number;
  if (first >= count) return;  // before the work, not instead of the check below
  const math::PhiloxBlock block = math::philox(stream.seed, stream.offset + number);
  for (unsigned w = 0; w < 4; ++w) {
    if (within(first + w, count)) y[first + w] = drop(block.word[w], x[first + w]);
  }
}

void dropout(const RandomStream& stream, const double& p, const Tensor& x, Tensor& y) {
  const OnDevice on(y.device());
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    launch(KERNEL(drop_blocks<T>), blocks_for(y.numel(), 4 * kThreads), threads_for(parts_of(y.numel(), 4)),
           0, on.stream(), stream, math::Dropout<T>(p), static_cast<std::uint64_t>(y.numel()),
           static_cast<const T*>(x.raw_data()), static_cast<T*>(y.raw_data()));
  });
}

}  // namespace

void register_dropout() { kernels::dropout.set(DeviceType::cuda, dropout); }

}  // namespace tinytorch::cuda
