#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/recurrent.h"

namespace tinytorch::cuda {
namespace {

// A thread an element of the state, neighbours beside each other: all gates of it are read, and all results
// written, by this thread, so that each number moves once. In bytes an element (f32): lstm 44, its gradient
// 64, gru 32, its gradient 56.
template <class Index, class Work>
__global__ void __launch_bounds__(kThreads) map_state(Index count, Divisor<Index> width, Work work) {
  const Index at = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(at, count)) return;
  const Index row = width.quotient(at);
  work(row, at - row * width.divisor(), width.divisor());
}

template <class Index, class Work>
void launch_state(const OnDevice& on, const Tensor& state, const Work& work) {
  const std::int64_t count = state.numel();
  launch(KERNEL(map_state<Index, Work>), blocks_for(count, kThreads), threads_for(count), 0, on.stream(),
         static_cast<Index>(count), Divisor<Index>(static_cast<Index>(state.shape().back())), work);
}

/// Calls work(row, j, width) for each element of a state [..., width] with up to four gates.
struct ForEachElement {
  template <class Work>
  void operator()(const Tensor& state, const Work& work) const {
    const OnDevice on(state.device());
    if (state.numel() < largest_index / 4) {
      launch_state<std::uint32_t>(on, state, work);
    } else {
      launch_state<std::uint64_t>(on, state, work);
    }
  }
};

}  // namespace

void register_recurrent() { RecurrentKernels<ForEachElement>::put_in(DeviceType::cuda); }

}  // namespace tinytorch::cuda
