#include "core/ops/dropout_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/dropout.h"
#include "kernels/math/random.h"

namespace tinytorch::cuda {
namespace {

// One thread per Philox block, and so per four elements, each read and written once: 8 bytes per element
// (f32), whose latency hides the ten rounds of 32-bit multiplications. The mask is not stored. The four
// elements are adjacent and share lines of L1 with those of neighbouring threads, so x need not be aligned.
template <class T>
__global__ void __launch_bounds__(kThreads)
    dropout_blocks(RandomStream stream, math::Dropout<T> drop, std::uint64_t n, const T* x, T* y) {
  const std::uint64_t block_index = std::uint64_t{blockIdx.x} * kThreads + threadIdx.x;
  const std::uint64_t first = 4 * block_index;
  if (first >= n) return;  // saves the work; the check below is still needed
  const math::PhiloxBlock block = math::philox(stream.seed, stream.offset + block_index);
  for (unsigned w = 0; w < 4; ++w) {
    if (within(first + w, n)) y[first + w] = drop(block.word[w], x[first + w]);
  }
}

void dropout(const RandomStream& stream, const double& p, const Tensor& x, Tensor& y) {
  const OnDevice on(y.device());
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    launch(KERNEL(dropout_blocks<T>), blocks_for(y.numel(), 4 * kThreads),
           threads_for(ceil_div(y.numel(), 4)), 0, on.stream(), stream, math::Dropout<T>(p),
           static_cast<std::uint64_t>(y.numel()), static_cast<const T*>(x.raw_data()),
           static_cast<T*>(y.raw_data()));
  });
}

}  // namespace

void register_dropout() { kernels::dropout.set(DeviceType::cuda, dropout); }

}  // namespace tinytorch::cuda
